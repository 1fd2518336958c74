"""Run the suite from a program."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tgi_conformance.config.settings import Settings, run_config_of
from tgi_conformance.engine.run import run as run_suite
from tgi_conformance.http.target import Key

if TYPE_CHECKING:
    from collections.abc import Callable

    from tgi_conformance.engine.progress import Progress
    from tgi_conformance.results.report import Report


def run(
    url: str,
    *,
    api_key: str | None = None,
    on_progress: Callable[[Progress], None] = lambda _: None,
    **settings: Any,
) -> Report:
    """Check the deployment at the URL against the documented REST API and return the report.

    `settings` are the members of Settings, which are the flags of `tgi-conformance run`, such as
    `depth="smoke"`, `only=("generate",)`, `strict=True`. A deployment that cannot be reached has a report
    too, with the verdict "could not tell". Raises ValueError with a one-line message for invalid settings.
    """
    key = Key("API_KEY", api_key) if api_key else None
    return run_suite(run_config_of(Settings(url, **settings), key), on_progress)
