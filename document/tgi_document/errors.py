"""What goes wrong with a document, in one line."""

from __future__ import annotations

from tgi_common.text import visible

_LONGEST_LINE = 600
"""Characters. A message names three things (input, place, expectation); more is a stranger's text."""


class DocumentError(Exception):
    """A document could not be had, read, or used.

    The message is one line that names the input, the place in it (a JSON pointer or a byte) and what was
    expected. It is safe to print: a server's own text in it is escaped and shortened.
    """

    def __init__(self, problem: str) -> None:
        super().__init__(visible(problem, _LONGEST_LINE))
