"""The text that the engine learns from: prose, answers that end (one a line), JSON objects (one a line)."""

from __future__ import annotations

from pathlib import Path

PROSE = "prose.txt"
OBJECTS = "objects.txt"
ENDINGS = "endings.txt"
CORPUS = (PROSE, OBJECTS, ENDINGS)


def read_corpus(name: str) -> str:
    """One file of the corpus."""
    return Path(__file__).with_name(name).read_text("utf-8")
