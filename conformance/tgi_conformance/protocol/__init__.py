"""TGI's dialects: how each route spells a request, and how its answer is read."""
