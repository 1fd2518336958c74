"""Correctness of one deployment under load: users on Locust, whose every answer is checked."""
