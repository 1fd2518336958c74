"""Reports for the tests of report formats: every outcome, no results, hostile text in every field."""

from __future__ import annotations

from typing import Any

from attrs import evolve

from tgi_conformance.results.evidence import EventSeen, RequestSeen, ResponseSeen
from tgi_conformance.results.levels import Depth, Level, Outcome, Verdict
from tgi_conformance.results.profiles import ProfileResult
from tgi_conformance.results.report import Report, Result, SetUsed

CURL = "curl -i http://h.test/generate -H 'content-type: application/json' --data-raw '{}'"
REQUEST = RequestSeen("POST", "/generate", (("content-type", "application/json"),), '{"inputs":"naïve 🤖"}')
RESPONSE = ResponseSeen(500, (("content-type", "text/plain"),), 0.0123, "oops")
STREAM = ResponseSeen(
    200,
    (("content-type", "text/event-stream"),),
    0.4,
    "data: 1",
    (EventSeen(0.1, "message", '{"n":1}'), EventSeen(0.2, "error", "2"), EventSeen(0.4, "message", "[DONE]")),
)
SEEN: dict[str, Any] = {
    "expected": "status 200",
    "actual": "500 text/plain: 'oops'",
    "curl": CURL,
    "request": REQUEST,
    "response": RESPONSE,
}


def result(words: str, outcome: Outcome, level: Level = Level.MUST, **rest: Any) -> Result:
    fixed: dict[str, Any] = {
        "id": f"generate.{words}",
        "level": level,
        "category": "answers",
        "operation": "POST /generate",
        "statement": f"What `{words}` says.",
        "source": "#/paths/~1generate/post",
        "why": "Clients rely on it.",
        "outcome": outcome,
        "cases": 3,
        "seconds": 0.25,
    }
    return Result(**{**fixed, **rest})


RESULTS = (
    result("passes", Outcome.PASSED),
    result("must-fails", Outcome.FAILED, **SEEN),
    result("must-fails-too", Outcome.FAILED, **SEEN),
    result("stream-fails", Outcome.FAILED, category="streams", **{**SEEN, "actual": "2", "response": STREAM}),
    result("no-answer", Outcome.FAILED, **{**SEEN, "actual": "not whole after 3 bytes", "response": None}),
    result("should-fails", Outcome.FAILED, Level.SHOULD, **SEEN),
    result("may-fails", Outcome.FAILED, Level.MAY, **SEEN),
    result("is-known", Outcome.KNOWN_DEVIATION, reason="answers otherwise (generate/plain)", **SEEN),
    result("is-not-there", Outcome.UNSUPPORTED, reason="POST /generate answered 404"),
    result("is-inconclusive", Outcome.INCONCLUSIVE, reason="no connection"),
    evolve(result("x", Outcome.PASSED, category="streams"), id="root.passes-too", operation="POST /"),
)
BAD = Report(
    version="0.1.0",
    target="http://h.test",
    server={"model_id": "org/model", "version": "3.3.6", "max_concurrent_requests": 128},
    depth=Depth.STANDARD,
    seed=7,
    started="2026-01-02T03:04:05+00:00",
    seconds=12.3456,
    requests=1045,
    generated_tokens=6780,
    verdict=Verdict.DOES_NOT_CONFORM,
    reason="",
    requirements=RESULTS,
    stale_deviations=("generate.passes: answers otherwise",),
)
GOOD = evolve(
    BAD, verdict=Verdict.CONFORMS, requirements=(RESULTS[0], *RESULTS[7:9], RESULTS[10]), stale_deviations=()
)
BUSY = evolve(GOOD, requests=1051, overloads=6)
STRICT = evolve(GOOD, verdict=Verdict.DOES_NOT_CONFORM, strict=True)
NONE = evolve(
    BAD,
    verdict=Verdict.COULD_NOT_TELL,
    reason="the deployment cannot be reached: no connection",
    requirements=(),
    stale_deviations=(),
    server={},
)
PROFILES = (
    ProfileResult("native", Verdict.CONFORMS, checked=4, total=400, asked=True),
    ProfileResult(
        "openai", Verdict.DOES_NOT_CONFORM, must=1, checked=3, total=3, missing=("GET /v1/models",)
    ),
    ProfileResult("sagemaker", None, "POST /invocations answered 404", checked=2, total=2),
)
PROFILED = evolve(
    BAD,
    profiles=PROFILES,
    scored_by=SetUsed("1.0", f"sha256:{'8e14439b1945ccd1' * 4}"),
    requirements=(*RESULTS[:3], evolve(RESULTS[3], scored=False)),
)
REPORTS = {
    "every outcome": BAD,
    "conforms": GOOD,
    "busy": BUSY,
    "strict": STRICT,
    "could not tell": NONE,
    "profiles": PROFILED,
}

HOSTILE = (
    "</style></script></pre><script>document.title='owned'</script>"
    "<img src=x onerror=\"document.title='owned'\">' onmouseover='document.title=1' "
    '" autofocus onfocus="document.title=2" javascript:alert(1) ]]> &amp; {{7*7}} '
    "\x1b[31mred\x1b]0;title\x07 \u202egnp.exe\u202c \u2066\u200b\ufeff \0\x08\r\n\u2028\ud800 `` ``` | "
    "[x](http://e.test) ![i](http://e.test/i.png) <http://e.test> www.e.test @somebody # <!-- [bold]x[/] [/]"
)


def hostile() -> Report:
    """Give a report with hostile text in every field that a server controls."""
    headers = ((HOSTILE, HOSTILE),)
    events = (EventSeen(0.1, HOSTILE, HOSTILE),)
    request = RequestSeen("POST", "/generate", headers, HOSTILE)
    response = ResponseSeen(200, headers, 0.2, HOSTILE, events, 0)
    seen: dict[str, Any] = {"expected": HOSTILE, "actual": HOSTILE, "reason": HOSTILE, "curl": HOSTILE}
    return evolve(
        BAD,
        server={"model_id": HOSTILE, HOSTILE: [HOSTILE, {HOSTILE: HOSTILE}]},
        reason=HOSTILE,
        stale_deviations=(HOSTILE,),
        profiles=(evolve(PROFILES[2], reason=HOSTILE, missing=(HOSTILE,)),),
        requirements=tuple(evolve(r, request=request, response=response, **seen) for r in RESULTS),
    )


def many(count: int, text: int) -> Report:
    """Give a report in which everything failed, each by a cause of its own and with long texts."""
    long = '{"a": "' + "<&\"'>" * (text // 5)
    events = tuple(EventSeen(n / 10, "message", long[:600]) for n in range(50))
    stream = ResponseSeen(
        200, tuple((f"x-{n}", long[:300]) for n in range(40)), 6.0, long[:1000], events, 500
    )
    seen = {**SEEN, "actual": long[:600], "request": evolve(REQUEST, body=long), "response": stream}
    failed = [
        result(f"n{n}", Outcome.FAILED, **{**seen, "expected": f"{in_letters(n)} {long[:600]}"})
        for n in range(count)
    ]
    return evolve(BAD, requirements=tuple(failed))


def in_letters(number: int) -> str:
    """Write a number as a word, which is no value that may differ from one failure to the next."""
    return "".join("abcdefghij"[int(digit)] for digit in str(number))
