"""The options that select requirements, the same for `run` and `list`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable


def selecting(*former: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add `--profile`, `--only` and `--skip`; `former` are names that `--only` had."""

    def added(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(_options(former)):
            command = option(command)
        return command

    return added


def _options(former: tuple[str, ...]) -> tuple[Callable[..., Any], ...]:
    return (
        click.option(
            "--profile",
            metavar="NAME",
            multiple=True,
            help="Only what this profile includes, such as native or openai; repeatable.",
        ),
        click.option(
            "--only",
            *former,
            "only",
            metavar="WHAT",
            multiple=True,
            help="Only this route (a name or a path), category, requirement or pattern of ids, such as "
            "'generate.*stop*'; repeatable.",
        ),
        click.option(
            "--skip", metavar="WHAT", multiple=True, help="Not this route, category, requirement or pattern."
        ),
    )
