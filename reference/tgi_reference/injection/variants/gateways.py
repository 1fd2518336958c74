"""Proxies, gateways and firewalls between a client and TGI, and what they change."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from tgi_reference.injection.call import GENERATION, OPENAI, Event, Reply
from tgi_reference.injection.variants import VARIANTS as VARIANT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tgi_reference.injection.call import Call, Head

FORBIDDEN: Final = Reply(403, b'{"message":"Forbidden"}', "application/json")
OFFERED: Final = ("/v1/", "/health", "/info", "/docs", "/api-doc/")
RARELY: Final = 300
EMBEDDER: Final = "an-embedder"


@VARIANT.head()
def accelerator_headers_taken_off(head: Head, _: Call) -> None:
    """nginx: it strips `x-accel-*` headers and names itself in `server`."""
    for name in [name for name in head.headers if name.startswith("x-accel-")]:
        del head.headers[name]
    head.headers["server"] = "nginx/1.27.0"


@VARIANT.head()
def one_other_origin_let_in(head: Head, call: Call) -> None:
    """TGI started with `--cors-allow-origin`: only that origin is allowed."""
    if call.headers.get("origin") != "https://chat.example":
        del head.headers["access-control-allow-origin"]


@VARIANT.head()
def directives_in_capitals(head: Head, _: Call) -> None:
    """Directives of headers are written with capital letters."""
    if "cache-control" in head.headers:
        head.headers["cache-control"] = "No-Cache, No-Transform"


@VARIANT.reply()
def firewall_of_methods(call: Call) -> Reply | None:
    """A firewall answers unknown methods with 403 and an HTML page."""
    known = {"GET", "HEAD", "POST", "OPTIONS"}
    return None if call.method in known else Reply(403, b"<html><title>Forbidden</title></html>", "text/html")


@VARIANT.reply()
def tokenizers_closed(call: Call) -> Reply | None:
    """A gateway that answers the tokenizing routes with 403."""
    return FORBIDDEN if call.kind in {"tokenize", "chat-tokenize"} else None


@VARIANT.reply()
def unknown_paths_lead_to_a_login(call: Call) -> Reply | None:
    """Unknown paths redirect to a login page."""
    if call.kind != "other" or call.path in {"/invocations", "/ping"} or call.path.startswith("/docs"):
        return None
    return Reply(302, b"<a href='/login'>Found</a>", "text/html", (("location", "/login"),))


@VARIANT.reply()
def unknown_paths_have_no_backend(call: Call) -> Reply | None:
    """HAProxy: paths without a backend are 503 with a page; /v1/*, /health, /info and /generate have one."""
    if call.path.startswith("/v1/") or call.path in {"/health", "/info", "/generate", "/generate_stream"}:
        return None
    return Reply(503, b"<html><h1>503 Service Unavailable</h1></html>", "text/html")


@VARIANT.reply()
def rarely_sheds_load(call: Call) -> Reply | None:
    """One request in 300 is answered 503 with a `Retry-After`."""
    call.server["requests"] += 1
    if call.server["requests"] % RARELY != RARELY // 2:
        return None
    return Reply(503, b"upstream overflow", "text/plain", (("retry-after", "0"),))


@VARIANT.answer("models")
def several_models(body: Any, _: Call) -> Any:
    """Another model is listed, which does not generate."""
    other = {"id": EMBEDDER, "object": "model", "created": 0, "owned_by": "somebody"}
    return {**body, "data": [*body["data"], other]}


@VARIANT.reply(*OPENAI, also=several_models)
def _embedder(call: Call) -> Reply | None:
    if call.wanted("model") != EMBEDDER:
        return None
    return Reply(400, b'{"error":"it does not generate","error_type":"validation"}', "application/json")


@VARIANT.reply()
def document_of_what_is_offered(call: Call) -> Reply | None:
    """A gateway that serves only the OpenAI-style routes, and a document of these."""
    return None if call.path.startswith(OFFERED) else Reply(404)


@VARIANT.body("document", also=document_of_what_is_offered)
def _fewer_paths(body: bytes, _: Call) -> bytes:
    document = json.loads(body)
    document["paths"] = {path: item for path, item in document["paths"].items() if path.startswith(OFFERED)}
    return json.dumps(document).encode()


@VARIANT.event(*GENERATION)
def errors_that_are_null(event: Event, _: Call) -> Iterable[Event]:
    """Every event begins with a member `error`, which is null where there is no error."""
    body = event.json
    return [Event.of({"error": None, **body}) if body and not event.is_error else event]


@VARIANT.event(*OPENAI)
def chunks_in_halves(event: Event, _: Call) -> Iterable[Event]:
    """A gateway that splits the text of each chunk in two."""
    body = event.json
    choices = body.get("choices") or [{}]
    text = choices[0].get("text") or (choices[0].get("delta") or {}).get("content") or ""
    if len(text) < 2:  # noqa: PLR2004 - halves
        return [event]
    return list(_halves(body, choices[0], text))


def _halves(body: dict[str, Any], choice: dict[str, Any], text: str) -> Iterator[Event]:
    middle, streams_chat = len(text) // 2, "delta" in choice
    first = {**choice, "finish_reason": None if streams_chat else ""}
    for half, piece in ((first, text[:middle]), ({**choice, "logprobs": None}, text[middle:])):
        shown = {"delta": {**choice["delta"], "content": piece}} if streams_chat else {"text": piece}
        usage = {"usage": None} if half is first and "usage" in body else {}
        yield Event.of({**body, **usage, "choices": [{**half, **shown}]})
