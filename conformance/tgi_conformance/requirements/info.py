"""GET /info: what is served, and its limits, which other routes enforce."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgi_conformance.http.exchange import Request
from tgi_conformance.protocol.forms import GENERATE, PROMPT, get, listed, member, post
from tgi_conformance.protocol.routes import INFO
from tgi_conformance.requirements._declaration import SHOULD, requirement
from tgi_conformance.requirements._verify import OK, expect, expect_answer, expect_equal, expect_status, seen
from tgi_conformance.requirements.characters import prompt_tokens
from tgi_conformance.requirements.limits import advertised, check_prompt_limit
from tgi_conformance.requirements.refusals import expect_refused
from tgi_conformance.results.levels import Depth
from tgi_conformance.results.outcomes import UnsupportedError
from tgi_conformance.session.capabilities import FORMER_NAMES, release_of

if TYPE_CHECKING:
    from tgi_conformance.session.context import Context

REQUEST = get(INFO.path)
MEMBERS = "#/components/schemas/Info/properties"
WHY = "Gateways route requests and truncate prompts by the advertised limits."
MOST_STOPS = 1_000
MOST_SEQUENCES = 16
ATTEMPTS = 4
LIMITS = (
    "max_input_tokens",
    "max_total_tokens",
    "max_best_of",
    "max_concurrent_requests",
    "max_stop_sequences",
    "max_client_batch_size",
)
MAY_BE_ZERO = {"max_stop_sequences"}  # a server that takes no stop strings


@requirement(
    "limits-fit-together",
    "`max_input_tokens` is below `max_total_tokens`, and limits are above 0 (`max_stop_sequences` may be 0).",
    route=INFO,
    source=f"{MEMBERS}/max_total_tokens",
    category="limits",
    depth=Depth.SMOKE,
    why=WHY,
)
def limits_fit_together(context: Context) -> None:
    exchange = context.cached(REQUEST)
    expect_status(exchange, OK)
    documented = context.contract.schema("Info")["properties"]
    known = [name for name in LIMITS if {name, FORMER_NAMES.get(name)} & set(documented)]
    values = {name: member(exchange.response.json, name) for name in (*known, *FORMER_NAMES.values())}
    limits = {name: context.capabilities.limit(name) for name in known}
    none = [name for name, limit in limits.items() if not limit and not (limit == 0 and name in MAY_BE_ZERO)]
    expect(not none, "limits above 0", values, exchange)
    within = (limits["max_input_tokens"] or 0) < (limits["max_total_tokens"] or 0)
    expect(within, "max_input_tokens below max_total_tokens", values, exchange)


@requirement(
    "max-input-tokens-is-enforced",
    "A prompt of `max_input_tokens` tokens is accepted, and one of a token more is refused.",
    route=INFO,
    source=f"{MEMBERS}/max_input_tokens",
    category="limits",
    needs=(GENERATE.operation, "POST /tokenize"),
    why=WHY,
)
def max_input_tokens_is_enforced(context: Context) -> None:
    """Send prompts of the exact length, as /tokenize counts, and ask for one token."""
    limit = check_prompt_limit(context)
    most_new_tokens = advertised(context, "max_total_tokens") - limit
    prompt = _prompt_of(context, limit)
    if most_new_tokens > 0:
        with context.case():
            expect_status(context.send(GENERATE.ask(prompt, tokens=1)), OK)
    with context.case():
        exchange = context.send(GENERATE.ask(_prompt_of(context, limit + 1), tokens=1))
        expect_refused(context, GENERATE.operation, exchange, error_type="validation")


def _prompt_of(context: Context, length: int) -> str:
    """Write a prompt of that many tokens, special ones included; raises UnsupportedError if none is found."""
    counted = prompt_tokens(context, GENERATE, GENERATE.ask(tokens=1, details=True))
    if counted is None:
        raise UnsupportedError("POST /generate does not count the prompt's tokens")
    plain = context.cached(post("/tokenize", {"inputs": PROMPT}))
    special = counted - len(listed(plain.response.json))
    words = length
    for _ in range(ATTEMPTS):
        text = "?" + " a" * words
        exchange = context.cached(post("/tokenize", {"inputs": text}))
        expect_status(exchange, OK)
        missing = length - special - len(listed(exchange.response.json))
        if not missing:
            return text
        words = max(words + missing, 0)
    raise UnsupportedError(f"no prompt of {length} tokens was found")


@requirement(
    "max-best-of-is-enforced",
    "A `best_of` above `max_best_of` is refused.",
    route=INFO,
    source=f"{MEMBERS}/max_best_of",
    category="limits",
    needs=(GENERATE.operation,),
    why=WHY,
)
def max_best_of_is_enforced(context: Context) -> None:
    limit = advertised(context, "max_best_of")
    request = GENERATE.ask(tokens=1, best_of=limit + 1, do_sample=True)
    expect_refused(context, GENERATE.operation, context.send(request), error_type="validation")


@requirement(
    "max-best-of-is-served",
    "A `best_of` of `max_best_of` is accepted, and all sequences are returned.",
    route=INFO,
    source=f"{MEMBERS}/max_best_of",
    category="limits",
    needs=(GENERATE.operation,),
    why=WHY,
)
def max_best_of_is_served(context: Context) -> None:
    limit = context.capabilities.limit("max_best_of")
    if limit is None or not 1 < limit <= MOST_SEQUENCES:
        raise UnsupportedError(f"/info advertises a max_best_of of {limit}")
    exchange = context.send(GENERATE.ask(tokens=1, best_of=limit, do_sample=True, details=True))
    answer = expect_answer(GENERATE, exchange)
    others = listed(answer.raw, "details", "best_of_sequences")
    expect_equal(limit - 1, len(others), "the number of other sequences", exchange)


@requirement(
    "max-stop-sequences-is-enforced",
    "As many stop strings as `max_stop_sequences` are accepted, and one more is refused.",
    route=INFO,
    source=f"{MEMBERS}/max_stop_sequences",
    category="limits",
    needs=(GENERATE.operation,),
    why=WHY,
)
def max_stop_sequences_is_enforced(context: Context) -> None:
    limit = context.capabilities.limit("max_stop_sequences")
    if limit is None or limit > MOST_STOPS:
        raise UnsupportedError(f"/info advertises a max_stop_sequences of {limit}")
    strings = [f"never to be seen {n}" for n in range(limit + 1)]
    with context.case():
        expect_status(context.send(GENERATE.ask(tokens=1, stop=strings[:limit])), OK)
    with context.case():
        exchange = context.send(GENERATE.ask(tokens=1, stop=strings))
        expect_refused(context, GENERATE.operation, exchange, error_type="validation")


@requirement(
    "info-stays-the-same",
    "The required members of `/info` do not change during a run.",
    route=INFO,
    source="#/paths/~1info/get",
    category="state",
    why="It describes the deployment, not its momentary state.",
)
def info_stays_the_same(context: Context) -> None:
    exchange = context.send(REQUEST)
    before = context.cached(REQUEST).response.json
    expect(isinstance(before, dict), "a JSON object", seen(exchange), exchange)
    for name in context.contract.schema("Info")["required"]:
        expect_equal(member(before, name), member(exchange.response.json, name), name, exchange)


@requirement(
    "version-is-the-documents",
    "`version` is of the same minor release as the served document.",
    route=INFO,
    source=f"{MEMBERS}/version",
    category="documents",
    level=SHOULD,
    why="Clients choose by the release which parameters they may send.",
)
def version_is_the_documents(context: Context) -> None:
    if context.session.served.document is None:
        raise UnsupportedError("no document is served")
    stated, claimed = context.session.served.release, context.capabilities.info.get("version")
    releases = [release_of(stated), release_of(claimed)]
    if releases[0] is None or releases[1] is None:
        raise UnsupportedError(f"no releases to compare: {stated!r} and {claimed!r}")
    same = releases[0].release[:2] == releases[1].release[:2]
    expect(same, f"a version like the document's {stated}", claimed)


@requirement(
    "head-is-answered-as-get",
    "HEAD is answered with 200 and no body.",
    route=INFO,
    source="behaviour.md#other-routes",
    category="headers",
    level=SHOULD,
    why="Monitoring tools send HEAD requests.",
)
def head_is_answered_as_get(context: Context) -> None:
    exchange = context.send(Request("HEAD", INFO.path))
    expect_status(exchange, OK)
    expect_equal(b"", exchange.response.body, "the body", exchange)
