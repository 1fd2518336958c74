"""What the document says of each request member: its type and its bounds, held on both sides of each.

The values follow from the contract's own schema, so that a constraint that the document gains is held too.
Where a deployment advertises a limit of its own at `/info`, that limit takes the place of the document's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from tgi_conformance.protocol.forms import member
from tgi_conformance.requirements._naming import hyphened, words
from tgi_conformance.requirements._verify import OK, expect, seen
from tgi_conformance.requirements.refusals import WHY, expect_refused, taken
from tgi_conformance.results.levels import Depth

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tgi_conformance.http.exchange import Exchange
    from tgi_conformance.protocol.forms import Form
    from tgi_conformance.requirements._declare import Catalogue
    from tgi_conformance.session.context import Context

# Members whose documented bound is configured by whoever runs the server.
ADVERTISED = {("stop", "maxItems"): "max_stop_sequences", ("best_of", "maximum"): "max_best_of"}
# What else a request needs for a value of this member to be meant seriously.
COMPANIONS: Mapping[str, Mapping[str, Any]] = {
    "best_of": {"do_sample": True},
    "seed": {"do_sample": True},
    "top_n_tokens": {"details": True},
    "top_logprobs": {"logprobs": True},
}
# Members that make an answer long or that another family is about.
LONGEST_LIST = 1_000  # items; a server that allows more is not sent more than that
LEFT_OUT = frozenset({"stream", "messages", "inputs", "prompt", "model", "suffix", "parameters"})


@frozen
class Sided:
    """A bound of a member, with the values on each side of it that tell whether it is kept."""

    keyword: str
    inside: tuple[Any, ...]
    outside: tuple[Any, ...]


def parameters(
    catalogue: Catalogue, form: Form, members: Mapping[str, Mapping[str, Any]], pointer: str
) -> None:
    """Hold the type and the bounds of each member; `pointer` leads to the schema that has them."""
    for name, schema in members.items():
        if name not in LEFT_OUT:
            source = f"{pointer}/properties/{name}"
            _typed(catalogue, form, name, schema, source)
            if list(bounds(name, schema)):
                _bounded(catalogue, form, name, members, source)


def bounds(
    name: str, schema: Mapping[str, Any], limit: Callable[[str], int | None] = lambda _: None
) -> Iterator[Sided]:
    """Give the values on both sides of each bound that the schema sets."""
    step = 1 if schema.get("type") == "integer" else 0.5
    for keyword, towards in (("minimum", 1), ("maximum", -1)):
        if keyword in schema:
            edge = schema[keyword]
            exclusive = schema.get(f"exclusive{keyword.capitalize()}") is True
            inner, outer = edge + towards * step, edge - towards * step
            yield Sided(keyword, (inner,) if exclusive else (edge,), (edge,) if exclusive else (outer,))
    if "maxItems" in schema:
        advertised = limit(ADVERTISED.get((name, "maxItems"), ""))
        most = schema["maxItems"] if advertised is None else advertised
        outside = (_items(most + 1),) if most <= LONGEST_LIST else ()
        yield Sided("maxItems", (_items(min(most, LONGEST_LIST)),), outside)


def _items(count: int) -> list[str]:
    return [f"never to be seen {n}" for n in range(count)]


def _bounded(
    catalogue: Catalogue, form: Form, name: str, members: Mapping[str, Mapping[str, Any]], source: str
) -> None:
    schema = members[name]

    @catalogue.add(
        words(form, f"{hyphened(name)}-outside-its-bounds-is-refused"),
        f"A `{name}` outside its documented bounds is refused with 422 and an ErrorResponse.",
        source=source,
        operation=form.operation,
        why=WHY,
    )
    def outside(context: Context) -> None:
        for sided in bounds(name, schema, context.capabilities.limit):
            for value in sided.outside:
                with context.case():
                    asked = {**companions(form, name), name: value}
                    exchange = context.cached(form.ask(tokens=2, **asked))
                    expect_refused(context, form.operation, exchange)

    @catalogue.add(
        words(form, _inside(name)),
        f"A `{name}` that the document allows is taken.",
        source=source,
        operation=form.operation,
        needs=_needs(name),
        why="A client that keeps to the document must not be refused.",
    )
    def inside(context: Context) -> None:
        together = _lowest(context, form, members)
        for sided in bounds(name, schema, context.capabilities.limit):
            for value in sided.inside:
                with context.case():
                    asked = {**companions(form, name), name: value}
                    beside = together if together.get(name) == value else {}
                    _expect_taken(form, taken(context, form, asked, beside))


def _lowest(context: Context, form: Form, members: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Give a value of each member that stands at a bound, to be asked for at once.

    Bounds that TGI is known to refuse stay away, and so does what the deployment lacks.
    """
    asked: dict[str, Any] = {}
    for name, schema in members.items():
        sided = next(bounds(name, schema, context.capabilities.limit), None)
        if sided is None or name in LEFT_OUT or not context.offers(*_needs(name)):
            continue
        value = sided.inside[0]
        known = context.known(f"{form.name}.{words(form, _inside(name))}")
        if value != schema.get(sided.keyword) or not known:
            asked |= {**companions(form, name), name: value}
    return asked


def _inside(name: str) -> str:
    return f"{hyphened(name)}-at-its-bounds-is-taken"


def _needs(name: str) -> tuple[str, ...]:
    return ("top-tokens",) if name == "top_n_tokens" else ()


def _expect_taken(form: Form, exchange: Exchange) -> None:
    expect(exchange.response.status == OK, "status 200", seen(exchange), exchange)
    if form.streamed:
        first = exchange.response.stream.events[:1]
        refused = not first or bool(member(first[0].json_or_none, "error"))
        expect(not refused, "a stream of tokens", seen(exchange), exchange)
    else:
        expect(bool(_answers(exchange.response.json)), "an answer", seen(exchange), exchange)


def _answers(body: Any) -> Any:
    """Give what an unstreamed answer holds, an empty text among it; nothing where it is no answer."""
    body = member(body, 0) if isinstance(body, list) else body
    return member(body, "choices") or isinstance(member(body, "generated_text"), str)


def _typed(catalogue: Catalogue, form: Form, name: str, schema: Mapping[str, Any], source: str) -> None:
    @catalogue.add(
        words(form, f"{hyphened(name)}-of-another-type-is-refused"),
        f"A `{name}` of a type that nothing can be made of is refused with 422 and an ErrorResponse.",
        source=source,
        operation=form.operation,
        depth=Depth.STANDARD,
        why=WHY,
    )
    def check(context: Context) -> None:
        wrong = 5 if schema.get("type") in {"array", "object", None} else {"no": "value"}
        asked = context.one_form(form, name).ask(tokens=2, **{**companions(form, name), name: wrong})
        expect_refused(context, form.operation, context.cached(asked))


def companions(form: Form, name: str) -> Mapping[str, Any]:
    """What else to ask for, in the spelling of the form."""
    return COMPANIONS.get(name, {}) if form.dialect == "generate" or name == "top_logprobs" else {}
