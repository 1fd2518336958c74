"""From a parsed document to source code: views of models and operations, and the templates that show them."""
