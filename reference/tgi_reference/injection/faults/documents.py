"""Documents that tell what is not so, and the page that is gone."""

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
    """There is nothing at /docs, though the document is served."""
    return Reply(404)


@FAULT.body("document")
def document_tells_another_default(body: bytes, _: Call) -> bytes:
    """The document tells another default than the release has."""
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
