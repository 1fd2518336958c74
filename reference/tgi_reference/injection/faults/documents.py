"""The served document, and the page that shows it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tgi_reference.injection.call import Reply
from tgi_reference.injection.faults import FAULTS as FAULT

if TYPE_CHECKING:
    from collections.abc import Callable

    from tgi_reference.injection.call import Call


def _with(body: bytes, change: Callable[[dict[str, Any]], object]) -> bytes:
    document = json.loads(body)
    change(document["components"]["schemas"])
    return json.dumps(document).encode()


@FAULT.reply("docs")
def documentation_page_is_gone(_: Call) -> Reply | None:
    """/docs is not found, though the document is served."""
    return Reply(404)


@FAULT.body("document")
def document_tells_another_default(body: bytes, _: Call) -> bytes:
    """The document says a different default than that of its release."""
    return _with(
        body, lambda schemas: schemas["GenerateParameters"]["properties"]["do_sample"].update(default=True)
    )


@FAULT.body("document")
def document_lacks_an_enum_value(body: bytes, _: Call) -> bytes:
    """The document lacks a value that an answer may have."""
    return _with(body, lambda schemas: schemas["FinishReason"]["enum"].remove("eos_token"))


@FAULT.body("document")
def document_has_one_more_enum_value(body: bytes, _: Call) -> bytes:
    """The document has a value that no answer has."""
    return _with(body, lambda schemas: schemas["FinishReason"]["enum"].append("abort"))


def _document(body: bytes, change: Any) -> bytes:
    document = json.loads(body)
    change(document)
    return json.dumps(document).encode()


@FAULT.body()
def documentation_leads_nowhere(body: bytes, call: Call) -> bytes:
    """The page at /docs names a document that does not exist."""
    return body.replace(b"/api-doc/openapi.json", b"/gone.json") if call.path.startswith("/docs") else body


@FAULT.body("document")
def document_has_dangling_references(body: bytes, _: Call) -> bytes:
    """A `$ref` in the document is dangling."""
    return _document(body, lambda document: document["components"]["schemas"].pop("ErrorResponse"))


@FAULT.body("document")
def document_is_stale(body: bytes, _: Call) -> bytes:
    """The document lacks an operation that is served."""
    return _document(body, lambda document: document["paths"].pop("/generate_stream"))


@FAULT.body("document")
def document_has_other_types(body: bytes, _: Call) -> bytes:
    """The document says a wrong type for a member."""

    def change(document: Any) -> None:
        schema = document["components"]["schemas"]["GenerateResponse"]
        schema["properties"]["generated_text"] = {"type": "integer"}

    return _document(body, change)


@FAULT.body("document")
def document_is_cut_off(body: bytes, _: Call) -> bytes:
    """The document is cut off in the middle."""
    return body[: len(body) // 2]


@FAULT.reply("document")
def document_is_a_page(_: Call) -> Reply | None:
    """An HTML page is served instead of the document."""
    return Reply(200, b"<!doctype html><title>Sign in</title>", "text/html")
