"""What answers of the OpenAI-style routes say about themselves: object, time, model, index of the choice."""

from __future__ import annotations

import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from tgi_conformance.http.exchange import EVENT_STREAM, JSON
from tgi_conformance.protocol.forms import Form, get, listed, member
from tgi_conformance.requirements._declaration import SHOULD, requirement
from tgi_conformance.requirements._forms import CHAT_FORMS, OPENAI_FORMS
from tgi_conformance.requirements._verify import (
    OK,
    expect,
    expect_answer,
    expect_equal,
    expect_media_type,
    expect_status,
    seen,
)
from tgi_conformance.requirements.answers import json_events
from tgi_conformance.results.outcomes import UnsupportedError

if TYPE_CHECKING:
    from tgi_conformance.http.exchange import Exchange
    from tgi_conformance.session.context import Context

SOURCE = "behaviour.md#openai-style-routes"
OBJECTS = {
    ("chat", False): "chat.completion",
    ("chat", True): "chat.completion.chunk",
    ("completions", False): "text_completion",
    ("completions", True): "text_completion",
}
MOST_NAMES = 3  # of listed models that are requested before one of them must be answered
HOUR, DAY = 3600, 86_400  # seconds; the clocks of a proxy, of a server and of this machine may differ


def _bodies(context: Context, form: Form) -> tuple[Exchange, list[Any]]:
    """Return the answer to a plain request, as its one body or as its chunks."""
    exchange = context.cached(form.ask())
    expect_status(exchange, OK)
    return exchange, json_events(exchange) if form.streamed else [exchange.response.json]


def _object_is(form: Form) -> str:
    return f"`object` is `{OBJECTS[form.dialect, form.streamed]}`{' in every chunk' * form.streamed}."


@requirement(
    "object-names-the-kind",
    _object_is,
    forms=OPENAI_FORMS,
    source=SOURCE,
    category="answers",
    why="OpenAI's clients tell answers apart by `object` (text-generation-inference#1682).",
)
def object_names_the_kind(context: Context, form: Form) -> None:
    exchange, bodies = _bodies(context, form)
    for body in bodies:
        expected = OBJECTS[form.dialect, form.streamed]
        expect_equal(expected, member(body, "object"), "object", exchange)


def _read_by_clients(form: Form) -> str:
    name = {"chat": "delta" if form.streamed else "message"}.get(form.dialect, "text")
    piece = f"a `{name}`{', unless it is the last' if name == 'text' and form.streamed else ''}"
    where = "a chunk" if form.streamed else "the answer"
    return f"OpenAI's clients can read the choices of {where}: each has an `index` and {piece}."


@requirement(
    "answer-is-read-by-openai-clients",
    _read_by_clients,
    forms=OPENAI_FORMS,
    source=SOURCE,
    category="answers",
    why="OpenAI's clients and huggingface_hub's show an answer without them as empty, or fail to read it.",
)
def answer_is_read_by_openai_clients(context: Context, form: Form) -> None:
    exchange, bodies = _bodies(context, form)
    expect_media_type(exchange, EVENT_STREAM if form.streamed else JSON)
    choices = [choice for body in bodies for choice in listed(body, "choices")]
    expect(bool(choices), "a choice", seen(exchange), exchange)
    for choice in choices:
        _expect_choice(form, choice, exchange)


def _expect_choice(form: Form, choice: Any, exchange: Exchange) -> None:
    """Raise UnmetError unless a choice has its place, its end and its text; a last delta has no text."""
    expect(isinstance(member(choice, "index"), int), "an `index`", choice, exchange)
    finish = member(choice, "finish_reason")
    expect(finish is None or isinstance(finish, str), "a `finish_reason`, text or null", finish, exchange)
    if form.dialect == "completions":
        text = member(choice, "text")
    else:
        name = "delta" if form.streamed else "message"
        expect(isinstance(member(choice, name), dict), f"a `{name}`", choice, exchange)
        text = member(choice, name, "content")
    # The last chunk, which only tells the end, may leave its text out.
    expect(isinstance(text, str) or (form.streamed and text is None), "a text", choice, exchange)


def _schema(form: Form) -> str:
    return f"#/components/schemas/{'ChatCompletion' if form.dialect == 'chat' else 'CompletionFinal'}"


@requirement(
    "answer-says-what-it-is",
    "The only choice has `index` 0, `created` is the Unix time in seconds, and `model` and "
    "`system_fingerprint` are not empty.",
    forms=OPENAI_FORMS,
    source=_schema,
    category="answers",
    why="Clients log these members and assemble answers by them.",
)
def answer_says_what_it_is(context: Context, form: Form) -> None:
    exchange, bodies = _bodies(context, form)
    for body in bodies:
        indices = [member(choice, "index") for choice in listed(body, "choices")]
        # A chunk that carries only usage has no choice.
        expect(indices == [0] or (form.streamed and not indices), "one choice, index 0", indices, exchange)
        _expect_now(member(body, "created"), exchange)
        for name in ("model", "system_fingerprint"):
            expect(bool(member(body, name)), f"a name as `{name}`", member(body, name), exchange)


def _expect_now(created: Any, exchange: Exchange) -> None:
    """Raise UnmetError unless this is the time of the answer, by the server's `Date` header if it has one."""
    date = exchange.response.headers.get("date", "")
    try:
        now, leeway = parsedate_to_datetime(date).timestamp(), HOUR
    except ValueError:
        now, leeway = time.time(), DAY
    fits = isinstance(created, int) and abs(created - now) <= leeway
    expect(fits, f"created about {now:.0f}, in seconds since 1970", created, exchange)


@requirement(
    "model-is-the-served-one",
    "If the request has no `model`, the answer names the model that /info names.",
    forms=OPENAI_FORMS,
    source=SOURCE,
    category="answers",
    level=SHOULD,
    needs=("GET /info",),
    why="Logs and bills record the name.",
)
def model_is_the_served_one(context: Context, form: Form) -> None:
    exchange, bodies = _bodies(context, form)
    names = _names(context)
    for body in bodies:
        expect(member(body, "model") in names, f"one of the models {names}", member(body, "model"), exchange)


@requirement(
    "served-model-may-be-named",
    lambda form: (
        "A request that names the served model is answered"
        f"{', and the answer repeats the name' if form.dialect == 'chat' else ''}."
    ),
    forms=OPENAI_FORMS,
    source=lambda form: f"#/components/schemas/{form.schema}/properties/model",
    category="answers",
    needs=("GET /info",),
    why="OpenAI's clients cannot omit `model`.",
)
def served_model_may_be_named(context: Context, form: Form) -> None:
    exchange, name = _named(context, form)
    answer = expect_answer(form, exchange)
    expect(bool(member(answer.raw, "model")), "the name of a model", answer.raw, exchange)
    if form.dialect == "chat":
        expect_equal(name, member(answer.raw, "model"), "model", exchange)


def _named(context: Context, form: Form) -> tuple[Exchange, str]:
    """Name a listed model that generates; a gateway may also list models of other kinds."""
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
    """Return the names that /info and /v1/models give the model; raises UnsupportedError if there is none."""
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


@requirement(
    "model-is-echoed",
    "The answer repeats the `model` of the request, whichever model is served.",
    forms=CHAT_FORMS,
    source=SOURCE,
    category="answers",
    level=SHOULD,
    since="3.0",  # older releases name the model that they serve
    why="Clients of several models tell answers apart by the name.",
)
def model_is_echoed(context: Context, form: Form) -> None:
    exchange = context.send(form.ask(tokens=1, model="a-name-of-the-client"))
    if exchange.response.status != OK:
        raise UnsupportedError(f"a request for another model was answered with {exchange.response.status}")
    answer = expect_answer(form, exchange)
    expect_equal("a-name-of-the-client", member(answer.raw, "model"), "model", exchange)
