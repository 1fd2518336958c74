"""Says whether a deployment keeps the promises of the Text Generation Inference REST API."""
