"""How much a run tells while it is under way: the options -q, -v and -vv."""

from __future__ import annotations

import logging
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import click

from tgi_conformance.reports.fleet_progress import Quiet, watching_fleet
from tgi_conformance.reports.outcome_lines import writing_nothing, writing_outcomes
from tgi_conformance.reports.progress_bar import watching

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgi_conformance.engine.several import Watcher
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
def telling(name: str, verbosity: int) -> Iterator[Watch]:
    """Show the progress of a target and what is logged; yield a function to call after each requirement.

    `verbosity` is the number of -v less that of -q.
    """
    if verbosity <= QUIET:
        progress = writing_nothing()
    elif verbosity >= OUTCOMES:
        progress = writing_outcomes([name], sys.stderr)
    else:
        progress = watching([name], sys.stderr)
    with _logging(verbosity), progress as watch:
        yield watch


@contextmanager
def telling_fleet(total: int, verbosity: int) -> Iterator[Watcher]:
    """Show the progress of `total` targets and what is logged; yield what to tell of each of them."""
    if verbosity <= QUIET:
        with _logging(verbosity):
            yield Quiet()
        return
    with (
        _logging(verbosity),
        watching_fleet(total, sys.stderr, outcomes=verbosity >= OUTCOMES) as watcher,
    ):
        yield watcher


@contextmanager
def _logging(verbosity: int) -> Iterator[None]:
    logger, handler = logging.getLogger(LOGGER), _Lines()
    before = logger.level
    logger.setLevel(_level(verbosity))
    logger.addHandler(handler)
    try:
        yield
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)


def _level(verbosity: int) -> int:
    if verbosity <= QUIET:
        return logging.WARNING
    return logging.DEBUG if verbosity >= REQUESTS else logging.INFO
