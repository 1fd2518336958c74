"""Unstreamed answers of ``generate``: what they say of the tokens generated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tgi_reference.injection.call import GENERATE
from tgi_reference.injection.faults import FAULTS as FAULT

if TYPE_CHECKING:
    from tgi_reference.injection.call import Call


def _details(body: Any) -> dict[str, Any]:
    details = body.get("details")
    return details if isinstance(details, dict) else {}


def _tokens(body: Any) -> list[dict[str, Any]]:
    return _details(body).get("tokens") or []


@FAULT.answer(GENERATE)
def generated_text_is_missing(body: Any, _: Call) -> Any:
    """`generated_text` is missing."""
    body.pop("generated_text")
    return body


@FAULT.answer(GENERATE)
def generated_text_is_null(body: Any, _: Call) -> Any:
    """`generated_text` is null."""
    return {**body, "generated_text": None}


@FAULT.answer(GENERATE)
def generated_text_is_called_text(body: Any, _: Call) -> Any:
    """`generated_text` is called `text`."""
    return {"text": body.pop("generated_text"), **body}


@FAULT.answer(GENERATE)
def generated_text_is_stripped(body: Any, _: Call) -> Any:
    """White space at both ends of `generated_text` is missing."""
    return {**body, "generated_text": body["generated_text"].strip()}


@FAULT.answer(GENERATE)
def generated_text_lacks_its_last_token(body: Any, _: Call) -> Any:
    """`generated_text` lacks its last characters."""
    return {**body, "generated_text": body["generated_text"][:-2]}


@FAULT.answer(GENERATE)
def generated_text_is_only_the_last_token(body: Any, _: Call) -> Any:
    """`generated_text` is the text of the last token alone."""
    tokens = _tokens(body)
    return {**body, "generated_text": tokens[-1]["text"] if tokens else body["generated_text"][-2:]}


@FAULT.answer(GENERATE)
def generated_text_shows_special_tokens(body: Any, _: Call) -> Any:
    """The end token's text is part of `generated_text`."""
    return {**body, "generated_text": body["generated_text"] + "<|im_end|>"}


@FAULT.answer(GENERATE)
def answer_comes_without_its_array(body: Any, call: Call) -> Any:
    """`/` answers with an object where the document says an array."""
    call.here["bare"] = call.path == "/"
    return body


@FAULT.body(GENERATE, also=answer_comes_without_its_array)
def _bare(body: bytes, call: Call) -> bytes:
    return body[1:-1] if call.here.get("bare") and body.startswith(b"[") else body


@FAULT.body(GENERATE)
def answer_comes_in_an_array(body: bytes, call: Call) -> bytes:
    """`/generate` answers with an array."""
    return b"[" + body + b"]" if call.path == "/generate" and b'"generated_text"' in body else body


@FAULT.answer(GENERATE)
def generated_tokens_are_one_more(body: Any, _: Call) -> Any:
    """`generated_tokens` counts one token too many."""
    if _details(body):
        body["details"]["generated_tokens"] += 1
    return body


@FAULT.answer(GENERATE)
def generated_tokens_are_one_less(body: Any, _: Call) -> Any:
    """`generated_tokens` counts one token too few."""
    if _details(body):
        body["details"]["generated_tokens"] -= 1
    return body


@FAULT.answer(GENERATE)
def generated_tokens_are_text(body: Any, _: Call) -> Any:
    """`generated_tokens` is a string."""
    if _details(body):
        body["details"]["generated_tokens"] = str(body["details"]["generated_tokens"])
    return body


@FAULT.answer(GENERATE)
def generated_tokens_are_missing(body: Any, _: Call) -> Any:
    """`generated_tokens` is missing."""
    _details(body).pop("generated_tokens", None)
    return body


@FAULT.answer(GENERATE)
def last_token_is_not_shown(body: Any, _: Call) -> Any:
    """`tokens` lacks the last token."""
    if len(_tokens(body)) > 1:
        body["details"]["tokens"].pop()
    return body


@FAULT.answer(GENERATE)
def first_token_is_not_shown(body: Any, _: Call) -> Any:
    """`tokens` lacks the first token."""
    if len(_tokens(body)) > 1:
        body["details"]["tokens"].pop(0)
    return body


@FAULT.answer(GENERATE)
def only_the_last_token_is_shown(body: Any, _: Call) -> Any:
    """`tokens` contains only the last token, and `finish_reason` is `eos_token`, as one backend answered."""
    if _details(body):
        body["details"]["tokens"] = body["details"]["tokens"][-1:]
        body["details"]["finish_reason"] = "eos_token"
    return body


@FAULT.answer(GENERATE)
def tokens_are_shown_twice(body: Any, _: Call) -> Any:
    """A token is shown twice."""
    if _tokens(body):
        body["details"]["tokens"].insert(0, body["details"]["tokens"][0])
    return body


@FAULT.answer(GENERATE)
def tokens_are_in_another_order(body: Any, _: Call) -> Any:
    """The first two tokens are swapped."""
    tokens = _tokens(body)
    tokens[:2] = tokens[1::-1]
    return body


@FAULT.answer(GENERATE)
def token_texts_are_stripped(body: Any, _: Call) -> Any:
    """The white space at the beginning of a token's text is missing."""
    for token in _tokens(body):
        token["text"] = token["text"].strip()
    return body


@FAULT.answer(GENERATE)
def token_texts_show_the_vocabulary(body: Any, _: Call) -> Any:
    """A token's text is its entry in the vocabulary, white space spelled as a letter."""
    for token in _tokens(body):
        token["text"] = token["text"].replace(" ", "\N{LATIN CAPITAL LETTER G WITH DOT ABOVE}")
    return body


@FAULT.answer(GENERATE)
def token_ids_are_off_by_one(body: Any, _: Call) -> Any:
    """The ids of tokens are one too high."""
    for token in _tokens(body):
        token["id"] += 1
    return body


@FAULT.answer(GENERATE)
def token_ids_are_negative(body: Any, _: Call) -> Any:
    """The ids of tokens are negative."""
    for token in _tokens(body):
        token["id"] = -token["id"] - 1
    return body


@FAULT.answer(GENERATE)
def token_ids_are_text(body: Any, _: Call) -> Any:
    """The ids of tokens are strings."""
    for token in _tokens(body):
        token["id"] = str(token["id"])
    return body


@FAULT.answer(GENERATE)
def tokens_do_not_say_whether_they_are_special(body: Any, _: Call) -> Any:
    """`special` is missing."""
    for token in _tokens(body):
        token.pop("special")
    return body


@FAULT.answer(GENERATE)
def every_token_is_special(body: Any, _: Call) -> Any:
    """`special` is true for every token."""
    for token in _tokens(body):
        token["special"] = True
    return body


@FAULT.answer(GENERATE)
def log_probabilities_are_positive(body: Any, _: Call) -> Any:
    """Log-probabilities have the wrong sign."""
    for token in _tokens(body):
        token["logprob"] = abs(token["logprob"]) + 0.01
    return body


@FAULT.answer(GENERATE)
def log_probabilities_are_probabilities(body: Any, _: Call) -> Any:
    """`logprob` is the probability itself."""
    for token in _tokens(body):
        token["logprob"] = 2.0 ** token["logprob"]
    return body


@FAULT.answer(GENERATE)
def log_probabilities_are_null(body: Any, _: Call) -> Any:
    """`logprob` is null."""
    for token in _tokens(body):
        token["logprob"] = None
    return body


@FAULT.answer(GENERATE)
def log_probabilities_are_zero(body: Any, _: Call) -> Any:
    """Every `logprob` is 0."""
    for token in _tokens(body):
        token["logprob"] = 0.0
    return body


@FAULT.answer(GENERATE)
def reason_is_always_the_end_token(body: Any, _: Call) -> Any:
    """`finish_reason` is always `eos_token`."""
    if _details(body):
        body["details"]["finish_reason"] = "eos_token"
    return body


@FAULT.answer(GENERATE)
def reason_is_always_length(body: Any, _: Call) -> Any:
    """`finish_reason` is always `length`."""
    if _details(body):
        body["details"]["finish_reason"] = "length"
    return body


@FAULT.answer(GENERATE)
def reason_of_one_token_is_the_end_token(body: Any, _: Call) -> Any:
    """`finish_reason` is `eos_token` in every answer of one token."""
    if _details(body) and body["details"]["generated_tokens"] == 1:
        body["details"]["finish_reason"] = "eos_token"
    return body


@FAULT.answer(GENERATE)
def reason_begins_with_a_capital(body: Any, _: Call) -> Any:
    """`finish_reason` is spelled as in the document's example, `Length`."""
    if _details(body):
        body["details"]["finish_reason"] = body["details"]["finish_reason"].capitalize()
    return body


@FAULT.answer(GENERATE)
def reason_is_missing(body: Any, _: Call) -> Any:
    """`finish_reason` is missing."""
    _details(body).pop("finish_reason", None)
    return body


@FAULT.answer(GENERATE)
def drawn_seed_is_not_reported(body: Any, _: Call) -> Any:
    """`seed` is null even when a seed was used."""
    if _details(body):
        body["details"]["seed"] = None
    return body


@FAULT.answer(GENERATE)
def reported_seed_is_rounded(body: Any, _: Call) -> Any:
    """`seed` loses its last digits, as a float would."""
    if isinstance(_details(body).get("seed"), int):
        body["details"]["seed"] = int(float(body["details"]["seed"]))
        body["details"]["seed"] &= ~1
    return body


@FAULT.answer(GENERATE)
def greedy_answers_report_a_seed(body: Any, _: Call) -> Any:
    """`seed` is 0 where nothing was sampled."""
    if _details(body) and body["details"].get("seed") is None:
        body["details"]["seed"] = 0
    return body


@FAULT.answer(GENERATE)
def prefill_is_missing(body: Any, _: Call) -> Any:
    """`prefill` is missing."""
    _details(body).pop("prefill", None)
    return body


@FAULT.answer(GENERATE)
def prefill_is_reversed(body: Any, _: Call) -> Any:
    """`prefill` begins with the last token."""
    (_details(body).get("prefill") or []).reverse()
    return body


@FAULT.answer(GENERATE)
def prefill_lacks_a_token(body: Any, _: Call) -> Any:
    """`prefill` lacks the last token of the prompt."""
    prefill = _details(body).get("prefill")
    if prefill:
        prefill.pop()
    return body


@FAULT.answer(GENERATE)
def prefill_has_no_log_probabilities(body: Any, _: Call) -> Any:
    """No token of `prefill` has a log-probability."""
    for token in _details(body).get("prefill") or ():
        token["logprob"] = None
    return body


@FAULT.answer(GENERATE)
def prefill_log_probabilities_are_shifted(body: Any, _: Call) -> Any:
    """The log-probabilities of `prefill` belong to the token before."""
    prefill = _details(body).get("prefill") or []
    logprobs = [token["logprob"] for token in prefill]
    for token, logprob in zip(prefill, [*logprobs[1:], -1.0], strict=False):
        token["logprob"] = logprob
    return body


@FAULT.answer(GENERATE)
def prefill_log_probabilities_are_alike(body: Any, _: Call) -> Any:
    """Every token of `prefill` but the first has a `logprob` of -1."""
    for token in (_details(body).get("prefill") or [])[1:]:
        token["logprob"] = -1.0
    return body


@FAULT.answer(GENERATE)
def top_tokens_are_worst_first(body: Any, _: Call) -> Any:
    """`top_tokens` are in ascending order of likelihood."""
    for tokens in _details(body).get("top_tokens") or ():
        tokens.reverse()
    return body


@FAULT.answer(GENERATE)
def top_tokens_lack_the_best(body: Any, _: Call) -> Any:
    """`top_tokens` lacks the most likely token."""
    for tokens in _details(body).get("top_tokens") or ():
        tokens[0] = {**tokens[-1], "id": tokens[-1]["id"] + 1}
        tokens.sort(key=lambda token: -token["logprob"])
    return body


@FAULT.answer(GENERATE)
def top_tokens_repeat(body: Any, _: Call) -> Any:
    """`top_tokens` repeats one token."""
    for tokens in _details(body).get("top_tokens") or ():
        tokens[:] = [tokens[0]] * len(tokens)
    return body


@FAULT.answer(GENERATE)
def top_tokens_lack_a_place(body: Any, _: Call) -> Any:
    """`top_tokens` has one list fewer than there are tokens."""
    if _details(body).get("top_tokens"):
        body["details"]["top_tokens"].pop()
    return body


@FAULT.answer(GENERATE)
def other_sequences_are_not_shown(body: Any, _: Call) -> Any:
    """`best_of_sequences` is missing."""
    _details(body).pop("best_of_sequences", None)
    return body


@FAULT.answer(GENERATE)
def worse_sequence_is_the_answer(body: Any, _: Call) -> Any:
    """Of two sequences the worse one is the answer."""
    others = _details(body).get("best_of_sequences")
    if not others:
        return body
    other = others[0]
    mine = {name: body["details"][name] for name in other if name in body["details"]}
    swapped = {name: value for name, value in other.items() if name != "generated_text"}
    details = {**body["details"], **swapped}
    details["best_of_sequences"] = [{"generated_text": body["generated_text"], **mine}]
    return {"generated_text": other["generated_text"], "details": details}


@FAULT.answer(GENERATE)
def details_lack_their_tokens(body: Any, _: Call) -> Any:
    """`tokens` is missing."""
    _details(body).pop("tokens", None)
    return body


@FAULT.answer("info")
def prompt_tokens_never_come(body: Any, _: Call) -> Any:
    """`/info` names a release that returns prompt tokens, and none are returned."""
    return {**body, "version": "2.4.1"}


@FAULT.answer(GENERATE, also=prompt_tokens_never_come)
def _no_prefill(body: Any, _: Call) -> Any:
    if isinstance(body.get("details"), dict):
        body["details"]["prefill"] = []
    return body
