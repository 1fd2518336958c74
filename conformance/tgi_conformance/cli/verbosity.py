"""How much a run tells while it is under way: the options -q, -v and -vv."""

from __future__ import annotations

import logging
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import click

from tgi_conformance.reports.outcome_lines import writing_nothing, writing_outcomes
from tgi_conformance.reports.progress_bar import watching

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tgi_conformance.reports.outcome_lines import Watch

QUIET, OUTCOMES, REQUESTS = -1, 1, 2
LOGGER = "tgi_conformance"


class _Lines(logging.Handler):
    """Writes what is logged to standard error; one that takes nothing must not end a run."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line."""
        with suppress(OSError):
            click.echo(self.format(record), err=True)


@contextmanager
def telling(names: Sequence[str], verbosity: int) -> Iterator[Watch]:
    """Show the progress of these targets and what is logged; yield a function to call after each requirement.

    `verbosity` is the number of -v less that of -q.
    """
    logger, handler = logging.getLogger(LOGGER), _Lines()
    before = logger.level
    logger.setLevel(_level(verbosity))
    logger.addHandler(handler)
    if verbosity <= QUIET:
        progress = writing_nothing()
    elif verbosity >= OUTCOMES:
        progress = writing_outcomes(names, sys.stderr)
    else:
        progress = watching(names, sys.stderr)
    try:
        with progress as watch:
            yield watch
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)


def _level(verbosity: int) -> int:
    if verbosity <= QUIET:
        return logging.WARNING
    return logging.DEBUG if verbosity >= REQUESTS else logging.INFO
