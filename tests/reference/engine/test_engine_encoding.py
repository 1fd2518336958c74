from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from tgi_reference.engine import Engine
from tgi_reference.engine.train import train_tokenizer, write_atomically
from tgi_reference.engine.vocabulary import SPECIAL_TOKENS, TOKENIZER_FILE, byte_alphabet

if TYPE_CHECKING:
    from pathlib import Path

ENGINE = Engine()
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


@given(TEXTS)
def test_decoding_gives_the_text_back(text: str) -> None:
    vocabulary = ENGINE.vocabulary
    assert text == vocabulary.decode(ENGINE.encode(text).ids)


@given(TEXTS)
def test_spans_cover_the_text_and_texts_are_their_slices(text: str) -> None:
    encoding = ENGINE.encode(text)
    data = text.encode()
    covered = {place for start, stop in encoding.spans for place in range(start, stop)}
    assert set(range(len(data))) == covered
    assert encoding.texts == tuple(data[start:stop].decode() for start, stop in encoding.spans)
    assert len(encoding.ids) == len(encoding.spans)
    assert list(encoding.spans) == sorted(encoding.spans)


def test_neighbours_overlap_within_a_character_only() -> None:
    encoding = ENGINE.encode("ï☔x")
    assert ("ï", "x") == (encoding.texts[0], encoding.texts[-1])
    assert (0, 2) == encoding.spans[0]
    assert (5, 6) == encoding.spans[-1]
    assert all(span in {(0, 2), (2, 5), (5, 6)} for span in encoding.spans)


def test_special_tokens_are_read_as_such() -> None:
    encoding = ENGINE.encode("<|im_start|>x<|im_end|>")
    assert ("<|im_start|>", "x", "<|im_end|>") == encoding.texts
    assert ((0, 12), (12, 13), (13, 23)) == encoding.spans
    assert (ENGINE.vocabulary.special_ids[1], ENGINE.vocabulary.eos_id) == (encoding.ids[0], encoding.ids[2])


def test_an_empty_text_has_no_tokens() -> None:
    assert () == ENGINE.encode("").ids


def test_each_byte_has_its_letter() -> None:
    assert set(range(256)) == set(byte_alphabet().values())


def test_the_shipped_vocabulary_is_what_training_gives() -> None:
    assert TOKENIZER_FILE.read_text("utf-8") == train_tokenizer()


def test_training_replaces_the_file_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_text("old")
    write_atomically(path, "new")
    assert ["tokenizer.json"] == [found.name for found in tmp_path.iterdir()]
    assert "new" == path.read_text()


def test_special_tokens_come_first() -> None:
    assert (0, 1, 2) == ENGINE.vocabulary.special_ids
    assert SPECIAL_TOKENS == ENGINE.vocabulary.texts[:3]


def test_an_engine_is_ready_at_once() -> None:
    started = time.perf_counter()
    Engine()
    assert time.perf_counter() - started < 1.0


def test_the_training_command_explains_itself() -> None:
    command = [sys.executable, "-m", "tgi_reference.engine.train", "--help"]
    assert "tokenizer.json" in subprocess.run(command, capture_output=True, text=True, check=True).stdout  # noqa: S603
