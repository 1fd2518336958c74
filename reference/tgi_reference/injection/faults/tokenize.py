"""The tokens of texts and of conversations, as ``/tokenize`` and ``/chat_tokenize`` answer them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from tgi_reference.injection.call import Reply
from tgi_reference.injection.faults import FAULTS as FAULT

if TYPE_CHECKING:
    from tgi_reference.injection.call import Call

_LONG: Final = 40  # tokens


@FAULT.answer("tokenize")
def offsets_count_characters(body: Any, call: Call) -> Any:
    """The offsets of tokens count characters, not bytes."""
    data = call.asked["inputs"].encode()
    for token in body:
        for name in ("start", "stop"):
            token[name] = len(data[: token[name]].decode("utf-8", "ignore"))
    return body


@FAULT.answer("tokenize")
def offsets_are_off_by_one(body: Any, _: Call) -> Any:
    """The offsets of tokens are one too high."""
    for token in body:
        token["start"] += 1
        token["stop"] += 1
    return body


@FAULT.answer("tokenize")
def offsets_start_anew_with_each_token(body: Any, _: Call) -> Any:
    """The offsets of tokens are their own lengths."""
    for token in body:
        token["start"], token["stop"] = 0, token["stop"] - token["start"]
    return body


@FAULT.answer("tokenize")
def last_text_token_is_missing(body: Any, _: Call) -> Any:
    """The last token of a text is missing."""
    return body[:-1]


@FAULT.answer("tokenize")
def first_text_token_is_missing(body: Any, _: Call) -> Any:
    """The first token of a text is missing."""
    return body[1:]


@FAULT.answer("tokenize")
def text_tokens_are_in_reverse(body: Any, _: Call) -> Any:
    """The tokens of a text are in reverse order."""
    return body[::-1]


@FAULT.answer("tokenize")
def text_tokens_are_bare_ids(body: Any, _: Call) -> Any:
    """The tokens of a text are bare ids."""
    return [token["id"] for token in body]


@FAULT.answer("tokenize")
def text_token_ids_are_of_another_vocabulary(body: Any, _: Call) -> Any:
    """The ids of a text's tokens are not those that the model reads."""
    for token in body:
        token["id"] += 1000
    return body


@FAULT.answer("tokenize")
def text_token_ids_are_their_places(body: Any, _: Call) -> Any:
    """The id of a token is its position in the text."""
    return [{**token, "id": place} for place, token in enumerate(body)]


@FAULT.answer("tokenize")
def text_token_ids_differ_each_time(body: Any, call: Call) -> Any:
    """The ids of a text's tokens differ each time."""
    call.server["tokenized"] += 1
    return [{**token, "id": token["id"] + call.server["tokenized"]} for token in body]


@FAULT.answer("tokenize")
def text_tokens_have_no_text(body: Any, _: Call) -> Any:
    """The tokens of a text have no text."""
    for token in body:
        token["text"] = ""
    return body


@FAULT.answer("tokenize")
def text_tokens_are_the_words(body: Any, call: Call) -> Any:
    """The tokens of a text are its words, without white space."""
    text = call.asked["inputs"]
    places = [
        (len(text[: m.start()].encode()), len(text[: m.end()].encode()), m[0])
        for m in re.finditer(r"\w+", text)
    ]
    return [{"id": len(body), "text": word, "start": start, "stop": stop} for start, stop, word in places]


@FAULT.reply("tokenize")
def empty_text_is_refused(call: Call) -> Reply | None:
    """An empty text is refused."""
    return Reply(422, b"empty") if (call.body or {}).get("inputs") == "" else None


@FAULT.answer("tokenize")
def empty_text_has_a_token(body: Any, _: Call) -> Any:
    """An empty text has a token of one byte."""
    return body or [{"id": 1, "text": " ", "start": 0, "stop": 1}]


@FAULT.answer("chat-tokenize")
def templated_text_is_missing(body: Any, _: Call) -> Any:
    """`templated_text` is missing."""
    body.pop("templated_text")
    return body


@FAULT.answer("chat-tokenize")
def templated_text_is_empty(body: Any, _: Call) -> Any:
    """`templated_text` is empty."""
    return {**body, "templated_text": ""}


@FAULT.answer("chat-tokenize")
def conversation_lacks_tokens(body: Any, _: Call) -> Any:
    """The tokens of a conversation lack those of the template's end."""
    return {**body, "tokenize_response": body["tokenize_response"][:-3]}


@FAULT.answer("chat-tokenize")
def conversation_has_no_tokens(body: Any, _: Call) -> Any:
    """A conversation has no tokens."""
    return {**body, "tokenize_response": []}


@FAULT.answer("chat-tokenize")
def conversation_offsets_lead_beyond_it(body: Any, _: Call) -> Any:
    """The offsets of a conversation's tokens lead beyond its text."""
    for token in body["tokenize_response"]:
        token["start"] += 1000
        token["stop"] += 1000
    return body


@FAULT.answer("chat-tokenize")
def conversation_offsets_count_characters(body: Any, _: Call) -> Any:
    """The offsets of a conversation's tokens count characters, not bytes."""
    data = body["templated_text"].encode()
    for token in body["tokenize_response"]:
        for name in ("start", "stop"):
            token[name] = len(data[: token[name]].decode("utf-8", "ignore"))
    return body


@FAULT.answer("tokenize")
def offsets_take_line_ends_for_one_byte(body: Any, call: Call) -> Any:
    """CRLF counts as one byte in the offsets of later tokens."""
    text = call.asked["inputs"].encode()
    for token in body:
        before = text[: token["start"]].count(b"\r\n")
        token.update(start=token["start"] - before, stop=token["stop"] - before)
    return body


@FAULT.answer("chat-tokenize")
def conversation_lacks_its_last_token(body: Any, _: Call) -> Any:
    """The tokens of a conversation lack the last one, a line end."""
    return {**body, "tokenize_response": body["tokenize_response"][:-1]}


@FAULT.answer("chat-tokenize")
def long_conversations_lack_a_token(body: Any, _: Call) -> Any:
    """The tokens of a long conversation lack one in the middle."""
    tokens = body["tokenize_response"]
    if len(tokens) > _LONG:
        del tokens[len(tokens) // 2]
    return body
