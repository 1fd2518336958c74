"""The API: routes, what stands around them, and what their answers look like."""
