"""HTTP: headers, compression, chunks and connections."""

from __future__ import annotations

import asyncio
import zlib
from typing import TYPE_CHECKING, Final

from starlette.datastructures import MutableHeaders

from tgi_reference.injection.variants import VARIANTS as VARIANT

if TYPE_CHECKING:
    from starlette.types import Message, Send

    from tgi_reference.injection.call import Call, Head

SLOWNESS: Final = 0.1  # seconds
GZIP: Final = 31  # how zlib calls a window with gzip's head
# The server decides by these names, spelled so, how a body is sent.
SPELLED: Final = frozenset({b"content-length", b"transfer-encoding", b"connection"})


@VARIANT.head()
def extra_headers(head: Head, _: Call) -> None:
    """Answers have headers of proxies."""
    head.headers["server"] = "nginx/1.25.3"
    head.headers["x-request-id"] = "6f1b2c"
    head.headers["strict-transport-security"] = "max-age=31536000"
    head.headers.append("set-cookie", "route=1; Path=/; HttpOnly")
    head.headers.append("set-cookie", "session=2; Path=/")
    head.headers["x-empty"] = ""


@VARIANT.send()
async def header_names_in_title_case(message: Message, _: Call, send: Send) -> None:
    """The names of headers begin with capital letters."""
    if message["type"] == "http.response.start":
        pairs = [(n if n in SPELLED else n.title(), v) for n, v in message["headers"]]
        message = {**message, "headers": pairs}
    await send(message)


@VARIANT.send()
async def compression(message: Message, call: Call, send: Send) -> None:
    """Bodies are compressed where the client accepts it."""
    if "gzip" not in call.headers.get("accept-encoding", ""):
        await send(message)
        return
    if message["type"] == "http.response.start":
        headers = MutableHeaders(raw=list(message["headers"]))
        del headers["content-length"]
        headers["content-encoding"] = "gzip"
        call.here["gzip"] = zlib.compressobj(wbits=GZIP)
        await send({**message, "headers": headers.raw})
        return
    gzip, more = call.here["gzip"], message.get("more_body", False)
    body = gzip.compress(message["body"])
    body += gzip.flush(zlib.Z_SYNC_FLUSH if more else zlib.Z_FINISH)
    await send({**message, "body": body})


@VARIANT.send()
async def slow_answers(message: Message, _: Call, send: Send) -> None:
    """Every answer is delayed."""
    if message["type"] == "http.response.start":
        await asyncio.sleep(SLOWNESS)
    await send(message)


@VARIANT.head()
def charset_of_media_types(head: Head, _: Call) -> None:
    """Media types name their charset."""
    media_type = head.headers.get("content-type", "")
    if media_type and "charset" not in media_type:
        head.headers["content-type"] = f"{media_type}; charset=UTF-8"


@VARIANT.head()
def media_types_in_another_case(head: Head, _: Call) -> None:
    """Media types are written with capital letters."""
    media_type, semicolon, rest = head.headers.get("content-type", "").partition(";")
    if media_type:
        head.headers["content-type"] = f"{media_type.title()}{semicolon}{rest}"


@VARIANT.head()
def connection_closes(head: Head, _: Call) -> None:
    """The connection closes after each answer."""
    head.headers["connection"] = "close"


@VARIANT.head()
def chunked_bodies(head: Head, _: Call) -> None:
    """No answer has `content-length`."""
    del head.headers["content-length"]


@VARIANT.head()
def no_headers_of_its_own(head: Head, _: Call) -> None:
    """Answers have no `x-` headers, which the document does not promise."""
    for name in [name for name in head.headers if name.startswith("x-")]:
        del head.headers[name]
