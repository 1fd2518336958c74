"""Execute requirements against deployments and give reports."""
