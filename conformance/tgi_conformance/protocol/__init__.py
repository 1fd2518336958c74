"""TGI's dialects: how each route spells a request, and how to read its answer."""
