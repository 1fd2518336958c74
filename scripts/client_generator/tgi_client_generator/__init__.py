"""From a document to the source of a typed client."""
