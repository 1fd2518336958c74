"""Run the suite inside a pytest session."""
