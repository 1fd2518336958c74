"""What answers of the OpenAI-style routes say of themselves: kind, time, model, place of each choice."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from tgi_conformance.protocol.forms import Form, get, listed, member
from tgi_conformance.requirements._naming import words
from tgi_conformance.requirements._verify import OK, expect, expect_answer, expect_equal, expect_status
from tgi_conformance.requirements.answers import json_events
from tgi_conformance.results.levels import Level
from tgi_conformance.results.outcomes import UnsupportedError

if TYPE_CHECKING:
    from tgi_conformance.http.exchange import Exchange
    from tgi_conformance.requirements._declare import Catalogue
    from tgi_conformance.session.context import Context

SOURCE = "behaviour.md#openai-style-routes"
KINDS = {
    ("chat", False): "chat.completion",
    ("chat", True): "chat.completion.chunk",
    ("completions", False): "text_completion",
    ("completions", True): "text_completion",
}
MOST_NAMES = 3  # tried before a deployment is said to take none that it lists
HOUR, DAY = 3600, 86_400  # seconds; the clocks of a proxy, of a server and of this machine may differ


def identity(catalogue: Catalogue, form: Form) -> None:
    """The promises of a form about what its answers are."""
    _kind(catalogue, form)
    _says(catalogue, form)
    _served_model(catalogue, form)
    _named_model(catalogue, form)
    if form.dialect == "chat":
        _other_model(catalogue, form)


def _bodies(context: Context, form: Form) -> tuple[Exchange, list[Any]]:
    """Give the answer to a plain request, as its one body or as its chunks."""
    exchange = context.cached(form.ask())
    expect_status(exchange, OK)
    return exchange, json_events(exchange) if form.streamed else [exchange.response.json]


def _kind(catalogue: Catalogue, form: Form) -> None:
    kind = KINDS[form.dialect, form.streamed]

    @catalogue.add(
        words(form, "object-names-the-kind"),
        f"`object` is `{kind}`{' in every chunk' if form.streamed else ''}.",
        source=SOURCE,
        operation=form.operation,
        why="OpenAI's clients tell answers apart by it (text-generation-inference#1682).",
    )
    def check(context: Context) -> None:
        exchange, bodies = _bodies(context, form)
        for body in bodies:
            expect_equal(kind, member(body, "object"), "object", exchange)


def _says(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        words(form, "answer-says-what-it-is"),
        "The one choice has `index` 0, `created` is the time in seconds, `model` and "
        "`system_fingerprint` are names.",
        source=f"#/components/schemas/{'ChatCompletion' if form.dialect == 'chat' else 'CompletionFinal'}",
        operation=form.operation,
        why="Clients log and put answers together by them.",
    )
    def check(context: Context) -> None:
        exchange, bodies = _bodies(context, form)
        for body in bodies:
            indices = [member(choice, "index") for choice in listed(body, "choices")]
            # A chunk of usage alone has no choice.
            expect(
                indices == [0] or (form.streamed and not indices), "one choice, index 0", indices, exchange
            )
            _expect_now(member(body, "created"), exchange)
            for name in ("model", "system_fingerprint"):
                expect(bool(member(body, name)), f"a name as `{name}`", member(body, name), exchange)


def _expect_now(created: Any, exchange: Exchange) -> None:
    """Raise UnmetError unless this is the answer's time, by the server's own clock where it tells it."""
    date = exchange.response.headers.get("date", "")
    try:
        now, leeway = parsedate_to_datetime(date).timestamp(), HOUR
    except ValueError:
        now, leeway = time.time(), DAY
    fits = isinstance(created, int) and abs(created - now) <= leeway
    expect(fits, f"created about {now:.0f}, in seconds since 1970", created, exchange)


def _served_model(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        words(form, "model-is-the-served-one"),
        "Without a `model` in the request, the answer names the one that /info names.",
        source=SOURCE,
        operation=form.operation,
        level=Level.SHOULD,
        needs=("GET /info",),
        why="Logs and bills go by it.",
    )
    def check(context: Context) -> None:
        exchange, bodies = _bodies(context, form)
        names = _names(context)
        for body in bodies:
            expect(member(body, "model") in names, f"a model of {names}", member(body, "model"), exchange)


def _named_model(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        words(form, "served-model-may-be-named"),
        "A request that names the served model is answered, by chat in that name.",
        source=f"#/components/schemas/{form.schema}/properties/model",
        operation=form.operation,
        needs=("GET /info",),
        why="OpenAI's clients cannot leave `model` out.",
    )
    def check(context: Context) -> None:
        exchange, name = _named(context, form)
        answer = expect_answer(form, exchange)
        expect(bool(member(answer.raw, "model")), "a model's name", answer.raw, exchange)
        if form.dialect == "chat":
            expect_equal(name, member(answer.raw, "model"), "model", exchange)


def _named(context: Context, form: Form) -> tuple[Exchange, str]:
    """Ask by the name of a model that is listed and generates; a gateway may list its other models too."""
    name = _names(context)[-1]
    own, listed_ones = context.capabilities.info.get("model_id"), _listed(context)
    candidates = [own] if own in listed_ones else listed_ones[-MOST_NAMES:] or [name]
    *before, last = candidates
    for candidate in before:
        exchange = context.send(form.ask(tokens=2, model=candidate))
        if exchange.response.status == OK:
            return exchange, candidate
    return context.send(form.ask(tokens=2, model=last)), last


def _names(context: Context) -> list[str]:
    """Give the names of the served model, of /info and /v1/models; raises UnsupportedError if none."""
    own = context.capabilities.info.get("model_id")
    known = [name for name in (own, *_listed(context)) if isinstance(name, str) and name]
    if not known:
        raise UnsupportedError("neither /info nor /v1/models names the model")
    return list(dict.fromkeys(known))


def _listed(context: Context) -> list[str]:
    if "GET /v1/models" in context.capabilities.absent:
        return []
    models = listed(context.cached(get("/v1/models")).response.json, "data")
    return [name for model in models if isinstance(name := member(model, "id"), str) and name]


def _other_model(catalogue: Catalogue, form: Form) -> None:
    @catalogue.add(
        words(form, "model-is-echoed"),
        "An answer names the `model` that the request names, whatever is served.",
        source=SOURCE,
        operation=form.operation,
        level=Level.SHOULD,
        since="3.0",  # older ones name what they serve
        why="Clients tell answers of several models apart by it.",
    )
    def check(context: Context) -> None:
        exchange = context.send(form.ask(tokens=1, model="a-name-of-the-client"))
        if exchange.response.status != OK:
            raise UnsupportedError(f"another model's name was answered {exchange.response.status}")
        answer = expect_answer(form, exchange)
        expect_equal("a-name-of-the-client", member(answer.raw, "model"), "model", exchange)
