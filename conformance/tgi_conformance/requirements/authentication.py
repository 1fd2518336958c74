"""Authentication: only the API key opens the routes that require one, and no answer repeats it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from tgi_conformance.http.exchange import TOO_MANY
from tgi_conformance.protocol.forms import CHAT, COMPLETIONS, INVOCATIONS, STREAMED, UNSTREAMED
from tgi_conformance.protocol.routes import AUTHENTICATION, HEALTH, INFO, example_of
from tgi_conformance.requirements._declaration import SHOULD, requirement
from tgi_conformance.requirements._verify import OK, expect, expect_status
from tgi_conformance.requirements.tools import WEATHER
from tgi_conformance.results.outcomes import UnsupportedError
from tgi_conformance.session.probes import LOCKED, MINIMAL

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgi_conformance.http.exchange import Exchange, Request
    from tgi_conformance.http.target import Key
    from tgi_conformance.session.context import Context

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
# What clients send when they have no key, and keys of other services.
PLACEHOLDERS = ("-", "EMPTY", "*", f"hf_{'x' * 34}", f"sk-{'0' * 32}", "eyJhbGciOiJub25lIn0.e30.")
WRONG = "Bearer not-the-key"
LONG_KEY = 4_000  # characters; some password hashes read only the first few dozen
SOME = 2  # routes, and placeholders
MALFORMED = 400  # RFC 6750 requires it for credentials that are not a bearer token
MADE_UP = "tgi-conformance-9f3b7c1e5a"  # a key that no deployment has, and that no answer contains by chance
SHORTEST = 8  # characters; an answer may contain a shorter key by chance
WHY = "Whoever finds an unprotected route can use the GPU."


def _key(context: Context) -> Key:
    """Return the deployment's key; raises UnsupportedError if none was given."""
    key = context.session.sender.target.key
    if key is None:
        raise UnsupportedError("no key was given (--api-key-env NAME)")
    return key


def _protected(context: Context) -> list[Request]:
    """Return a request to each protected route that is offered; raises UnsupportedError without a key."""
    _key(context)
    return [MINIMAL[name] for name in PROTECTED if name not in context.capabilities.absent]


def _with(request: Request, authorization: str) -> Request:
    return evolve(request, headers=(*request.headers, ("Authorization", authorization)))


def _expect_locked(context: Context, request: Request, *also: int) -> None:
    """Raise UnmetError unless a request is refused for its key, or for too many attempts with wrong keys."""
    expect_status(context.send_once(request), *LOCKED, *also, TOO_MANY)


@requirement(
    "key-opens-every-route",
    "With the key, every route that requires one is answered.",
    route=AUTHENTICATION,
    source=SOURCE,
    category="keys",
)
def key_opens_every_route(context: Context) -> None:
    for request in _protected(context):
        with context.case():
            expect_status(context.cached(request), OK)


@requirement(
    "no-key-is-refused",
    "Without a key, these routes answer 401 (or 403).",
    route=AUTHENTICATION,
    source=SOURCE,
    category="keys",
    why=WHY,
)
def no_key_is_refused(context: Context) -> None:
    for request in _protected(context):
        with context.case():
            _expect_locked(context, evolve(request, anonymous=True))


@requirement(
    "wrong-key-is-refused",
    "With a wrong key, these routes answer 401 (or 403).",
    route=AUTHENTICATION,
    source=SOURCE,
    category="keys",
    why=WHY,
)
def wrong_key_is_refused(context: Context) -> None:
    """Send a wrong key to each route, and to one of them keys that are nearly the right one."""
    for request in context.share(_protected(context), SOME):
        with context.case():
            _expect_locked(context, _with(request, WRONG))
    for request in _protected(context)[:1]:
        for malformed in ("Bearer", "not-the-key"):
            with context.case():
                _expect_locked(context, _with(request, malformed), MALFORMED)
        for key in _wrong_keys(context):
            with context.case():
                _expect_locked(context, _with(request, f"Bearer {key}"), MALFORMED)
        with context.case():
            elsewhere = evolve(request, headers=(*request.headers, ("X-Api-Key", "not-the-key")))
            _expect_locked(context, evolve(elsewhere, anonymous=True), MALFORMED)


def _wrong_keys(context: Context) -> Iterator[str]:
    key = _key(context).value
    yield from _similar(key)
    yield from context.share(PLACEHOLDERS, SOME)
    yield "".join(sorted(key))
    yield key + "x" * LONG_KEY


def _similar(key: str) -> tuple[str, ...]:
    """Return wrong keys that differ from the right one by a character."""
    other = "x" if key[-1:].lower() != "x" else "y"
    candidates = (key + other, key[:-1], key[1:], key[:-1] + other)
    return tuple(similar for similar in candidates if similar.strip() == similar != "")


@requirement(
    "refusals-do-not-show-the-key",
    "The answer to a request with a wrong key does not contain the right one.",
    route=AUTHENTICATION,
    source=SOURCE,
    category="keys",
    why="It would open the server to everybody.",
)
def refusals_do_not_show_the_key(context: Context) -> None:
    for request in context.share(_protected(context), SOME):
        exchange = context.send_once(_with(request, WRONG))
        shown = _key(context).value.encode() in exchange.response.body
        expect(not shown, "no key in the answer", "the key")


@requirement(
    "streams-and-aliases-need-the-key",
    "Without a key, streaming requests and every kind of body that /invocations accepts are refused too.",
    route=AUTHENTICATION,
    source=SOURCE,
    category="keys",
    why=WHY,
)
def streams_and_aliases_need_the_key(context: Context) -> None:
    _key(context)
    for form in (*STREAMED, INVOCATIONS):
        bodies = [form.body(tokens=1)]
        if form.dialect == "chat":
            bodies.append(form.body(tokens=1, tools=[WEATHER]))
        if form.path == INVOCATIONS.path:
            bodies += [CHAT.body(tokens=1), COMPLETIONS.body(tokens=1)]
        if form.operation not in context.capabilities.absent:
            for request in map(form.request, bodies):
                if request not in MINIMAL.values():  # which another requirement sends without a key
                    with context.case():
                        _expect_locked(context, evolve(request, anonymous=True))


@requirement(
    "other-schemes-are-refused",
    "Credentials of any scheme but Bearer are refused with 401 (or 403).",
    route=AUTHENTICATION,
    source=SOURCE,
    category="keys",
    why=WHY,
)
def other_schemes_are_refused(context: Context) -> None:
    for request in context.share(_protected(context), SOME):
        with context.case():
            _expect_locked(context, _with(request, "Basic dXNlcjpwYXNz"), MALFORMED)


@requirement(
    "health-needs-no-key",
    "GET /health is answered without a key.",
    route=AUTHENTICATION,
    source=SOURCE,
    category="keys",
    level=SHOULD,  # a gateway may require the key for everything
    why="Orchestrators probe it without a key.",
)
def health_needs_no_key(context: Context) -> None:
    _key(context)
    if HEALTH.operation in context.capabilities.absent:
        raise UnsupportedError(context.capabilities.absent[HEALTH.operation])
    exchange = context.send(example_of(HEALTH), authenticate=False)
    if exchange.response.status in LOCKED:
        everything = context.send(example_of(INFO), authenticate=False).response.status
        if everything in LOCKED:
            raise UnsupportedError(f"a gateway requires the key everywhere: GET /info answered {everything}")
    expect_status(exchange, OK)


@requirement(
    "refusals-do-not-repeat-credentials",
    "The answer to a refused request does not contain its credentials, whatever the reason for the refusal.",
    route=AUTHENTICATION,
    source=SOURCE,
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
            _expect_not_within(MADE_UP, context.send_once(_with(request, f"Bearer {MADE_UP}")))
        if key is not None and len(key.value) >= SHORTEST:
            with context.case():
                _expect_not_within(key.value, context.send_once(request))


def _refused(path: str, invalid: Request) -> Iterator[Request]:
    """Yield requests that are refused for a parameter, for their syntax, and for their path."""
    yield invalid
    yield evolve(invalid, content=b"{")
    yield evolve(invalid, path=f"{path.rstrip('/')}/nothing_here")


def _expect_not_within(secret: str, exchange: Exchange) -> None:
    response = exchange.response
    answer = [response.text, *(f"{name}: {value}" for name, value in response.headers.items())]
    shown = any(secret.lower() in text.lower() for text in answer)
    # The finding shows the request and its answer, with the key redacted.
    expect(not shown, "an answer without the request's credentials", "the credentials", exchange)
