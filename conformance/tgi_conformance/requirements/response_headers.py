"""Response headers that clients and proxies act on: character set and buffering."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgi_conformance.requirements._declaration import SHOULD, requirement
from tgi_conformance.requirements._forms import PRIMARY, PRIMARY_STREAMED
from tgi_conformance.requirements._verify import OK, expect, expect_status
from tgi_conformance.results.outcomes import UnsupportedError

if TYPE_CHECKING:
    from tgi_conformance.protocol.forms import Form
    from tgi_conformance.session.context import Context


@requirement(
    "charset-is-utf-8",
    "If `content-type` has a charset, it is UTF-8.",
    forms=PRIMARY,
    source="https://www.rfc-editor.org/rfc/rfc8259#section-8.1",
    category="headers",
    why="A client that decodes by another charset garbles every character beyond ASCII.",
)
def charset_is_utf_8(context: Context, form: Form) -> None:
    exchange = context.cached(form.ask())
    expect_status(exchange, OK)
    stated = exchange.response.headers.get("content-type", "")
    charset = stated.lower().partition("charset=")[2].strip(" \"'").partition(";")[0]
    expect(charset.strip(" \"'") in {"", "utf-8", "utf8"}, "charset=utf-8, or none", stated, exchange)


@requirement(
    "proxies-are-told-not-to-buffer",
    "A stream has the header `x-accel-buffering: no`.",
    forms=PRIMARY_STREAMED,
    source="behaviour.md#streams",
    category="headers",
    level=SHOULD,
    needs=("tgi-headers",),  # a gateway that removes TGI's own headers may act on this one itself
    why="Without it nginx buffers a stream until it ends.",
)
def proxies_are_told_not_to_buffer(context: Context, form: Form) -> None:
    exchange = context.cached(form.ask())
    expect_status(exchange, OK)
    stated = exchange.response.headers.get("x-accel-buffering", "none")
    proxy = [name for name in ("server", "via") if name in exchange.response.headers]
    if stated == "none" and proxy:
        raise UnsupportedError(f"the header `{proxy[0]}` shows a proxy, which consumes this header")
    expect(stated.lower() == "no", "x-accel-buffering: no", stated, exchange)
