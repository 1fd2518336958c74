"""Parameters: those of the wrong type, and those on either side of each documented bound.

The values follow from the document's own schema, so a bound that the document gains is checked too. A limit
that the deployment advertises at `/info` takes the place of the document's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from tgi_conformance.contract.contract import pinned_contract
from tgi_conformance.protocol.forms import GENERATE, GENERATE_STREAM, ROOT, ROOT_STREAM, Form, member
from tgi_conformance.requirements._declaration import id_of, requirement
from tgi_conformance.requirements._forms import OPENAI_FORMS
from tgi_conformance.requirements._pointers import parameter
from tgi_conformance.requirements._verify import OK, expect, seen
from tgi_conformance.requirements.refusals import WHY, expect_refused, taken

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tgi_conformance.http.exchange import Exchange
    from tgi_conformance.session.context import Context

    Schema = Mapping[str, Any]

# /invocations takes the bodies of these, and so their parameters.
FORMS = (GENERATE, GENERATE_STREAM, ROOT, ROOT_STREAM, *OPENAI_FORMS)
# Parameters whose documented bound is configured by whoever runs the server.
ADVERTISED = {("stop", "maxItems"): "max_stop_sequences", ("best_of", "maximum"): "max_best_of"}
# What else a request needs for a parameter to be valid or to have an effect.
COMPANIONS: Mapping[str, Mapping[str, Any]] = {
    "best_of": {"do_sample": True},
    "seed": {"do_sample": True},
    "top_n_tokens": {"details": True},
    "top_logprobs": {"logprobs": True},
}
LONGEST_LIST = 1_000  # items; a server that allows more is not sent more than that
# Members of a request that other topics are about.
LEFT_OUT = frozenset({"stream", "messages", "inputs", "prompt", "model", "suffix", "parameters"})


@frozen
class Sided:
    """A bound of a parameter, named by its keyword, with values on each side of it."""

    keyword: str
    inside: tuple[Any, ...]
    outside: tuple[Any, ...]


def _parameters(form: Form) -> Mapping[str, Schema]:
    """Return the documented schemas of a form's parameters, by their names."""
    name = "GenerateParameters" if form.dialect == "generate" else form.schema
    members: Mapping[str, Schema] = pinned_contract().schema(name)["properties"]
    return {name: schema for name, schema in members.items() if name not in LEFT_OUT}


def _with_bounds(form: Form) -> Mapping[str, Schema]:
    return {name: schema for name, schema in _parameters(form).items() if any(bounds(name, schema))}


def _source(form: Form, name: str, _: Schema) -> str:
    return parameter(form, name)


def _needs(_: Form, name: str, __: Schema) -> tuple[str, ...]:
    return ("top-tokens",) if name == "top_n_tokens" else ()


def bounds(
    name: str, schema: Mapping[str, Any], limit: Callable[[str], int | None] = lambda _: None
) -> Iterator[Sided]:
    """Yield each bound that a parameter's schema sets, with values on both sides of it.

    `limit` returns what the deployment advertises for the name of a member of `/info`, or None.
    """
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


@requirement(
    "{}-outside-its-bounds-is-refused",
    "A value outside the documented bounds of `{}` is refused with 422 and an ErrorResponse.",
    forms=FORMS,
    each=_with_bounds,
    source=_source,
    category="parameters",
    why=WHY,
)
def parameter_outside_its_bounds_is_refused(context: Context, form: Form, name: str, schema: Schema) -> None:
    for sided in bounds(name, schema, context.capabilities.limit):
        for value in sided.outside:
            with context.case():
                asked = {**companions(form, name), name: value}
                exchange = context.cached(form.ask(tokens=2, **asked))
                expect_refused(context, form.operation, exchange)


@requirement(
    "{}-at-its-bounds-is-taken",
    "A value at a documented bound of `{}` is accepted.",
    forms=FORMS,
    each=_with_bounds,
    source=_source,
    category="parameters",
    needs=_needs,
    why="A client that follows the document must not be refused.",
)
def parameter_at_its_bounds_is_taken(context: Context, form: Form, name: str, schema: Schema) -> None:
    lowest = _lowest(context, form)
    for sided in bounds(name, schema, context.capabilities.limit):
        for value in sided.inside:
            with context.case():
                asked = {**companions(form, name), name: value}
                beside = lowest if lowest.get(name) == value else {}
                _expect_taken(form, taken(context, form, asked, beside))


def _lowest(context: Context, form: Form) -> dict[str, Any]:
    """Return the first value within the bounds of each parameter, to be sent in one request.

    Values at bounds that TGI is known to refuse are left out, and so is what the deployment does not offer.
    """
    asked: dict[str, Any] = {}
    for name, schema in _with_bounds(form).items():
        if not context.offers(*_needs(form, name, schema)):
            continue
        sided = next(bounds(name, schema, context.capabilities.limit))
        value = sided.inside[0]
        known = context.known(id_of(form, "{}-at-its-bounds-is-taken", name))
        if value != schema.get(sided.keyword) or not known:
            asked |= {**companions(form, name), name: value}
    return asked


def _expect_taken(form: Form, exchange: Exchange) -> None:
    expect(exchange.response.status == OK, "status 200", seen(exchange), exchange)
    if form.streamed:
        first = exchange.response.stream.events[:1]
        refused = not first or bool(member(first[0].json_or_none, "error"))
        expect(not refused, "a stream of tokens", seen(exchange), exchange)
    else:
        expect(_is_answer(exchange.response.json), "an answer", seen(exchange), exchange)


def _is_answer(body: Any) -> bool:
    """Tell whether a body is an unstreamed answer, even one with an empty text."""
    body = member(body, 0) if isinstance(body, list) else body
    return bool(member(body, "choices")) or isinstance(member(body, "generated_text"), str)


@requirement(
    "{}-of-another-type-is-refused",
    "A value of the wrong type for `{}` is refused with 422 and an ErrorResponse.",
    forms=FORMS,
    each=_parameters,
    source=_source,
    category="parameters",
    why=WHY,
)
def parameter_of_another_type_is_refused(context: Context, form: Form, name: str, schema: Schema) -> None:
    wrong = 5 if schema.get("type") in {"array", "object", None} else {"no": "value"}
    asked = context.either(form, name).ask(tokens=2, **{**companions(form, name), name: wrong})
    expect_refused(context, form.operation, context.cached(asked))


def companions(form: Form, name: str) -> Mapping[str, Any]:
    """Return the parameters that a form needs beside one, for it to be valid or to have an effect."""
    return COMPANIONS.get(name, {}) if form.dialect == "generate" or name == "top_logprobs" else {}
