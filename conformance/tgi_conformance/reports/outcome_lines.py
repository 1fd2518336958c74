"""The progress of a run with -v: a line for each requirement; and with -q: nothing."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, TextIO

from tgi_common.text import escaped
from tgi_conformance.results.levels import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tgi_conformance.engine.progress import Progress

    Watch = Callable[[str, Progress], None]

WIDTH = max(len(outcome.value) for outcome in Outcome)


@contextmanager
def writing_outcomes(names: Sequence[str], stream: TextIO) -> Iterator[Watch]:
    """Yield a function that writes a requirement's outcome; several targets are told apart by their names."""

    def write(name: str, progress: Progress) -> None:
        target = f"{escaped(name)}: " if len(names) > 1 else ""
        with suppress(OSError):  # an output that takes nothing must not end a run
            stream.write(f"{target}{outcome_line(progress)}\n")
            stream.flush()

    yield write


def outcome_line(progress: Progress) -> str:
    """Return the line of a requirement."""
    result = progress.result
    reason = f": {escaped(result.reason)}" if result.reason else ""
    percent = progress.done * 100 // progress.total
    return f"[{percent:3}%] {result.outcome.value:<{WIDTH}}  {result.id}{reason}"


@contextmanager
def writing_nothing() -> Iterator[Watch]:
    """Yield a function that writes nothing."""
    yield lambda _, __: None
