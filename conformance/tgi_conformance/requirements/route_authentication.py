"""An API key: whoever has it gets in, nobody else does; what is open stays open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from tgi_conformance.http.exchange import TOO_MANY
from tgi_conformance.protocol.forms import CHAT, COMPLETIONS, INVOCATIONS, STREAMED, get
from tgi_conformance.requirements._declare import Catalogue
from tgi_conformance.requirements._verify import OK, expect, expect_status
from tgi_conformance.requirements.tools import WEATHER
from tgi_conformance.results.levels import Level
from tgi_conformance.results.outcomes import UnsupportedError
from tgi_conformance.session.probes import LOCKED, MINIMAL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgi_conformance.http.exchange import Request
    from tgi_conformance.session.context import Context

CATALOGUE = Catalogue(__name__, "authentication", "any operation")
SOURCE = "behaviour.md#authentication"
PROTECTED = (
    "POST /",
    "POST /generate",
    "POST /generate_stream",
    "POST /v1/chat/completions",
    "POST /v1/completions",
    "POST /tokenize",
    "POST /invocations",
)
# What clients send that have no key, and keys of other services.
PLACEHOLDERS = ("-", "EMPTY", "*", f"hf_{'x' * 34}", f"sk-{'0' * 32}", "eyJhbGciOiJub25lIn0.e30.")
LONG_KEY = 4_000  # characters; hashes of passwords look at the first few dozen
SOME = 2  # routes, and placeholders
MALFORMED = 400  # RFC 6750 has it for credentials that are no bearer token
WHY = "A route that was forgotten is an open GPU."


def _protected(context: Context) -> Iterator[Request]:
    """Give a request to each protected route that is offered."""
    if context.session.sender.target.key is None:
        raise UnsupportedError("no key was given (--api-key-env NAME)")
    yield from (MINIMAL[name] for name in PROTECTED if name not in context.capabilities.absent)


@CATALOGUE.add("key-opens-every-route", "With the key every route that needs one answers.", source=SOURCE)
def right(context: Context) -> None:
    """Send the key."""
    for request in _protected(context):
        with context.case():
            expect_status(context.cached(request), OK)


@CATALOGUE.add("no-key-is-refused", "Without a key those routes answer 401 (or 403).", source=SOURCE, why=WHY)
def missing(context: Context) -> None:
    """Send none."""
    for request in _protected(context):
        with context.case():
            _expect_locked(context, evolve(request, anonymous=True))


@CATALOGUE.add(
    "wrong-key-is-refused", "With another key those routes answer 401 (or 403).", source=SOURCE, why=WHY
)
def wrong(context: Context) -> None:
    """Send keys that are none on each route, and on one of them keys that are nearly the right one."""
    for request in context.sample([*_protected(context)], SOME):
        with context.case():
            _expect_locked(context, _with(request, "Bearer not-the-key"))
    for request in list(_protected(context))[:1]:
        for malformed in ("Bearer", "not-the-key"):
            with context.case():
                _expect_locked(context, _with(request, malformed), MALFORMED)
        key = str(context.session.sender.target.key and context.session.sender.target.key.value)
        for near in (
            *_nearly(key),
            *context.sample(PLACEHOLDERS, SOME),
            "".join(sorted(key)),
            key + "x" * LONG_KEY,
        ):
            with context.case():
                _expect_locked(context, _with(request, f"Bearer {near}"), MALFORMED)
        with context.case():
            elsewhere = evolve(request, headers=(*request.headers, ("X-Api-Key", "not-the-key")))
            _expect_locked(context, evolve(elsewhere, anonymous=True), MALFORMED)


def _nearly(key: str) -> tuple[str, ...]:
    """Keys that are not the right one and share much with it."""
    other = "x" if key[-1:].lower() != "x" else "y"
    return tuple(
        near for near in (key + other, key[:-1], key[1:], key[:-1] + other) if near.strip() == near != ""
    )


@CATALOGUE.add(
    "refusals-do-not-show-the-key",
    "What a request without the right key is answered holds nothing of the key.",
    source=SOURCE,
    why="It would open the server for everybody.",
)
def secret(context: Context) -> None:
    """Look for the key where it was not sent."""
    for request in context.sample([*_protected(context)], SOME):
        key = context.session.sender.target.key
        exchange = context.send_once(_with(request, "Bearer not-the-key"))
        shown = key is not None and key.value.encode() in exchange.response.body
        expect(not shown, "no key in the answer", "the key")


@CATALOGUE.add(
    "streams-and-aliases-need-the-key",
    "Without a key no body opens a route: streamed ones, and each kind that /invocations takes, included.",
    source=SOURCE,
    why=WHY,
)
def other_bodies(context: Context) -> None:
    """Ask for streams, and for each kind of body, without a key."""
    for form in (*STREAMED, INVOCATIONS):
        if context.session.sender.target.key is None:
            raise UnsupportedError("no key was given (--api-key-env NAME)")
        bodies = [form.body(tokens=1)]
        if form.dialect == "chat":
            bodies.append(form.body(tokens=1, tools=[WEATHER]))
        if form.path == INVOCATIONS.path:
            bodies += [CHAT.body(tokens=1), COMPLETIONS.body(tokens=1)]
        if form.operation not in context.capabilities.absent:
            for request in map(form.request, bodies):
                if request not in MINIMAL.values():  # which are sent without a key as they are
                    with context.case():
                        _expect_locked(context, evolve(request, anonymous=True))


@CATALOGUE.add(
    "other-schemes-are-refused",
    "Credentials of another scheme than Bearer are refused with 401 (or 403).",
    source=SOURCE,
    why=WHY,
)
def scheme(context: Context) -> None:
    """Send Basic credentials."""
    for request in context.sample([*_protected(context)], SOME):
        with context.case():
            _expect_locked(context, _with(request, "Basic dXNlcjpwYXNz"), MALFORMED)


@CATALOGUE.add(
    "health-needs-no-key",
    "GET /health answers without a key.",
    source=SOURCE,
    level=Level.SHOULD,  # a gateway may want the key for everything
    why="Orchestrators have none.",
)
def health(context: Context) -> None:
    """Ask without it."""
    if context.session.sender.target.key is None:
        raise UnsupportedError("no key was given (--api-key-env NAME)")
    if "GET /health" in context.capabilities.absent:
        raise UnsupportedError(context.capabilities.absent["GET /health"])
    exchange = context.send(get("/health"), authenticate=False)
    if exchange.response.status in LOCKED:
        everything = context.send(get("/info"), authenticate=False).response.status
        if everything in LOCKED:
            raise UnsupportedError(f"a gateway wants the key for everything: GET /info answered {everything}")
    expect_status(exchange, OK)


def _expect_locked(context: Context, request: Request, *also: int) -> None:
    """Raise UnmetError unless nobody is let in; a gateway may keep off who tries keys."""
    expect_status(context.send_once(request), *LOCKED, *also, TOO_MANY)


def _with(request: Request, authorization: str) -> Request:
    return evolve(request, headers=(*request.headers, ("Authorization", authorization)))
