"""The commands `tgi-conformance client …`: fetch a document, compare two, generate a client."""
