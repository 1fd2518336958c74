"""An API key: whoever has it gets in, nobody else does; what is open stays open."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from tgi_conformance.api import get
from tgi_conformance.outcomes import UnsupportedError
from tgi_conformance.probes import LOCKED, MINIMAL
from tgi_conformance.requirement import Catalogue
from tgi_conformance.verify import OK, expect_status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgi_conformance.exchange import Request
    from tgi_conformance.trial import Trial

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
            expect_status(trial.send(request, authenticate=False), *LOCKED)


@CATALOGUE.add(
    "wrong-key-is-refused", "With another key those routes answer 401 (or 403).", source=SOURCE, why=WHY
)
def wrong(trial: Trial) -> None:
    """Send a key that is none, and the beginning of none."""
    for request in _protected(trial):
        with trial.case():
            expect_status(trial.send(_with(request, "Bearer not-the-key")), *LOCKED)
        for malformed in ("Bearer", "not-the-key"):
            with trial.case():
                expect_status(trial.send(_with(request, malformed)), 400, *LOCKED)


@CATALOGUE.add(
    "other-schemes-are-refused",
    "Credentials of another scheme than Bearer are refused with 401 (or 403).",
    source=SOURCE,
    why=WHY,
)
def scheme(trial: Trial) -> None:
    """Send Basic credentials."""
    for request in _protected(trial):
        with trial.case():
            expect_status(trial.send(_with(request, "Basic dXNlcjpwYXNz")), *LOCKED)


@CATALOGUE.add(
    "health-needs-no-key",
    "GET /health answers without a key.",
    source=SOURCE,
    why="Orchestrators have none.",
)
def health(trial: Trial) -> None:
    """Ask without it."""
    if trial.setting.client.target.key is None:
        raise UnsupportedError("no key was given (--api-key-env NAME)")
    if "GET /health" in trial.facts.absent:
        raise UnsupportedError(trial.facts.absent["GET /health"])
    expect_status(trial.send(get("/health"), authenticate=False), OK)


def _with(request: Request, authorization: str) -> Request:
    return evolve(request, headers=(*request.headers, ("Authorization", authorization)))
