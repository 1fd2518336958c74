"""GET /info: what is served, and its limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgi_conformance.http.exchange import Request
from tgi_conformance.protocol.forms import GENERATE, PROMPT, get, listed, member, post
from tgi_conformance.requirements._declare import Catalogue
from tgi_conformance.requirements._verify import OK, expect, expect_answer, expect_equal, expect_status, seen
from tgi_conformance.requirements.answers import documented_answer
from tgi_conformance.requirements.characters import prompt_tokens
from tgi_conformance.requirements.limits import advertised, check_prompt_limit
from tgi_conformance.requirements.methods import get_alone
from tgi_conformance.requirements.refusals import expect_refused
from tgi_conformance.requirements.slots import served_at_a_time
from tgi_conformance.results.levels import Depth, Level
from tgi_conformance.results.outcomes import UnsupportedError
from tgi_conformance.session.capabilities import FORMERLY, release_of

if TYPE_CHECKING:
    from tgi_conformance.session.context import Context

CATALOGUE = Catalogue(__name__, "info", "GET /info")
INFO = "#/components/schemas/Info/properties"
WHY = "Gateways route and cut prompts by what is advertised."
MOST_STOPS = 1_000
MOST_SEQUENCES = 16
ATTEMPTS = 4
MAY_BE_NONE = {"max_stop_sequences"}  # a server that takes no stop strings

documented_answer(CATALOGUE, get("/info"))
get_alone(CATALOGUE)
served_at_a_time(CATALOGUE)


@CATALOGUE.add(
    "limits-fit-together",
    "`max_input_tokens` is below `max_total_tokens`, and no limit is 0.",
    source=f"{INFO}/max_total_tokens",
    depth=Depth.SMOKE,
    why=WHY,
)
def fit_together(context: Context) -> None:
    """Compare the limits with each other."""
    exchange = context.cached(get("/info"))
    expect_status(exchange, OK)
    names = (
        "max_input_tokens",
        "max_total_tokens",
        "max_best_of",
        "max_concurrent_requests",
        "max_stop_sequences",
        "max_client_batch_size",
    )
    documented = context.contract.schema("Info")["properties"]
    known = [name for name in names if {name, FORMERLY.get(name)} & set(documented)]
    values = {name: member(exchange.response.json, name) for name in (*known, *FORMERLY.values())}
    limits = {name: context.capabilities.limit(name) for name in known}
    none = [name for name, limit in limits.items() if not limit and not (limit == 0 and name in MAY_BE_NONE)]
    expect(not none, "limits above 0", values, exchange)
    within = (limits["max_input_tokens"] or 0) < (limits["max_total_tokens"] or 0)
    expect(within, "input below total", values, exchange)


@CATALOGUE.add(
    "max-input-tokens-is-enforced",
    "A prompt of `max_input_tokens` is taken, one of a token more is refused.",
    source=f"{INFO}/max_input_tokens",
    needs=(GENERATE.operation, "POST /tokenize"),
    why=WHY,
)
def inputs(context: Context) -> None:
    """Write prompts of the exact length, as /tokenize counts, and ask for one token."""
    limit = check_prompt_limit(context)
    room = advertised(context, "max_total_tokens") - limit
    prompt = _prompt_of(context, limit)
    if room > 0:
        with context.case():
            expect_status(context.send(GENERATE.ask(prompt, tokens=1)), OK)
    with context.case():
        exchange = context.send(GENERATE.ask(_prompt_of(context, limit + 1), tokens=1))
        expect_refused(context, GENERATE.operation, exchange, error_type="validation")


def _prompt_of(context: Context, length: int) -> str:
    """Write a prompt of so many tokens, special ones included; raises UnsupportedError where it cannot."""
    special = prompt_tokens(context, GENERATE, GENERATE.ask(tokens=1, details=True))
    if special is None:
        raise UnsupportedError("POST /generate does not count the prompt's tokens")
    plain = context.cached(post("/tokenize", {"inputs": PROMPT}))
    added = special - len(listed(plain.response.json))
    words = length
    for _ in range(ATTEMPTS):
        text = "?" + " a" * words
        exchange = context.cached(post("/tokenize", {"inputs": text}))
        expect_status(exchange, OK)
        missing = length - added - len(listed(exchange.response.json))
        if not missing:
            return text
        words = max(words + missing, 0)
    raise UnsupportedError(f"no prompt of {length} tokens was found")


@CATALOGUE.add(
    "max-best-of-is-enforced",
    "A `best_of` above `max_best_of` is refused.",
    source=f"{INFO}/max_best_of",
    needs=(GENERATE.operation,),
    why=WHY,
)
def best_of(context: Context) -> None:
    """Ask for one sequence too many."""
    limit = context.capabilities.limit("max_best_of")
    if limit is None:
        raise UnsupportedError("/info advertises no max_best_of")
    request = GENERATE.ask(tokens=1, best_of=limit + 1, do_sample=True)
    expect_refused(context, GENERATE.operation, context.send(request), error_type="validation")


@CATALOGUE.add(
    "max-best-of-is-served",
    "As many sequences as `max_best_of` are taken, and all of them shown.",
    source=f"{INFO}/max_best_of",
    needs=(GENERATE.operation,),
    why=WHY,
)
def best_of_served(context: Context) -> None:
    """Ask for as many sequences as allowed."""
    limit = context.capabilities.limit("max_best_of")
    if limit is None or not 1 < limit <= MOST_SEQUENCES:
        raise UnsupportedError(f"/info advertises a max_best_of of {limit}")
    exchange = context.send(GENERATE.ask(tokens=1, best_of=limit, do_sample=True, details=True))
    answer = expect_answer(GENERATE, exchange)
    others = listed(answer.raw, "details", "best_of_sequences")
    expect_equal(limit - 1, len(others), "the number of other sequences", exchange)


@CATALOGUE.add(
    "max-stop-sequences-is-enforced",
    "More stop strings than `max_stop_sequences` are refused, as many are taken.",
    source=f"{INFO}/max_stop_sequences",
    needs=(GENERATE.operation,),
    why=WHY,
)
def stop_sequences(context: Context) -> None:
    """Send as many as allowed, and one more."""
    limit = context.capabilities.limit("max_stop_sequences")
    if limit is None or limit > MOST_STOPS:
        raise UnsupportedError(f"/info advertises a max_stop_sequences of {limit}")
    strings = [f"never to be seen {n}" for n in range(limit + 1)]
    with context.case():
        expect_status(context.send(GENERATE.ask(tokens=1, stop=strings[:limit])), OK)
    with context.case():
        exchange = context.send(GENERATE.ask(tokens=1, stop=strings))
        expect_refused(context, GENERATE.operation, exchange, error_type="validation")


@CATALOGUE.add(
    "info-stays-the-same",
    "`/info` names the same model, release and limits at the end as at the beginning.",
    source="#/paths/~1info/get",
    why="It describes the deployment, not the moment.",
)
def same(context: Context) -> None:
    """Ask again."""
    exchange = context.send(get("/info"))
    before = context.cached(get("/info")).response.json
    expect(isinstance(before, dict), "a JSON object", seen(exchange), exchange)
    for name in context.contract.schema("Info")["required"]:
        expect_equal(member(before, name), member(exchange.response.json, name), name, exchange)


@CATALOGUE.add(
    "version-is-the-documents",
    "The release that `/info` claims is that of the served document.",
    source=f"{INFO}/version",
    level=Level.SHOULD,
    why="Clients choose by the release what they may ask for.",
)
def version(context: Context) -> None:
    """Compare the two."""
    document = context.session.served.document
    if document is None:
        raise UnsupportedError("no document is served")
    stated, claimed = context.session.served.release, context.capabilities.info.get("version")
    releases = [release_of(stated), release_of(claimed)]
    if releases[0] is None or releases[1] is None:
        raise UnsupportedError(f"no releases to compare: {stated!r} and {claimed!r}")
    same = releases[0].release[:2] == releases[1].release[:2]
    expect(same, f"a version {stated}", claimed)


@CATALOGUE.add(
    "head-is-answered-as-get",
    "HEAD is answered with the status of GET, and without a body.",
    source="behaviour.md#other-routes",
    level=Level.SHOULD,
    why="Monitors ask so.",
)
def head(context: Context) -> None:
    """Ask for the headers alone."""
    exchange = context.send(Request("HEAD", "/info"))
    expect_status(exchange, OK)
    expect_equal(b"", exchange.response.body, "the body", exchange)
