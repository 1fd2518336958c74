"""A small real Text Generation Inference: its REST API over a tiny statistical model, for tests."""
