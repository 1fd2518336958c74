"""The markers of requirements, for `pytest -m`."""

from __future__ import annotations

# Those of profiles.yaml, which is not read in sessions that have nothing to do with it.
PROFILES = ("tgi", "native", "openai", "openai-tgi", "sagemaker", "operations", "streaming")


def marker_of(profile: str) -> str:
    """The name of a profile's marker."""
    return f"profile_{profile.replace('-', '_')}"
