"""From a corrected document to what the client is generated from: safe names, simple schemas, tables."""
