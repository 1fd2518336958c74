"""Find out what a deployment is and what it offers, before any requirement is checked.

If a deployment does not offer something, the requirements about it are unsupported, with the probe's
evidence, and do not fail: a gateway that serves only the OpenAI-style routes is checked on those.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from attrs import evolve

from tgi_conformance.http.exchange import Exchange, NoAnswerError, Request
from tgi_conformance.protocol import forms as api
from tgi_conformance.protocol.answers import read_answer
from tgi_conformance.results.outcomes import InconclusiveError
from tgi_conformance.session.capabilities import GENERATION, Capabilities
from tgi_conformance.session.failures import ASLEEP
from tgi_conformance.session.recognition import unrecognizable
from tgi_conformance.session.repeatability import find_repeatable_opening
from tgi_conformance.session.retries import wait_until_awake

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tgi_conformance.session.response_cache import ResponseCache


ABSENT = (404, 405, 410, 501)
LOCKED = (401, 403)
FORBIDDEN = 403
PAGES = ("text/html", "application/xhtml+xml")
OK = 200
NOT_FOUND, UNPROCESSABLE = 404, 422
CLIENT_ERRORS = range(400, 500)
MOVED = (301, 302, 307, 308)

REPRODUCIBLE = "reproducible"  # greedy answers repeat, at least after a certain opening
EXACT = "exact"  # they repeat after every prompt

CHOICE = {"type": "regex", "value": "(yes|no)"}
CHAT_MESSAGES = {"messages": [{"role": "user", "content": api.PROMPT}]}

# One harmless request for each operation of the contract.
MINIMAL: dict[str, Request] = {
    "GET /info": api.get("/info"),
    "GET /health": api.get("/health"),
    "GET /metrics": api.get("/metrics"),
    "GET /v1/models": api.get("/v1/models"),
    "POST /": api.ROOT.ask(tokens=1),
    "POST /generate": api.GENERATE.ask(tokens=1),
    "POST /generate_stream": api.GENERATE_STREAM.ask(tokens=1),
    "POST /v1/chat/completions": api.CHAT.ask(tokens=1),
    "POST /v1/completions": api.COMPLETIONS.ask(tokens=1),
    "POST /invocations": api.INVOCATIONS.ask(tokens=1),
    "POST /tokenize": api.post("/tokenize", {"inputs": api.PROMPT}),
    "POST /chat_tokenize": api.post("/chat_tokenize", CHAT_MESSAGES),
}
# Sent as well as /info before a deployment counts as asleep: a gateway may not route /info to it.
ANYTHING = (MINIMAL["GET /health"], MINIMAL["POST /generate"], MINIMAL["POST /v1/chat/completions"])


def probe_reach(cache: ResponseCache) -> Capabilities:
    """Request `/info`, and `/health` if that times out, to find out whether the deployment answers."""
    evidence = ""
    for operation in ("GET /info", "GET /health"):
        try:
            wait_until_awake(cache.sender, (MINIMAL[operation], *ANYTHING))
            body = cache.get(MINIMAL[operation])[0].response.json
        except NoAnswerError as error:
            if error.kind == "refused":
                return Capabilities(unreachable=str(error))
            evidence = str(error) if error.kind == "timeout" else ""
        except InconclusiveError:
            return Capabilities()
        else:
            return Capabilities(info=body if operation == "GET /info" and isinstance(body, dict) else {})
        if not evidence:
            return Capabilities()
    return Capabilities(unreachable=evidence)


def probe(cache: ResponseCache, capabilities: Capabilities) -> Capabilities:
    """Probe every capability; stops at once if the deployment refuses connections."""
    try:
        answers, silent = minimal_answers(cache)
    except NoAnswerError as error:
        return evolve(capabilities, unreachable=str(error))
    problem = unrecognizable(answers, silent, GENERATION)
    if problem:
        return evolve(capabilities, locked=_locked(answers), unrecognizable=problem)
    absent = absent_operations(cache, answers)
    capabilities = evolve(capabilities, foreign=_foreign(answers), locked=_locked(answers))
    lacking = _lacking(cache, absent)
    evidence = lacking.pop(REPRODUCIBLE, "")
    every = {**absent, **lacking}
    return evolve(capabilities, **(not_exact(cache, every, evidence) if evidence else {"absent": every}))


def minimal_answers(cache: ResponseCache) -> tuple[dict[str, Exchange], list[str]]:
    """Return the answer of each operation that gives one, and why the others do not."""
    found = {operation: minimal_answer(cache, request) for operation, request in MINIMAL.items()}
    answers = {operation: answer for operation, answer in found.items() if isinstance(answer, Exchange)}
    return answers, [answer for answer in found.values() if isinstance(answer, str)]


def minimal_answer(cache: ResponseCache, request: Request) -> Exchange | str:
    """Return the answer, or why there is none; raises NoAnswerError if connections are refused."""
    try:
        return cache.get(request)[0]
    except InconclusiveError as error:
        return str(error)
    except NoAnswerError as error:
        if error.kind == "refused":
            raise
        return f"not answered: {error}"


def _status_elsewhere(cache: ResponseCache) -> int:
    """Return the status with which this deployment refuses an unknown path; 404 if it has no such status."""
    try:
        status = cache.get(api.post("/nothing_is_here", api.GENERATE.body(tokens=1)))[0].response.status
    except (NoAnswerError, InconclusiveError):
        return NOT_FOUND
    refusing = status in CLIENT_ERRORS or status in ASLEEP  # HAProxy answers 503 for a path without a backend
    return status if refusing and status != UNPROCESSABLE else NOT_FOUND


def absent_operations(cache: ResponseCache, answers: Mapping[str, Exchange]) -> dict[str, str]:
    """Find what is not offered: not found, forbidden unlike others, a page, chat without a template."""
    elsewhere, keyless = _status_elsewhere(cache), cache.sender.target.key is None
    statuses = [answers[operation].response.status for operation in GENERATION if operation in answers]
    open_ = bool(set(statuses) - {*ABSENT, *LOCKED, elsewhere})
    found = {}
    for operation, exchange in answers.items():
        response = exchange.response
        page = response.media_type in PAGES and response.body.lstrip()[:1] == b"<"
        refusing = set(ABSENT)
        if open_:
            # A generation route must accept the key that others accept, unless it is forbidden to everyone.
            refusing |= {elsewhere, *(LOCKED if keyless or operation not in GENERATION else (FORBIDDEN,))}
        if operation == api.ROOT.operation and _loses_its_slash(exchange):
            refusing.add(response.status)
        if response.status in refusing or (page and operation not in GENERATION):
            kind = f" with {response.media_type}" if page else ""
            found[operation] = f"{operation} answered {response.status}{kind}"
        elif response.is_template_error:
            found[operation] = f"{operation} answered {response.status} template_error"
    return found


def _loses_its_slash(exchange: Exchange) -> bool:
    """Whether a gateway redirects `/prefix/` to `/prefix`, so that there is no root below the prefix."""
    response = exchange.response
    to = urlsplit(response.headers.get("location", "")).path
    return response.status in MOVED and to != "" and not to.endswith("/")


def _foreign(answers: Mapping[str, Exchange]) -> str | None:
    """Evidence that a web site answers: every generation route gives a page instead of JSON or a stream."""
    generation = [answers[operation] for operation in GENERATION if operation in answers]
    offered = [e for e in generation if e.response.status not in {*ABSENT, *LOCKED}]
    pages = [e for e in offered if e.response.media_type in PAGES]
    if pages and len(pages) == len(offered):
        request, response = pages[0].request, pages[0].response
        return f"POST {request.path} answered {response.status} with {response.media_type}"
    return None


def _locked(answers: Mapping[str, Exchange]) -> str | None:
    generation = [answers[operation] for operation in GENERATION if operation in answers]
    refused = [e for e in generation if e.response.status in LOCKED]
    offered = [e for e in generation if e.response.status not in ABSENT]
    if refused and len(refused) == len(offered):
        response = refused[0].response
        page = f" with {response.media_type}" if response.body else ""
        return f"POST {refused[0].request.path} answered {response.status}{page}"
    return None


def _lacking(cache: ResponseCache, absent: Mapping[str, str]) -> dict[str, str]:
    """Probe capabilities that depend on the model or the configuration; return evidence for those lacking."""
    found = {capability: missing_capability(capability, cache, absent) for capability in CAPABILITIES}
    return {capability: evidence for capability, evidence in found.items() if evidence}


def missing_capability(capability: str, cache: ResponseCache, absent: Mapping[str, str]) -> str:
    """Probe one capability; return the evidence if the deployment lacks it, else an empty text."""
    try:
        return CAPABILITIES[capability](cache, absent) or ""
    except NoAnswerError as error:
        return f"{error.request.method} {error.request.path}: {error}"
    except InconclusiveError as error:
        return str(error)


def _grammar(cache: ResponseCache, absent: Mapping[str, str]) -> str | None:
    if "POST /generate" in absent:
        return absent["POST /generate"]
    return _unless_ok(
        cache.get(api.GENERATE.ask("Is it so? ", tokens=8, grammar=CHOICE))[0], "with a regex grammar"
    )


def _tools(cache: ResponseCache, absent: Mapping[str, str]) -> str | None:
    if "POST /v1/chat/completions" in absent:
        return absent["POST /v1/chat/completions"]
    return _grammar(cache, absent)


def _prefill(cache: ResponseCache, absent: Mapping[str, str]) -> str | None:
    if "POST /generate" in absent:
        return absent["POST /generate"]
    exchange, _ = cache.get(api.GENERATE.ask(tokens=1, decoder_input_details=True))
    if api.member(exchange.response.json, "details", "prefill") == []:
        return "POST /generate with decoder_input_details answered an empty `prefill`"
    return _unless_ok(exchange, "with decoder_input_details")


def _top_tokens(cache: ResponseCache, absent: Mapping[str, str]) -> str | None:
    """The maximum of top_n_tokens is configured, and not in /info."""
    form = next((f for f in api.UNSTREAMED if f.dialect == "generate" and f.operation not in absent), None)
    if form is None:
        return None
    exchange, _ = cache.get(form.ask(details=True, top_n_tokens=2))
    refused = exchange.response.status == UNPROCESSABLE
    return _unless_ok(exchange, "with top_n_tokens") if refused else None


def _headers(cache: ResponseCache, absent: Mapping[str, str]) -> str | None:
    form = next((form for form in api.UNSTREAMED if form.operation not in absent), None)
    if form is None:
        return "no generation route is offered"
    exchange, _ = cache.get(form.ask(tokens=1))
    if "x-generated-tokens" in exchange.response.headers:
        return None
    return f"{form.operation} answered without x-generated-tokens"


def _lengths(cache: ResponseCache, absent: Mapping[str, str]) -> str | None:
    """Without the model's tokenizer TGI before 3.0 counts every prompt as the longest that is allowed."""
    form = next((form for form in api.UNSTREAMED if form.operation not in absent), None)
    if form is None or "POST /tokenize" not in absent:
        return None
    exchanges = [cache.get(form.ask(text, tokens=1))[0] for text in (api.PROMPT, api.PROMPT * 3)]
    counts = {_stated(form, exchange) for exchange in exchanges}
    if None in counts or len(counts) > 1:
        return None
    return f"{absent['POST /tokenize']}, and {form.operation} counts {counts.pop()} tokens of any prompt"


def _stated(form: api.Form, exchange: Exchange) -> str | None:
    stated = exchange.response.headers.get("x-prompt-tokens", read_answer(form, exchange).prompt)
    return None if stated is None else str(stated)


def _reproducible(cache: ResponseCache, absent: Mapping[str, str]) -> str | None:
    """To compare answers, greedy decoding must repeat them."""
    return _varying(cache, absent, times=4, tokens=24)


def probe_repeatability(cache: ResponseCache, capabilities: Capabilities) -> Capabilities:
    """Probe with more and longer answers whether greedy decoding repeats, and update the capabilities."""
    try:
        evidence = _varying(cache, capabilities.absent, times=12, tokens=60)
    except (NoAnswerError, InconclusiveError):
        return capabilities
    return (
        evolve(capabilities, **not_exact(cache, capabilities.absent, evidence)) if evidence else capabilities
    )


def not_exact(cache: ResponseCache, absent: Mapping[str, str], evidence: str) -> dict[str, Any]:
    """The capabilities of a deployment whose decoding is not exact, as changes for `evolve`."""
    opening = find_repeatable_opening(cache, absent, evidence)
    lacking = {EXACT: evidence} if opening else {EXACT: evidence, REPRODUCIBLE: evidence}
    return {"absent": {**absent, **lacking}, "repeatable_opening": opening}


def _varying(cache: ResponseCache, absent: Mapping[str, str], *, times: int, tokens: int) -> str | None:
    """Evidence that greedy answers do not repeat, by the first form that is offered.

    Where only another route varies, that is a break of that route.
    """
    form = next((form for form in api.UNSTREAMED if form.operation not in absent), None)
    if form is None:
        return "no generation route is offered"
    extra = {"details": True} if form.dialect == "generate" else {"temperature": 0.0}
    request = form.ask(tokens=tokens, **extra)
    answers = [read_answer(form, cache.sender.send(request)) for _ in range(times)]
    shown = {(answer.text, tuple(str(token.get("id")) for token in answer.tokens)) for answer in answers}
    if len(shown) > 1:
        return f"{times} identical greedy requests to {form.path} gave different answers"
    return None


def _unless_ok(exchange: Exchange, what: str) -> str | None:
    if exchange.response.status == OK:
        return None
    return f"{exchange.request.method} {exchange.request.path} {what} answered {exchange.response.status}"


CAPABILITIES: dict[str, Callable[[ResponseCache, Mapping[str, str]], str | None]] = {
    "grammar": _grammar,
    "tools": _tools,
    "prefill": _prefill,
    "top-tokens": _top_tokens,
    "tgi-headers": _headers,
    "lengths": _lengths,
    REPRODUCIBLE: _reproducible,
}
