"""Run the suite inside a pytest session of one's own."""
