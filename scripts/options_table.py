"""Write the options of `serve` into docs/reference-server.md, from the command itself."""

from __future__ import annotations

from pathlib import Path

import click

from tgi_conformance.reports.files import write_atomically
from tgi_reference.cli import serve

PAGE = Path(__file__).parents[1] / "docs" / "reference-server.md"
START, END = "<!-- the options of serve, written by scripts/options_table.py -->\n\n", "\n\n<!-- end -->"


def with_options(page: str, command: click.Command) -> str:
    """Write the table of the command's options between the marks of a page.

    Raises:
        ValueError: The page has no marks.
    """
    before, start, rest = page.partition(START)
    _, end, after = rest.partition(END)
    if not (start and end):
        raise ValueError("no marks for the table of options")
    return f"{before}{start}{options_table(command)}{end}{after}"


def options_table(command: click.Command) -> str:
    """A row for each option: how it is written, its default, its help."""
    context = click.Context(command)
    options = [one for one in command.get_params(context) if isinstance(one, click.Option)]
    rows = [_row(option, context) for option in options if "--help" not in option.opts]
    return "\n".join(["| option | default | meaning |", "| --- | --- | --- |", *rows])


def _row(option: click.Option, context: click.Context) -> str:
    value = "" if option.is_flag or option.count else f" {option.make_metavar(context)}"
    name = ", ".join([*option.opts[:-1], f"{option.opts[-1]}{value}"])
    variable = f" In the environment: `{option.envvar}`." if option.show_envvar else ""
    return f"| `{_cell(name)}` | {_default(option)} | {_cell(option.help or '')}{variable} |"


def _default(option: click.Option) -> str:
    default = option.to_info_dict()["default"]
    if option.is_flag or option.count or option.multiple or default is None:
        return ""
    return f"`{default:g}`" if isinstance(default, float) else f"`{default}`"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;")


if __name__ == "__main__":
    write_atomically(PAGE, with_options(PAGE.read_text("utf-8"), serve))
