"""Request bodies as the router reads them: JSON text to typed requests, with its words for what is wrong."""
