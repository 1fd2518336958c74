"""A curl line that reproduces a request, with variables in place of the key and the user's headers."""

from __future__ import annotations

import re
import shlex
from typing import TYPE_CHECKING

from tgi_common.text import escaped

if TYPE_CHECKING:
    from tgi_conformance.http.exchange import Request
    from tgi_conformance.http.target import Target

LONGEST_BODY = 2000


def curl_line(target: Target, request: Request) -> str:
    """Write the line for a POSIX shell; secrets appear as `$NAME` variables, which the user must set."""
    url = target.shown_url + request.path
    words = ["curl", *_flags(target, request, url), shlex.quote(url)]
    for name, value in request.headers:
        words += ["-H", shlex.quote(f"{name}: {target.scrub(value)}")]
    words += _secret_headers(target, request)
    if request.content is None:
        return " ".join(words)
    if "content-type" not in {name.lower() for name, _ in (*request.headers, *target.headers)}:
        words += ["-H", "Content-Type:"]  # curl would add one
    return _with_body(" ".join(words), target.scrub_bytes(request.content))


def _flags(target: Target, request: Request, url: str) -> list[str]:
    """Return the flags without which curl would send another request, or show no status and headers."""
    # With -X HEAD, curl waits for a body that never comes.
    head = request.method == "HEAD" and request.content is None
    flags = ["--head" if head else "-i"]
    if target.insecure:
        flags.append("--insecure")
    if set(url) & set("[]{}"):
        flags.append("-g")  # or curl takes them for a pattern of several URLs
    usual = "GET" if request.content is None else "POST"
    if not head and request.method != usual:
        flags += ["-X", request.method]
    return flags


def _secret_headers(target: Target, request: Request) -> list[str]:
    own = {name.lower() for name, _ in (*request.headers, *target.headers)}
    words = []
    if target.key and not request.anonymous and "authorization" not in own:
        words += ["-H", f'"Authorization: Bearer ${target.key.name}"']
    for name, _ in target.headers:
        variable = re.sub(r"\W", "_", name.upper())
        words += ["-H", f'{shlex.quote(name + ": ")}"${variable}"']
    return words


def _with_body(curl: str, content: bytes) -> str:
    if len(content) > LONGEST_BODY:
        beginning = escaped(content[:80].decode("utf-8", "replace"))
        return f"{curl} --data-binary @-  # the {len(content)} bytes that begin with {beginning}"
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        text = "\0"
    if all(character.isprintable() for character in text):
        return f"{curl} --data-raw {shlex.quote(text)}"
    # No argument can hold a NUL, and no terminal shows a control character as it is.
    return f"printf '{_escaped(content)}' | {curl} --data-binary @-"


def _escaped(content: bytes) -> str:
    return "".join(
        chr(byte) if chr(byte).isalnum() and byte < 128 else f"\\{byte:03o}"  # noqa: PLR2004 - ASCII's end
        for byte in content
    )
