"""Send requests to a deployment within bounds of time, size and usage."""
