"""Commands that complain in one line, without the usage that click prints above it."""

from __future__ import annotations

from typing import Any

import click

from tgi_common.text import visible

_LONGEST_LINE = 1000


class WrongUsage(click.ClickException):
    """A wrong use of the command; status 2."""

    exit_code = 2


class OneLineCommand(click.Command):
    """A command whose complaints are one line each."""

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        """Read the command line; raises WrongUsage."""
        try:
            return super().make_context(*args, **extra)
        except click.UsageError as error:
            raise WrongUsage(one_line(error)) from None


class OneLineGroup(click.Group):
    """A group of commands that complains in one line of a command that it does not have."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """Find the command; raises WrongUsage."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            raise WrongUsage(one_line(error)) from None


def examples(*commands: str) -> str:
    """Format examples for the end of a command's `--help`, each as it is typed."""
    return "\n".join(["\b", "Examples:", *(f"  tgi-conformance {command}" for command in commands)])


def one_line(error: click.ClickException) -> str:
    """Write click's message without its line ends, and without characters that steer a terminal."""
    return visible(" ".join(error.format_message().split()), _LONGEST_LINE)
