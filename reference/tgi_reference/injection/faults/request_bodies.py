"""Request bodies that the framework mistreats: media types, methods, sizes, broken JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from tgi_reference.generation.errors import CutOffError
from tgi_reference.injection.call import GENERATION, Reply
from tgi_reference.injection.faults import FAULTS as FAULT
from tgi_reference.injection.faults.bounds import ALL_BODIES

if TYPE_CHECKING:
    from tgi_reference.injection.call import Call, Head

JSON: Final = "application/json"
DEEP: Final = 500
LARGE: Final = 2_000_000
CRASH: Final = Reply(500, b"Internal Server Error", "text/plain")
_MALFORMED: Final = Reply(400, b'{"error":"malformed body","error_type":"validation"}', "application/json")


@FAULT.request(*ALL_BODIES)
def media_type_is_not_looked_at(call: Call) -> None:
    """A body of any media type is read as JSON."""
    if call.method == "POST":
        call.headers["content-type"] = JSON


@FAULT.reply(*ALL_BODIES)
def charset_is_refused(call: Call) -> Reply | None:
    """A media type with a charset is refused."""
    return (
        Reply(415, b"Unsupported Media Type") if "charset" in call.headers.get("content-type", "") else None
    )


@FAULT.reply(*ALL_BODIES)
def malformed_bodies_crash(call: Call) -> Reply | None:
    """A body that is not JSON is a server error."""
    try:
        json.loads(call.raw)
    except RecursionError:
        return None
    except ValueError:
        return CRASH if call.method == "POST" else None
    return None


@FAULT.reply(*ALL_BODIES)
def broken_utf_8_crashes(call: Call) -> Reply | None:
    """A body that is not UTF-8 is a server error."""
    try:
        call.raw.decode()
    except UnicodeDecodeError:
        return CRASH
    return None


@FAULT.reply(*ALL_BODIES)
def lone_surrogates_crash(call: Call) -> Reply | None:
    """Half of a surrogate pair in a string is a server error."""
    return CRASH if b"\\ud800" in call.raw else None


@FAULT.reply(*ALL_BODIES)
def deep_nesting_crashes(call: Call) -> Reply | None:
    """A deeply nested body is a server error."""
    return CRASH if call.raw.count(b"[") + call.raw.count(b"{") > DEEP else None


@FAULT.reply(*ALL_BODIES)
def deep_nesting_takes_the_server_down(call: Call) -> Reply | None:
    """After a deeply nested body the connection breaks, and the server is unhealthy for a while."""
    if call.raw.count(b"[") > DEEP:
        call.server["down"] = 3
        raise CutOffError
    return None


@FAULT.reply("health", also=deep_nesting_takes_the_server_down)
def _down(call: Call) -> Reply | None:
    if call.server["down"]:
        call.server["down"] -= 1
        return Reply(503)
    return None


@FAULT.reply(*ALL_BODIES)
def large_bodies_are_taken(call: Call) -> Reply | None:
    """A body of any size is accepted."""
    return Reply(200, b"{}", JSON) if len(call.raw) > LARGE else None


@FAULT.reply(*ALL_BODIES)
def large_bodies_crash(call: Call) -> Reply | None:
    """A body that is too large is a server error."""
    return CRASH if len(call.raw) > LARGE else None


@FAULT.reply(*ALL_BODIES)
def large_bodies_break_the_connection(call: Call) -> Reply | None:
    """A body that is too large breaks the connection without an answer."""
    if len(call.raw) > LARGE:
        raise CutOffError
    return None


@FAULT.request(*ALL_BODIES)
def every_method_is_post(call: Call) -> None:
    """An undocumented method works as POST."""
    if call.method in ("PUT", "PATCH", "DELETE"):
        call.method = "POST"


@FAULT.reply(*ALL_BODIES)
def other_methods_crash(call: Call) -> Reply | None:
    """An undocumented method is a server error."""
    return CRASH if call.method in ("PUT", "PATCH", "DELETE") else None


@FAULT.reply(*ALL_BODIES)
def other_methods_are_fine(call: Call) -> Reply | None:
    """An undocumented method is answered with 200 and an empty body."""
    return Reply() if call.method in ("PUT", "PATCH", "DELETE") else None


@FAULT.head()
def unknown_paths_are_found(head: Head, call: Call) -> None:
    """A path that does not exist is answered with 200."""
    if head.status == 404 and call.kind == "other":  # noqa: PLR2004
        head.status = 200


@FAULT.reply(*GENERATION)
def large_numbers_crash(call: Call) -> Reply | None:
    """A number beyond 32 bits is a server error."""
    values = [value for value in call.parameters.values() if isinstance(value, int)]
    return CRASH if any(value >= 2**32 for value in values) else None


@FAULT.reply(*ALL_BODIES)
def wrong_types_crash(call: Call) -> Reply | None:
    """An object as the value of a parameter that is none is a server error."""
    expected = {"parameters", "grammar", "response_format", "stream_options", "tool_choice"}
    members = {**(call.body or {}), **call.parameters}
    return CRASH if any(isinstance(v, dict) and n not in expected for n, v in members.items()) else None


@FAULT.reply(*ALL_BODIES)
def null_characters_crash(call: Call) -> Reply | None:
    """A character U+0000 in a string is a server error."""
    return CRASH if b"\\u0000" in call.raw or b"\0" in call.raw else None


@FAULT.reply("tokenize", "chat-tokenize", *GENERATION)
def non_ascii_prompts_crash(call: Call) -> Reply | None:
    """A prompt that is not ASCII is a server error."""
    return CRASH if not call.raw.isascii() else None


@FAULT.reply(*GENERATION)
def unread_members_crash(call: Call) -> Reply | None:
    """A member that the document does not name is a server error."""
    names = {*(call.body or {}), *call.parameters}
    return CRASH if any(name.startswith("x_") or not name.isascii() for name in names) else None


@FAULT.reply(*GENERATION)
def escaped_slashes_are_refused(call: Call) -> Reply | None:
    """A body in which a slash is written as an escape is refused."""
    return _MALFORMED if b"\\/" in call.raw else None
