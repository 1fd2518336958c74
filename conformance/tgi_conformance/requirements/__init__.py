"""What a deployment must do, one file a topic. Modules whose names begin with an underscore are helpers."""
