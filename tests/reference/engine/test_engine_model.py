from __future__ import annotations

import math
from typing import TYPE_CHECKING

import pytest

from tgi_reference.engine.corpus import ENDINGS, PROSE, read_corpus
from tgi_reference.engine.model import LanguageModel
from tgi_reference.engine.utf8 import continues_well, leaves_unfinished, unfinished_tail

if TYPE_CHECKING:
    from collections.abc import Callable

    from tgi_reference.engine import Engine, Step

    Write = Callable[..., list[Step]]

CONTEXTS = ["", "What is", "The server sends the", "zzz qqq", "naïve 🤖", "{", "天気"]


@pytest.fixture(scope="module")
def model(engine: Engine) -> LanguageModel:
    return LanguageModel(engine.vocabulary, read_corpus(PROSE), read_corpus(ENDINGS))


@pytest.mark.parametrize("context", CONTEXTS)
def test_probabilities_sum_to_one(engine: Engine, model: LanguageModel, context: str) -> None:
    distribution = model.after(engine.encode(context).ids)
    logprobs = [distribution.logprob(number) for number in range(len(engine.vocabulary))]
    assert all(-math.inf < logprob <= 0 for logprob in logprobs)
    assert pytest.approx(1.0, abs=1e-9) == sum(map(math.exp, logprobs))


def test_a_half_written_character_can_only_be_finished(engine: Engine, model: LanguageModel) -> None:
    first_byte = engine.vocabulary.bytes.index(b"\xf0")
    distribution = model.after((first_byte,))
    possible = {number for number, share in enumerate(distribution.shares) if share > 0}
    assert possible
    assert all(0x80 <= engine.vocabulary.bytes[number][0] < 0xC0 for number in possible)


# Where the rules of UTF-8 for second and later bytes change, and all first bytes of longer characters.
BYTES = [bytes([byte]) for byte in (0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, *range(0xC0, 0x100))]


def test_what_can_begin_can_be_finished() -> None:
    beginnings = [b""]
    while beginnings:
        beginning = beginnings.pop()
        longer = [beginning + byte for byte in BYTES if continues_well(beginning, byte)]
        assert longer
        beginnings += [data for data in longer if leaves_unfinished(data)]


@pytest.mark.parametrize("character", ["é", "日", "🤖", "\ud7ff", "\ue000", "\U0010ffff"])
def test_an_unfinished_tail_is_found(character: str) -> None:
    data = character.encode()
    for length in range(1, len(data)):
        assert data[:length] == unfinished_tail(b"x" + data[:length])
    assert b"" == unfinished_tail(data)


def test_only_the_last_tokens_matter(engine: Engine, model: LanguageModel) -> None:
    ids = engine.encode("A layer of the server sends the tokens as a").ids
    assert model.after(ids) is model.after(ids[-3:])


def test_seen_text_is_likelier_than_its_reverse(engine: Engine) -> None:
    ids = engine.encode("The server sends the tokens as a stream of events.").ids
    forwards, backwards = (engine.prefill(order) for order in (ids, ids[::-1]))
    assert sum(token.logprob or 0 for token in forwards) > sum(token.logprob or 0 for token in backwards) + 10


def test_prefill_has_all_tokens_and_no_first_logprob(engine: Engine) -> None:
    ids = engine.encode("naïve 日本").ids
    tokens = engine.prefill(ids)
    assert ids == tuple(token.id for token in tokens)
    assert tokens[0].logprob is None
    assert all(token.logprob is not None and -math.inf < token.logprob <= 0 for token in tokens[1:])


def test_prefill_of_a_truncated_prompt_is_finite(engine: Engine) -> None:
    inside = engine.vocabulary.bytes.index(b"\xa4")
    tokens = engine.prefill((inside, inside, engine.encode("x").ids[0]))
    assert all(token.logprob is not None and token.logprob > -math.inf for token in tokens[1:])


def test_prefill_agrees_with_generation(engine: Engine, write: Write) -> None:
    steps = write("The client", max_new_tokens=8)
    prompt = engine.encode("The client").ids
    prefill = engine.prefill((*prompt, *(step.token.id for step in steps)))
    assert [step.token.logprob for step in steps] == [token.logprob for token in prefill[len(prompt) :]]


def test_an_empty_prompt_has_an_empty_prefill(engine: Engine) -> None:
    assert () == engine.prefill(())
