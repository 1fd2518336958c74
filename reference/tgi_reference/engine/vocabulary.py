"""The tokens: a byte-level BPE vocabulary, loaded by Hugging Face ``tokenizers``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tokenizers import Tokenizer, pre_tokenizers

from tgi_reference.engine.utf8 import character_spans
from tgi_reference.engine.values import Encoding, Token

if TYPE_CHECKING:
    from collections.abc import Sequence

END_OF_TEXT = "<|endoftext|>"
TURN_START = "<|im_start|>"
TURN_END = "<|im_end|>"
SPECIAL_TOKENS = (END_OF_TEXT, TURN_START, TURN_END)

DATA = Path(__file__).parent
TOKENIZER_FILE = DATA / "tokenizer.json"


class Vocabulary:
    """The tokens and their bytes."""

    def __init__(self) -> None:
        self.serialized = TOKENIZER_FILE.read_text("utf-8")
        self._tokenizer = Tokenizer.from_str(self.serialized)
        self.size = self._tokenizer.get_vocab_size()
        self.special_ids = tuple(self.id_of(text) for text in SPECIAL_TOKENS)
        self.eos_id = self.id_of(TURN_END)
        self.bytes = self._token_bytes()
        self.texts = tuple(data.decode("utf-8", "replace") for data in self.bytes)

    def __len__(self) -> int:
        """How many tokens there are; ids are below."""
        return self.size

    def id_of(self, text: str) -> int:
        """The id of a token by its text in the vocabulary file."""
        found = self._tokenizer.token_to_id(text)
        if found is None:
            raise ValueError(f"the vocabulary has no token {text!r}")
        return int(found)

    def ids(self, text: str) -> list[int]:
        """The text as token ids; the texts of special tokens become special tokens."""
        # A batch of one: unlike a single text it is encoded without the interpreter's lock, so that a
        # text of megabytes, encoded in a thread, stops nothing else.
        return list(self._tokenizer.encode_batch([text], add_special_tokens=False)[0].ids)

    def encode(self, text: str) -> Encoding:
        """The text as tokens with their places."""
        ids = self.ids(text)
        data = text.encode()
        spans = character_spans(data, [len(self.bytes[number]) for number in ids])
        texts = tuple(data[start:stop].decode() for start, stop in spans)
        return Encoding(tuple(ids), texts, tuple(spans))

    def decode(self, ids: Sequence[int]) -> str:
        """The text of the tokens, special ones included; broken characters become U+FFFD."""
        return b"".join(self.bytes[number] for number in ids).decode("utf-8", "replace")

    def token(self, number: int, logprob: float | None) -> Token:
        """A token standing alone: a part of a character reads as U+FFFD, as TGI shows it."""
        return Token(number, self.texts[number], logprob, number in self.special_ids)

    def _token_bytes(self) -> tuple[bytes, ...]:
        alphabet = byte_alphabet()
        pieces = (str(self._tokenizer.id_to_token(number)) for number in range(self.size))
        return tuple(
            piece.encode() if piece in SPECIAL_TOKENS else bytes(alphabet[letter] for letter in piece)
            for piece in pieces
        )


def byte_alphabet() -> dict[str, int]:
    """The letter that byte-level BPE writes for each byte.

    Printable Latin-1 stands for itself; the other bytes take the letters from U+0100 on, in order
    (GPT-2's table, which ``tokenizers`` knows as a set only).
    """
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    others = [byte for byte in range(256) if byte not in printable]
    letters = {chr(byte): byte for byte in printable}
    letters.update({chr(0x100 + place): byte for place, byte in enumerate(others)})
    if set(letters) != set(pre_tokenizers.ByteLevel.alphabet()):
        raise ValueError("the tokenizers library uses another byte alphabet than this module")
    return letters
