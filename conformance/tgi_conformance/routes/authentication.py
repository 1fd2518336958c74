"""An API key: whoever has it gets in, nobody else does; what is open stays open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from tgi_conformance.api import CHAT, COMPLETIONS, INVOCATIONS, STREAMED, get
from tgi_conformance.exchange import TOO_MANY
from tgi_conformance.families.credentials import credentials
from tgi_conformance.families.tools import WEATHER
from tgi_conformance.levels import Level
from tgi_conformance.outcomes import UnsupportedError
from tgi_conformance.probes import LOCKED, MINIMAL
from tgi_conformance.requirement import Catalogue
from tgi_conformance.verify import OK, expect, expect_status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgi_conformance.exchange import Request
    from tgi_conformance.trial import Trial

CATALOGUE = Catalogue(__name__, "authentication", "any operation")
credentials(CATALOGUE)
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


def _protected(trial: Trial) -> Iterator[Request]:
    """Give a request to each protected route that is offered."""
    if trial.setting.client.target.key is None:
        raise UnsupportedError("no key was given (--api-key-env NAME)")
    yield from (MINIMAL[name] for name in PROTECTED if name not in trial.facts.absent)


@CATALOGUE.add("key-opens-every-route", "With the key every route that needs one answers.", source=SOURCE)
def right(trial: Trial) -> None:
    """Send the key."""
    for request in _protected(trial):
        with trial.case():
            expect_status(trial.sample(request), OK)


@CATALOGUE.add("no-key-is-refused", "Without a key those routes answer 401 (or 403).", source=SOURCE, why=WHY)
def missing(trial: Trial) -> None:
    """Send none."""
    for request in _protected(trial):
        with trial.case():
            _expect_locked(trial, evolve(request, anonymous=True))


@CATALOGUE.add(
    "wrong-key-is-refused", "With another key those routes answer 401 (or 403).", source=SOURCE, why=WHY
)
def wrong(trial: Trial) -> None:
    """Send keys that are none on each route, and on one of them keys that are nearly the right one."""
    for request in trial.share([*_protected(trial)], SOME):
        with trial.case():
            _expect_locked(trial, _with(request, "Bearer not-the-key"))
    for request in list(_protected(trial))[:1]:
        for malformed in ("Bearer", "not-the-key"):
            with trial.case():
                _expect_locked(trial, _with(request, malformed), MALFORMED)
        key = str(trial.setting.client.target.key and trial.setting.client.target.key.value)
        for near in (
            *_nearly(key),
            *trial.share(PLACEHOLDERS, SOME),
            "".join(sorted(key)),
            key + "x" * LONG_KEY,
        ):
            with trial.case():
                _expect_locked(trial, _with(request, f"Bearer {near}"), MALFORMED)
        with trial.case():
            elsewhere = evolve(request, headers=(*request.headers, ("X-Api-Key", "not-the-key")))
            _expect_locked(trial, evolve(elsewhere, anonymous=True), MALFORMED)


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
def secret(trial: Trial) -> None:
    """Look for the key where it was not sent."""
    for request in trial.share([*_protected(trial)], SOME):
        key = trial.setting.client.target.key
        exchange = trial.send_once(_with(request, "Bearer not-the-key"))
        shown = key is not None and key.value.encode() in exchange.response.body
        expect(not shown, "no key in the answer", "the key")


@CATALOGUE.add(
    "streams-and-aliases-need-the-key",
    "Without a key no body opens a route: streamed ones, and each kind that /invocations takes, included.",
    source=SOURCE,
    why=WHY,
)
def other_bodies(trial: Trial) -> None:
    """Ask for streams, and for each kind of body, without a key."""
    for form in (*STREAMED, INVOCATIONS):
        if trial.setting.client.target.key is None:
            raise UnsupportedError("no key was given (--api-key-env NAME)")
        bodies = [form.body(tokens=1)]
        if form.dialect == "chat":
            bodies.append(form.body(tokens=1, tools=[WEATHER]))
        if form.path == INVOCATIONS.path:
            bodies += [CHAT.body(tokens=1), COMPLETIONS.body(tokens=1)]
        if form.operation not in trial.facts.absent:
            for request in map(form.request, bodies):
                if request not in MINIMAL.values():  # which are sent without a key as they are
                    with trial.case():
                        _expect_locked(trial, evolve(request, anonymous=True))


@CATALOGUE.add(
    "other-schemes-are-refused",
    "Credentials of another scheme than Bearer are refused with 401 (or 403).",
    source=SOURCE,
    why=WHY,
)
def scheme(trial: Trial) -> None:
    """Send Basic credentials."""
    for request in trial.share([*_protected(trial)], SOME):
        with trial.case():
            _expect_locked(trial, _with(request, "Basic dXNlcjpwYXNz"), MALFORMED)


@CATALOGUE.add(
    "health-needs-no-key",
    "GET /health answers without a key.",
    source=SOURCE,
    level=Level.SHOULD,  # a gateway may want the key for everything
    why="Orchestrators have none.",
)
def health(trial: Trial) -> None:
    """Ask without it."""
    if trial.setting.client.target.key is None:
        raise UnsupportedError("no key was given (--api-key-env NAME)")
    if "GET /health" in trial.facts.absent:
        raise UnsupportedError(trial.facts.absent["GET /health"])
    exchange = trial.send(get("/health"), authenticate=False)
    if exchange.response.status in LOCKED:
        everything = trial.send(get("/info"), authenticate=False).response.status
        if everything in LOCKED:
            raise UnsupportedError(f"a gateway wants the key for everything: GET /info answered {everything}")
    expect_status(exchange, OK)


def _expect_locked(trial: Trial, request: Request, *also: int) -> None:
    """Raise UnmetError unless nobody is let in; a gateway may keep off who tries keys."""
    expect_status(trial.send_once(request), *LOCKED, *also, TOO_MANY)


def _with(request: Request, authorization: str) -> Request:
    return evolve(request, headers=(*request.headers, ("Authorization", authorization)))
