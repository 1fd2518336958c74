"""Lines on a terminal: prose wraps at its width, what somebody may copy does not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen
from rich.text import Text

from tgi_common.text import escaped

if TYPE_CHECKING:
    from rich.console import Console

NARROWEST = 20  # columns in which prose is wrapped


@frozen
class Lines:
    """Prints text that may come from a server, with control characters escaped."""

    console: Console

    def text(self, text: str, before: str = "", *, style: str = "") -> None:
        """Print prose after a styled text.

        On a terminal it wraps, under itself if the text before ends with a space, as a label does;
        elsewhere, where a program may read it, it stays one line.
        """
        styled, prose = Text(escaped(before), style), Text(escaped(text))
        if not self.console.is_terminal:
            self._print(styled + prose)
            return
        indent = styled.cell_len if before.endswith(" ") else 0
        first, *more = self._wrapped(prose, indent) if indent else self._wrapped(styled + prose, 0)
        self._print(styled + first if indent else first)
        for line in more:
            self._print(Text(" " * indent) + line)

    def verbatim(self, text: str, before: str = "", *, style: str = "") -> None:
        """Print a text that stays one line, however long, so that it can be copied."""
        self._print(Text(before + escaped(text), style))

    def _wrapped(self, text: Text, indent: int) -> list[Text]:
        width = max(self.console.width - indent, NARROWEST)
        lines = list(text.wrap(self.console, width, overflow="fold"))
        for line in lines:
            line.rstrip()
        return lines or [Text()]

    def _print(self, line: Text) -> None:
        self.console.print(line, soft_wrap=True, highlight=False)
