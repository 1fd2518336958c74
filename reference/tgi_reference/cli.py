"""The commands of the reference server: ``serve`` it, list its ``faults`` and its ``variants``."""

from __future__ import annotations

import json
import logging
import sys
from typing import TYPE_CHECKING, Any, Final

import click

from tgi_common.command_line import OneLineCommand, WrongUsage, examples
from tgi_common.extras import MissingExtraError, needing
from tgi_reference.fidelity import FIDELITIES
from tgi_reference.releases import NEWEST, RELEASES
from tgi_reference.settings import Settings, SettingsError

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Sequence

    from starlette.types import ASGIApp

    from tgi_reference.fleet import Member

DEFAULT_PORT: Final = 8080
_DEFAULTS: Final = Settings()
_HELP: Final[dict[str, Any]] = {"help_option_names": ["-h", "--help"]}


def _limit(flag: str, text: str) -> Callable[[Any], Any]:
    """An option for one of the limits in the settings."""
    name = flag.removeprefix("--").replace("-", "_")
    return click.option(flag, name, type=int, default=getattr(_DEFAULTS, name), show_default=True, help=text)


@click.command(
    cls=OneLineCommand,
    context_settings={**_HELP, "max_content_width": 100},
    epilog=examples(
        "serve --port 3000",
        "serve --port 0 --quiet --max-total-tokens 256",
        "serve --as documented --token-latency-ms 30",
        "serve --port 3000 --fleet 500",
        "serve --release 2.4.1 --fault stop-strings-are-ignored-without-details",
    ),
)
@click.option("--host", default=_DEFAULTS.host, show_default=True, help="Address to listen on.")
@click.option("--port", type=int, default=DEFAULT_PORT, show_default=True, help="Port; 0 picks a free one.")
@click.option(
    "--api-key",
    envvar="API_KEY",
    show_envvar=True,
    help="Key that clients must send as a bearer token; in the environment, no process list shows it.",
)
@click.option("--model-id", default=_DEFAULTS.model_id, show_default=True, help="Name of the served model.")
@_limit("--max-concurrent-requests", "Concurrent generations; more are refused with 429.")
@_limit("--max-best-of", "Maximum best_of.")
@_limit("--max-stop-sequences", "Maximum number of stop strings.")
@_limit("--max-top-n-tokens", "Maximum top_n_tokens.")
@_limit("--max-input-tokens", "Maximum length of a prompt, in tokens.")
@_limit("--max-total-tokens", "Maximum length of prompt and answer, in tokens.")
@_limit("--max-client-batch-size", "Maximum number of prompts in a completion request.")
@_limit("--payload-limit", "Maximum size of a body, in bytes.")
@click.option("--disable-grammar-support", is_flag=True, help="Refuse grammars and tools.")
@click.option(
    "--as",
    "fidelity",
    type=click.Choice(list(FIDELITIES)),
    default=_DEFAULTS.fidelity.name,
    show_default=True,
    help="tgi: answer as TGI does, even where its document says otherwise; documented: as the document says.",
)
@click.option(
    "--release",
    type=click.Choice(list(RELEASES)),
    default=_DEFAULTS.release.name,
    show_default=True,
    help="The release of TGI to answer as.",
)
@click.option(
    "--no-tokenizer",
    is_flag=True,
    help="Count no tokens, as a router that cannot load the model's tokenizer (with --release 2.0.4).",
)
@click.option(
    "--token-latency-ms",
    type=float,
    default=0,
    show_default=True,
    help="Delay of each token, in milliseconds.",
)
@click.option(
    "--noise",
    type=float,
    metavar="SIGMA",
    default=_DEFAULTS.noise,
    show_default=True,
    help="Standard deviation of noise on the logits at each step, as of GPU kernels; for example 0.05.",
)
@click.option(
    "--failure-prompts", is_flag=True, help="Fail on prompts with [[fail-prefill]] or [[fail-decode]]."
)
@click.option(
    "--backend-down",
    is_flag=True,
    help="Start with the model process down. (SIGUSR1 takes it down later, SIGUSR2 brings it up.)",
)
@click.option(
    "--fault",
    "faults",
    metavar="NAME",
    multiple=True,
    help="Inject a fault, which breaks a promise; repeatable (see `faults`).",
)
@click.option(
    "--fault-seed",
    type=int,
    default=0,
    show_default=True,
    help="Seed of random faults; if not 0, of --noise too.",
)
@click.option(
    "--variant",
    "variants",
    metavar="NAME",
    multiple=True,
    help="Inject a variant, which is legal; repeatable (see `variants`).",
)
@click.option(
    "--fleet",
    type=click.IntRange(1, 10_000),
    metavar="N",
    help="Serve N servers that differ, under /t1 to /tN; one in ten, from the third on, has a fault. "
    "GET /fleet.yaml lists them.",
)
@click.option(
    "--workers",
    type=int,
    default=_DEFAULTS.workers,
    show_default=True,
    help="Processes that serve the port; each has its own metrics, and limits its own requests.",
)
@click.option("--quiet", is_flag=True, help="Do not log requests.")
def serve(fidelity: str, release: str, token_latency_ms: float, fleet: int | None, **flags: Any) -> None:
    """Serve TGI's REST API from a tiny statistical model.

    A stand-in for a real deployment in tests: all routes, real limits, real token counts, no GPU. SIGTERM
    lets streams end, then exits 0.
    """
    try:
        settings = Settings(
            fidelity=FIDELITIES[fidelity],
            release=RELEASES[release],
            token_latency=token_latency_ms / 1000,
            **flags,
        )
    except SettingsError as error:
        raise WrongUsage(str(error)) from None
    _serve(settings, fleet)


def _serve(settings: Settings, fleet: int | None) -> None:
    # Imported late, so that --help and wrong flags are answered at once.
    try:
        with needing("server", "tgi-conformance serve"):
            from tgi_reference.compose import compose, injections_of  # noqa: PLC0415
            from tgi_reference.fleet import FleetApp, members_of  # noqa: PLC0415
            from tgi_reference.server import ListenError, listen_often, serve_forever, url_of  # noqa: PLC0415
            from tgi_reference.workers import serve_in_processes  # noqa: PLC0415
    except MissingExtraError as error:
        raise WrongUsage(str(error)) from None

    try:
        injections = injections_of(settings)
        members = members_of(settings, fleet) if fleet else ()
        sockets = listen_often(settings)
    except (ListenError, SettingsError) as error:
        raise WrongUsage(str(error)) from None
    _log(settings)
    url = url_of(sockets[0])
    app: ASGIApp = FleetApp(members)
    services, told = None, fleet_note(members, url)
    if not members:
        composed = compose(settings, injections)
        app, services, told = composed.app, composed.services, note(settings, url)

    def serve_one(one: socket.socket, ready: Callable[[], None]) -> None:
        serve_forever(app, services, one, ready)

    if settings.workers == 1:
        serve_one(sockets[0], lambda: click.echo(told))
        return
    sys.exit(serve_in_processes(sockets, serve_one, lambda: click.echo(told)))


def fleet_note(members: Sequence[Member], url: str) -> str:
    """What a fleet says of itself when it starts."""
    faulty = sum(bool(member.settings.faults) for member in members)
    return f"TGI reference servers: {len(members)}, {faulty} with a fault; their URLs: {url}/fleet.yaml"


def note(settings: Settings, url: str) -> str:
    """What a server says of itself when it starts; not its key."""
    peculiarities = [
        text
        for is_on, text in (
            (settings.api_key is not None, "needs a key"),
            (settings.disable_grammar_support, "refuses grammars"),
            (settings.failure_prompts, "fails on marked prompts"),
            (settings.backend_down, "its model process is down"),
            (settings.token_latency > 0, f"takes {settings.token_latency * 1000:g} ms a token"),
            (settings.no_tokenizer, "has no tokenizer"),
            (settings.workers > 1, f"serves in {settings.workers} processes"),
            (settings.noise > 0, f"its logits have noise of {settings.noise:g}"),
        )
        if is_on
    ]
    variety = f" Variants: {', '.join(settings.variants)}." if settings.variants else ""
    return (
        f"TGI reference server (a tiny statistical model, for tests) on {url}\n"
        f"Answers as: {_manner(settings)}. Settings: {', '.join(peculiarities) or 'the defaults'}. "
        f"Faults: {', '.join(settings.faults) or 'none'}.{variety}\n"
        f"Documentation: {url}/docs/"
    )


def _manner(settings: Settings) -> str:
    name = settings.fidelity.name
    return name if settings.release is NEWEST else f"{name} {settings.release.name}"


def _log(settings: Settings) -> None:
    """Send log lines to standard error: one a request, unless quiet."""
    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    for name in ("tgi_reference", "uvicorn.error"):
        logging.getLogger(name).addHandler(handler)
    logging.getLogger("tgi_reference").setLevel(logging.WARNING if settings.quiet else logging.INFO)
    logging.getLogger("uvicorn.error").setLevel(logging.WARNING)


@click.command(
    context_settings=_HELP,
    epilog=examples("faults", "faults --json"),
    short_help="List the faults of the reference server.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def faults(*, as_json: bool) -> None:
    """List the faults of the reference server: `serve --fault NAME` breaks one promise."""
    _list("fault", as_json=as_json)


@click.command(
    context_settings=_HELP,
    epilog=examples("variants", "variants --json"),
    short_help="List the variants of the reference server.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def variants(*, as_json: bool) -> None:
    """List the variants of the reference server: `serve --variant NAME` differs in one legal way."""
    _list("variant", as_json=as_json)


def _list(noun: str, *, as_json: bool) -> None:
    try:
        with needing("server", f"tgi-conformance {noun}s"):
            from tgi_reference.compose import catalogue  # noqa: PLC0415
    except MissingExtraError as error:
        raise WrongUsage(str(error)) from None

    every = list(catalogue(noun))
    if as_json:
        click.echo(json.dumps([{"name": one.name, "statement": one.statement} for one in every], indent=2))
        return
    width = max(len(one.name) for one in every)
    for one in every:
        click.echo(f"{one.name:{width}}  {one.statement}")
