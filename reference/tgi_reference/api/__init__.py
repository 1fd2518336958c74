"""The API: routes, middleware, and how answers and streams are written."""
