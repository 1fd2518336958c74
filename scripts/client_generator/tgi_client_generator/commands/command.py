"""What the commands over documents have in common: how they end, installed and as scripts."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tgi_common.access import AccessError
from tgi_common.command_line import OneLineCommand, WrongUsage, one_line
from tgi_common.extras import MissingExtraError
from tgi_document.errors import DocumentError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SAME, CHANGED, COULD_NOT = 0, 1, 2


class Stopped(click.ClickException):
    """The user stopped the command."""

    exit_code = 130


class DocumentCommand(OneLineCommand):
    """A command that ends with the status that its function returns, or with one line and status 2."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run it; raises click.exceptions.Exit or ClickException."""
        try:
            status = super().invoke(ctx)
        except (AccessError, DocumentError, MissingExtraError) as error:
            raise WrongUsage(str(error)) from None
        except KeyboardInterrupt:
            raise Stopped("interrupted") from None
        except BrokenPipeError:
            # Whoever read the report has seen enough; what is still buffered shall not raise again.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            status = COULD_NOT
        ctx.exit(status)


def run_as_script(
    command: click.Command,
    script: str,
    arguments: Sequence[str] | None = None,
    defaults: Mapping[str, Any] | None = None,
) -> int:
    """Run a command as a script of the repository; whatever goes wrong is one line on standard error.

    Args:
        command: The command.
        script: The path of the script, `scripts/NAME.py`, which its messages name.
        arguments: Those of the command line, unless given.
        defaults: Values of options that the repository knows and an installed command does not.

    Returns:
        The exit status.
    """
    name = Path(script).name
    try:
        status = command.main(arguments, script, standalone_mode=False, default_map=defaults)
    except click.ClickException as error:
        click.echo(f"{name}: {one_line(error)}", err=True)
        return error.exit_code
    except click.Abort:
        click.echo(f"{name}: interrupted", err=True)
        return Stopped.exit_code
    return int(status)
