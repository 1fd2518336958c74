"""Reporters: each turns a Report into one form and knows nothing else."""
