"""Credentials are not repeated in answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from tgi_conformance.protocol.forms import UNSTREAMED
from tgi_conformance.protocol.routes import AUTHENTICATION
from tgi_conformance.requirements._declaration import requirement
from tgi_conformance.requirements._verify import expect
from tgi_conformance.results.outcomes import UnsupportedError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgi_conformance.http.exchange import Exchange, Request
    from tgi_conformance.session.context import Context

MADE_UP = "tgi-conformance-9f3b7c1e5a"  # a key that no deployment has, and that no answer contains by chance
SHORTEST = 8  # characters; an answer may contain a shorter key by chance


@requirement(
    "refusals-do-not-repeat-credentials",
    "A refused request is answered without its credentials, whatever it is refused for.",
    route=AUTHENTICATION,
    source="behaviour.md#authentication",
    category="keys",
    why="Errors are logged, displayed and forwarded, and everybody who reads them gets the key.",
)
def refusals_do_not_repeat_credentials(context: Context) -> None:
    form = next((form for form in UNSTREAMED if form.operation not in context.capabilities.absent), None)
    if form is None:
        raise UnsupportedError("no generation route is offered")
    key = context.session.sender.target.key
    for request in _refused(form.path, form.ask(tokens=1, temperature=-1.0)):
        with context.case():
            made_up = evolve(request, headers=(*request.headers, ("Authorization", f"Bearer {MADE_UP}")))
            _expect_not_within(MADE_UP, context.send_once(made_up))
        if key is not None and len(key.value) >= SHORTEST:
            with context.case():
                _expect_not_within(key.value, context.send_once(request))


def _refused(path: str, invalid: Request) -> Iterator[Request]:
    """Give requests that are refused for a parameter, for their syntax, and for their path."""
    yield invalid
    yield evolve(invalid, content=b"{")
    yield evolve(invalid, path=f"{path.rstrip('/')}/nothing_here")


def _expect_not_within(secret: str, exchange: Exchange) -> None:
    response = exchange.response
    answer = [response.text, *(f"{name}: {value}" for name, value in response.headers.items())]
    shown = any(secret.lower() in text.lower() for text in answer)
    # The finding shows the request and its answer, where the key is redacted.
    expect(not shown, "an answer without the request's credentials", "the credentials", exchange)
