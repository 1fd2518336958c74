"""Keys that are not asked for, not compared as a whole, or disclosed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tgi_reference.injection.call import CHAT, GENERATION, Reply
from tgi_reference.injection.faults import FAULTS as FAULT

if TYPE_CHECKING:
    from tgi_reference.injection.call import Call, Head

UNAUTHORIZED: Final = Reply(401)


@FAULT.request()
def key_is_not_asked_for(call: Call) -> None:
    """Routes that require a key answer without one."""
    if "authorization" not in call.headers:
        _let_in(call)


@FAULT.request("tokenize")
def key_is_not_asked_for_at_one_route(call: Call) -> None:
    """`/tokenize` answers without a key."""
    _let_in(call)


@FAULT.request()
def any_key_opens(call: Call) -> None:
    """Any key is accepted."""
    if call.headers.get("authorization", "").lower().startswith("bearer not"):
        _let_in(call)


@FAULT.request()
def beginning_of_the_key_opens(call: Call) -> None:
    """A prefix of the key is accepted."""
    scheme, _, given = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and (call.services.settings.api_key or "").startswith(given):
        _let_in(call)


@FAULT.request()
def more_than_the_key_opens(call: Call) -> None:
    """The key with a suffix is accepted."""
    scheme, _, given = call.headers.get("authorization", "").partition(" ")
    key = call.services.settings.api_key
    if key and scheme.lower() == "bearer" and given.startswith(key):
        _let_in(call)


@FAULT.request()
def end_of_the_key_opens(call: Call) -> None:
    """A suffix of the key is accepted."""
    scheme, _, given = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and given and (call.services.settings.api_key or "").endswith(given):
        _let_in(call)


@FAULT.request()
def another_header_opens(call: Call) -> None:
    """Any `X-Api-Key` is accepted."""
    if "x-api-key" in call.headers:
        _let_in(call)


@FAULT.request()
def streams_need_no_key(call: Call) -> None:
    """A streamed request needs no key."""
    if isinstance(call.asked, dict) and call.asked.get("stream") is True:
        _let_in(call)


@FAULT.request()
def chats_elsewhere_need_no_key(call: Call) -> None:
    """At /invocations a chat needs no key."""
    if call.path == "/invocations" and "messages" in (call.asked or {}):
        _let_in(call)


@FAULT.body()
def refusals_show_the_key(body: bytes, call: Call) -> bytes:
    """The refusal of a wrong key contains the right one."""
    key = call.services.settings.api_key or ""
    given = call.headers.get("authorization", "")
    return f"expected {key}".encode() if given and key and key not in given else body


@FAULT.request()
def any_scheme_opens(call: Call) -> None:
    """The key is accepted under any scheme."""
    if call.headers.get("authorization", "").startswith("Basic"):
        _let_in(call)


@FAULT.request()
def bare_key_opens(call: Call) -> None:
    """The key is accepted without a scheme."""
    authorization = call.headers.get("authorization", "")
    if authorization and " " not in authorization and authorization != "Bearer":
        _let_in(call)


def _let_in(call: Call) -> None:
    key = call.services.settings.api_key
    if key is not None:
        call.headers["authorization"] = f"Bearer {key}"


@FAULT.reply("tokenize", "completions")
def right_key_is_refused_at_some_routes(call: Call) -> Reply | None:
    """Some routes refuse the key."""
    return UNAUTHORIZED if call.services.settings.api_key else None


@FAULT.reply("health")
def health_needs_the_key(call: Call) -> Reply | None:
    """Health requires the key."""
    has_key = "authorization" in call.headers or call.services.settings.api_key is None
    return None if has_key else UNAUTHORIZED


@FAULT.head(*GENERATION)
def missing_key_is_a_bad_request(head: Head, _: Call) -> None:
    """A missing key is answered with 400."""
    if head.status == UNAUTHORIZED.status:
        head.status = 400


@FAULT.head(*GENERATION)
def missing_key_is_answered_with_200(head: Head, _: Call) -> None:
    """A missing key is answered with 200 and an empty body."""
    if head.status == UNAUTHORIZED.status:
        head.status = 200


@FAULT.request()
def keys_of_other_services_open(call: Call) -> None:
    """Any key with the prefix of another service's keys is accepted."""
    if call.headers.get("authorization", "").startswith(("Bearer sk-", "Bearer hf_")):
        _let_in(call)


@FAULT.request(CHAT)
def chats_with_tools_need_no_key(call: Call) -> None:
    """A chat with tools is answered without a key."""
    if call.wanted("tools"):
        _let_in(call)


@FAULT.error()
def errors_repeat_the_credentials(body: Any, call: Call) -> Any:
    """The message of an error repeats the request's headers."""
    given = call.headers.get("authorization", "none")
    return {**body, "error": f"{body.get('error')} (authorization: {given})"}


@FAULT.head()
def refusals_repeat_the_credentials_in_a_header(head: Head, call: Call) -> None:
    """A refusal repeats the credentials in a header."""
    if head.status in range(400, 500) and "authorization" in call.headers:
        head.headers["x-request-authorization"] = call.headers["authorization"]
