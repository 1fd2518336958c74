"""Response headers that proxies meter by: tokens, characters and times."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgi_conformance.protocol.forms import UNSTREAMED
from tgi_conformance.requirements._counting import LIMITS, PROMPTS, ask, counted
from tgi_conformance.requirements._declaration import requirement
from tgi_conformance.requirements._verify import expect, expect_answer, expect_equal

if TYPE_CHECKING:
    from tgi_conformance.protocol.forms import Form
    from tgi_conformance.session.context import Context

TOTAL = "x-total-time"
PARTS = ("x-validation-time", "x-queue-time", "x-inference-time", "x-time-per-token")
MILLISECONDS = 1000
A_SECOND = 1000  # milliseconds by which clocks may differ
DIGITS = 12  # of a number of milliseconds; a longer one is not read whole


@requirement(
    "headers-count-the-tokens",
    "`x-generated-tokens` and `x-prompt-tokens` equal the counts in the body.",
    forms=UNSTREAMED,
    source="behaviour.md#headers",
    category="tokens",
    needs=("tgi-headers",),
    why="Proxies meter by the headers and never parse the body.",
)
def headers_count_the_tokens(context: Context, form: Form) -> None:
    exchange, answer = ask(context, form, LIMITS[-1])
    headers = exchange.response.headers
    expect_equal(str(answer.generated), headers.get("x-generated-tokens"), "x-generated-tokens", exchange)
    if answer.prompt is not None:
        expect_equal(str(answer.prompt), headers.get("x-prompt-tokens"), "x-prompt-tokens", exchange)


@requirement(
    "headers-tell-times",
    "Time headers have whole milliseconds, no more than the request took, and `x-compute-characters` counts "
    "the prompt.",
    forms=UNSTREAMED,
    source="behaviour.md#headers",
    category="tokens",
    needs=("tgi-headers",),
    why="Latency dashboards read them.",
)
def headers_tell_times(context: Context, form: Form) -> None:
    exchange = context.cached(form.ask(PROMPTS[1], tokens=LIMITS[-1], **counted(form)))
    expect_answer(form, exchange)
    headers = exchange.response.headers
    most = exchange.response.seconds * MILLISECONDS + A_SECOND
    for name in (TOTAL, *PARTS):
        stated = headers.get(name, "0")
        fits = stated.isascii() and stated.isdigit() and int(stated[:DIGITS]) <= most
        expect(fits, f"{name} in milliseconds, at most {most:.0f}", stated, exchange)
    longest = max(int(headers.get(name, "0")[:DIGITS]) for name in PARTS)
    total = int(headers.get(TOTAL, "0")[:DIGITS])
    expect(longest <= total + 1, f"{TOTAL} of at least {longest}", total, exchange)
    seconds = headers.get("x-compute-time", "0")
    fits = _is_number(seconds) and float(seconds) * MILLISECONDS <= most
    expect(fits, f"x-compute-time in seconds, at most {most / MILLISECONDS:.1f}", seconds, exchange)
    characters = headers.get("x-compute-characters", "")
    if form.dialect != "chat":
        expect_equal(str(len(PROMPTS[1])), characters, "x-compute-characters", exchange)


def _is_number(text: str) -> bool:
    try:
        return float(text) >= 0
    except ValueError:
        return False
