"""What the suite reads in an answer, whatever the end token of the model is called."""

from __future__ import annotations

from typing import Any

import pytest

from tgi_conformance.protocol.answers import read_choice


def chunk(text: str, finish: str = "", index: int = 0) -> dict[str, Any]:
    return {"choices": [{"index": index, "text": text, "finish_reason": finish}]}


@pytest.mark.parametrize("last", ["</s>", "<|im_end|>", "<end_of_turn>", "[EOS]", "[|endofturn|]"])
def test_the_end_token_of_a_streamed_completion_is_no_text(last: str) -> None:
    answer = read_choice([chunk("a"), chunk(" b"), chunk(last, "eos_token")])

    assert ("a b", ("a", " b", ""), last) == (answer.text, answer.pieces, answer.end_token)


@pytest.mark.parametrize(
    ("last", "finish"), [("</s>", "length"), (" c", "eos_token"), ("", "stop"), ("<a b>", "stop")]
)
def test_any_other_last_piece_is_text(last: str, finish: str) -> None:
    answer = read_choice([chunk("a"), chunk(last, finish)])

    assert (f"a{last}", "") == (answer.text, answer.end_token)


def test_each_choice_is_read_by_itself() -> None:
    chunks = [chunk("a"), chunk("b", index=1), chunk("</s>", "eos_token"), chunk("c", "length", index=1)]

    assert ["a", "bc"] == [read_choice(chunks, index).text for index in (0, 1)]
