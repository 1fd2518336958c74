"""What a deployment documents: the served and the pinned document, and data generated from them."""
