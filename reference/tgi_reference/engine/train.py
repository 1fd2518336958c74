"""Train the vocabulary from the shipped corpus: ``python -m tgi_reference.engine.train``.

The language model itself needs no training: its counts are taken from the corpus at start.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

from tgi_reference.engine.corpus import CORPUS, read_corpus
from tgi_reference.engine.vocabulary import SPECIAL_TOKENS, TOKENIZER_FILE

if TYPE_CHECKING:
    from pathlib import Path

VOCABULARY_SIZE = 1200


def train_tokenizer() -> str:
    """The tokenizer file that the corpus gives: the same text on every run."""
    tokenizer = Tokenizer(models.BPE())
    # One token a digit, as today's models have it: numbers are learnt by their places.
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY_SIZE,
        show_progress=False,
        special_tokens=list(SPECIAL_TOKENS),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    tokenizer.train_from_iterator(_lines(), trainer)
    return str(tokenizer.to_str(pretty=True)) + "\n"


def _lines() -> list[str]:
    return [line for name in CORPUS for line in read_corpus(name).splitlines(keepends=True)]


def write_atomically(path: Path, text: str) -> None:
    """Replace the file as a whole."""
    draft = path.with_name(path.name + ".new")
    draft.write_text(text, "utf-8")
    draft.replace(path)


@click.command()
def main() -> None:
    """Train the vocabulary anew and write tokenizer.json beside this module."""
    write_atomically(TOKENIZER_FILE, train_tokenizer())
    click.echo(f"wrote {TOKENIZER_FILE.name}: {VOCABULARY_SIZE} tokens")


if __name__ == "__main__":
    main()
