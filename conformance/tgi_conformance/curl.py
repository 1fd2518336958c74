"""A curl line that reproduces a request, the key and the user's headers left out by name."""

from __future__ import annotations

import shlex

from tgi_conformance.exchange import Request
from tgi_conformance.target import Target

LONGEST_BODY = 2000


def curl_line(target: Target, request: Request) -> str:
    """Write the line; secrets appear as `$NAME`, to be set by who runs it."""
    words = ["curl", "-sS", "-N", "-i"]
    if request.method != "GET":
        words += ["-X", request.method]
    words.append(shlex.quote(target.shown_url + request.path))
    for name, value in request.headers:
        words += ["-H", shlex.quote(f"{name}: {target.scrub(value)}")]
    words += _secret_headers(target, request)
    words += _body(target, request)
    return " ".join(words)


def _secret_headers(target: Target, request: Request) -> list[str]:
    own = {name.lower() for name, _ in request.headers}
    words = []
    if target.key and "authorization" not in own:
        words += ["-H", f'"Authorization: Bearer ${target.key.name}"']
    for name, _ in target.headers:
        variable = name.upper().replace("-", "_")
        words += ["-H", f'"{name}: ${variable}"']
    return words


def _body(target: Target, request: Request) -> list[str]:
    if request.content is None:
        return []
    try:
        text = request.content.decode("utf-8")
    except UnicodeDecodeError:
        return ["--data-binary", f"$'{_escaped(request.content[:LONGEST_BODY])}'"]
    if "\0" in text or any(ord(c) < 32 and c not in "\n\t" for c in text):  # noqa: PLR2004 - ASCII's controls
        return ["--data-binary", f"$'{_escaped(request.content[:LONGEST_BODY])}'"]
    if len(text) > LONGEST_BODY:
        return ["--data-binary", "@-", f"# {len(request.content)} bytes, beginning: {shlex.quote(text[:80])}"]
    return ["--data-binary", shlex.quote(target.scrub(text))]


def _escaped(data: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in data)
