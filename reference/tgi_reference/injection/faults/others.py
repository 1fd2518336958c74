"""Routes that generate nothing: tokens of a text, limits, models, health, metrics, documentation."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from tgi_reference.injection.call import Reply
from tgi_reference.injection.faults import FAULTS as FAULT

if TYPE_CHECKING:
    from tgi_reference.injection.call import Call, Head


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
    """The tokens of a text come last first."""
    return body[::-1]


@FAULT.answer("tokenize")
def text_tokens_are_bare_ids(body: Any, _: Call) -> Any:
    """The tokens of a text are their ids alone."""
    return [token["id"] for token in body]


@FAULT.answer("tokenize")
def text_token_ids_are_of_another_vocabulary(body: Any, _: Call) -> Any:
    """The ids of a text's tokens are not those that the model reads."""
    for token in body:
        token["id"] += 1000
    return body


@FAULT.answer("tokenize")
def text_token_ids_are_their_places(body: Any, _: Call) -> Any:
    """The id of a token is its place in the text."""
    return [{**token, "id": place} for place, token in enumerate(body)]


@FAULT.answer("tokenize")
def text_token_ids_differ_each_time(body: Any, call: Call) -> Any:
    """The ids of a text's tokens are others each time."""
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
    """The tokens of a text are its words, white space left out."""
    text = call.asked["inputs"]
    places = [
        (len(text[: m.start()].encode()), len(text[: m.end()].encode()), m[0])
        for m in re.finditer(r"\w+", text)
    ]
    return [{"id": len(body), "text": word, "start": start, "stop": stop} for start, stop, word in places]


@FAULT.reply("tokenize")
def empty_text_is_refused(call: Call) -> Reply | None:
    """The tokens of an empty text are refused."""
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
    """The tokens of a conversation are none."""
    return {**body, "tokenize_response": []}


@FAULT.answer("chat-tokenize")
def conversation_offsets_lead_beyond_it(body: Any, _: Call) -> Any:
    """The offsets of a conversation's tokens lead beyond its text."""
    for token in body["tokenize_response"]:
        token["start"] += 1000
        token["stop"] += 1000
    return body


@FAULT.answer("info")
def info_lacks_a_limit(body: Any, _: Call) -> Any:
    """`/info` does not tell `max_input_tokens`."""
    body.pop("max_input_tokens")
    return body


@FAULT.answer("info")
def info_tells_limits_as_text(body: Any, _: Call) -> Any:
    """`/info` tells its limits as strings."""
    return {name: str(value) if isinstance(value, int) else value for name, value in body.items()}


@FAULT.answer("info")
def info_tells_contradicting_limits(body: Any, _: Call) -> Any:
    """`/info` says that prompts may be as long as prompt and answer together."""
    return {**body, "max_input_tokens": body["max_total_tokens"]}


@FAULT.answer("info")
def info_tells_limits_of_zero(body: Any, _: Call) -> Any:
    """`/info` says that no request may be answered."""
    return {**body, "max_concurrent_requests": 0}


@FAULT.answer("info")
def info_changes(body: Any, call: Call) -> Any:
    """`/info` says something else each time."""
    call.server["told"] += 1
    return {
        **body,
        "max_stop_sequences": body["max_stop_sequences"] + call.server["told"] % 2,
        "sha": f"{call.server['told']}",
    }


@FAULT.answer("info")
def info_is_a_list(body: Any, _: Call) -> Any:
    """`/info` answers with an array."""
    return [body]


@FAULT.answer("models")
def model_has_no_id(body: Any, _: Call) -> Any:
    """The listed model has no id."""
    for model in body.get("data", [body]):
        model.pop("id")
    return body


@FAULT.answer("models")
def model_has_another_id(body: Any, _: Call) -> Any:
    """The listed model is not the one that `/info` names."""
    for model in body.get("data", [body]):
        model["id"] = "another-model"
    return body


@FAULT.answer("models")
def no_model_is_listed(body: Any, _: Call) -> Any:
    """No model is listed."""
    return {**body, "data": []}


@FAULT.answer("models")
def models_are_a_bare_array(body: Any, _: Call) -> Any:
    """The models are a bare array."""
    return body.get("data", [body])


@FAULT.answer("models")
def model_is_of_another_kind(body: Any, _: Call) -> Any:
    """The `object` of a model is another."""
    for model in body.get("data", [body]):
        model["object"] = "Model"
    return body


@FAULT.reply("health")
def health_is_always_bad(_: Call) -> Reply | None:
    """The server says that it is unhealthy while it generates."""
    return Reply(503, b'{"error":"unhealthy","error_type":"healthcheck"}', "application/json")


@FAULT.reply("health")
def health_is_a_redirect(call: Call) -> Reply | None:
    """Health answers with a redirect."""
    return Reply(307, headers=(("location", call.path + "/"),))


@FAULT.reply("health")
def health_has_a_body(_: Call) -> Reply | None:
    """Health answers with a text."""
    return Reply(200, b"OK", "text/plain")


@FAULT.reply("health")
def ping_is_an_error(call: Call) -> Reply | None:
    """SageMaker's ping is a server error."""
    return Reply(500) if call.path == "/ping" else None


@FAULT.body("metrics")
def metrics_are_empty(_: bytes, __: Call) -> bytes:
    """The metrics are empty, as they once were."""
    return b""


@FAULT.body("metrics")
def metrics_do_not_parse(body: bytes, _: Call) -> bytes:
    """A line of the metrics has no value."""
    return body + b"\ntgi_broken{label=\n"


@FAULT.body("metrics")
def metrics_are_json(_: bytes, __: Call) -> bytes:
    """The metrics are JSON."""
    return b'{"tgi_request_count": 1}'


@FAULT.head("metrics")
def metrics_are_said_to_be_json(head: Head, _: Call) -> None:
    """The metrics' media type is application/json."""
    head.headers["content-type"] = "application/json"


@FAULT.body("metrics")
def metrics_lack_the_request_count(body: bytes, _: Call) -> bytes:
    """The metrics do not count requests."""
    return b"\n".join(line for line in body.split(b"\n") if b"tgi_request_count" not in line)


@FAULT.body("metrics")
def metrics_lack_the_generated_tokens(body: bytes, _: Call) -> bytes:
    """The metrics do not count tokens."""
    return b"\n".join(line for line in body.split(b"\n") if b"generated_tokens" not in line)


@FAULT.body("metrics")
def metrics_stand_still(body: bytes, call: Call) -> bytes:
    """The metrics are those of the first scrape."""
    return bytes(call.server.setdefault("metrics", body))


@FAULT.body("metrics")
def counters_fall(body: bytes, call: Call) -> bytes:
    """Counters fall from scrape to scrape."""
    call.server["scrapes"] += 1
    fall = call.server["scrapes"]

    def lower(match: re.Match[bytes]) -> bytes:
        return match[1] + str(1e6 - fall).encode()

    return re.sub(rb"(?m)^(tgi_request_(?:count|success) )[-+.e0-9]+$", lower, body)


@FAULT.body("metrics")
def requests_are_counted_twice(body: bytes, _: Call) -> bytes:
    """Each request is counted twice."""

    def double(match: re.Match[bytes]) -> bytes:
        return match[1] + str(2 * float(match[2])).encode()

    return re.sub(rb"(?m)^(tgi_request_(?:count|success) )([-+.e0-9]+)$", double, body)


@FAULT.body("metrics")
def generated_tokens_are_not_summed(body: bytes, _: Call) -> bytes:
    """The sum of generated tokens stays 0."""
    return re.sub(rb"(?m)^(tgi_request_generated_tokens_sum )\S+$", rb"\g<1>0.0", body)


@FAULT.body("metrics")
def failures_are_counted_as_successes(body: bytes, _: Call) -> bytes:
    """Every request counts as a success."""
    count = re.search(rb"(?m)^tgi_request_count (\S+)$", body)
    value = count[1] if count else b"0"
    return re.sub(rb"(?m)^(tgi_request_success )\S+$", rb"\g<1>" + value, body)


def _document(body: bytes, change: Any) -> bytes:
    document = json.loads(body)
    change(document)
    return json.dumps(document).encode()


@FAULT.body()
def documentation_leads_nowhere(body: bytes, call: Call) -> bytes:
    """The page at /docs names a document that is not there."""
    return body.replace(b"/api-doc/openapi.json", b"/gone.json") if call.path.startswith("/docs") else body


@FAULT.body("document")
def document_has_dangling_references(body: bytes, _: Call) -> bytes:
    """A reference in the document leads nowhere."""
    return _document(body, lambda document: document["components"]["schemas"].pop("ErrorResponse"))


@FAULT.body("document")
def document_is_stale(body: bytes, _: Call) -> bytes:
    """The document lacks an operation that is served."""
    return _document(body, lambda document: document["paths"].pop("/generate_stream"))


@FAULT.body("document")
def document_has_other_types(body: bytes, _: Call) -> bytes:
    """The document says of a member that it is of another type."""

    def change(document: Any) -> None:
        schema = document["components"]["schemas"]["GenerateResponse"]
        schema["properties"]["generated_text"] = {"type": "integer"}

    return _document(body, change)


@FAULT.body("document")
def document_is_cut_off(body: bytes, _: Call) -> bytes:
    """The document ends in its middle."""
    return body[: len(body) // 2]


@FAULT.reply("document")
def document_is_a_page(_: Call) -> Reply | None:
    """Where the document should be is a page."""
    return Reply(200, b"<!doctype html><title>Sign in</title>", "text/html")
