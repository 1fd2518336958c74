"""Grammars: JSON schemas and regular expressions that an answer must match, by ``llguidance``."""

from __future__ import annotations

import json
import string
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from attrs import field, frozen
from llguidance import LLMatcher, LLTokenizer

from tgi_reference.engine.schema import closed
from tgi_reference.engine.values import GrammarError

if TYPE_CHECKING:
    from llguidance._lib import JsonCompileOptions  # named in the stubs alone

    from tgi_reference.engine.ngram import Vector
    from tgi_reference.engine.vocabulary import Vocabulary

JSON = "json"
REGEX = "regex"
JSON_REGEX = "json-regex"
"""What is compiled: a JSON schema, a regular expression, one that only JSON texts match."""

_JSON_OPTIONS: JsonCompileOptions = {
    # As the objects of the corpus are written; free white space would only make answers longer.
    "whitespace_flexible": False,
    "item_separator": ", ",
    "key_separator": ": ",
    # Keywords that can't be enforced token by token are passed over, as TGI's own grammars do.
    "lenient": True,
    "coerce_one_of": True,
}

_PATIENCE = 8
"""Tokens after which an answer that may end is as likely to end as to go on."""

_CALM_TOKENS = 6
_CLOSING_PRESSURE = 0.25
"""After so many tokens, closing becomes likelier by so many nats with each further token."""

_CLOSING, _SEPARATING = 1.0, 0.5

_OUT_OF_PLACE = -5.0
"""A bonus (in nats) for brackets and the like within a JSON string."""

_STRING, _STRUCTURE, _PATTERN = "string", "structure", "pattern"
"""Where a run can be: inside a JSON string, elsewhere in JSON, in a regular expression."""


@frozen
class Grammar:
    """A compiled grammar; each run starts from a copy of its matcher."""

    kind: str
    _prototype: LLMatcher = field(repr=False)
    _tokens: TokenRoles = field(repr=False)

    def start(self) -> GrammarState:
        """The state before the first token."""
        return GrammarState(self.kind, self._prototype.deep_copy(), self._tokens)


@frozen
class TokenRoles:
    """What a grammar must know of the vocabulary.

    ``letter_id`` is a token that only a string allows in JSON; ``closing`` has a bonus for each token that
    grows with the answer, by the place in the grammar; ``misplaced`` one for tokens in strings.
    """

    size: int
    eos_id: int
    letter_id: int
    closing: dict[str, Vector] = field(repr=False)
    misplaced: Vector = field(repr=False)


class GrammarState:
    """Where a run is within its grammar."""

    def __init__(self, kind: str, matcher: LLMatcher, tokens: TokenRoles) -> None:
        self._kind = kind
        self._matcher = matcher
        self._tokens = tokens
        self._count = 0

    def adjust(self, scores: Vector) -> Vector:
        """The scores (log-probabilities) with minus infinity for what the grammar forbids.

        Closers and the end gain with each token, so that no answer goes on for ever.

        Raises:
            GrammarError: No token can follow.
        """
        allowed = self._allowed()
        place = self._place(allowed)
        adjusted = np.where(allowed, scores, -np.inf)
        if place == _STRING:
            adjusted += self._tokens.misplaced
        if self._count > _CALM_TOKENS:
            adjusted += self._tokens.closing[place] * ((self._count - _CALM_TOKENS) * _CLOSING_PRESSURE)
        self._weigh_end(adjusted)
        if adjusted.max() == -np.inf:
            raise GrammarError("no token can follow in this grammar")
        return adjusted

    def advance(self, number: int) -> None:
        """Take the chosen token.

        Raises:
            GrammarError: The grammar doesn't allow it.
        """
        if not self._matcher.consume_token(number):
            raise GrammarError(_one_line(self._matcher.get_error()))
        self._count += 1

    def _place(self, allowed: npt.NDArray[np.bool_]) -> str:
        if self._kind == REGEX:
            return _PATTERN
        return _STRING if allowed[self._tokens.letter_id] else _STRUCTURE

    def _allowed(self) -> npt.NDArray[np.bool_]:
        bits = np.frombuffer(self._matcher.compute_bitmask(), dtype=np.uint8)
        return np.unpackbits(bits, count=self._tokens.size, bitorder="little").view(np.bool_)

    def _weigh_end(self, adjusted: Vector) -> None:
        eos = self._tokens.eos_id
        if adjusted[eos] == -np.inf:
            return
        adjusted[eos] = -np.inf
        others = adjusted.max()
        if others == -np.inf:
            adjusted[eos] = 0.0
        elif self._count:
            going_on = others + np.log(np.exp(adjusted - others).sum())
            adjusted[eos] = going_on + np.log(self._count / _PATIENCE)


class GrammarCompiler:
    """Compiles grammars for one vocabulary, and remembers them."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._tokenizer = LLTokenizer(vocabulary.serialized, eos_token=vocabulary.eos_id)
        self._tokens = _token_roles(vocabulary)
        self._remembered = lru_cache(maxsize=128)(self._compile)

    def compile(self, kind: str, value: Any) -> Grammar:
        """Compile a JSON schema (``json``: an object, or its text) or a pattern (``regex``, ``json-regex``).

        Raises:
            GrammarError: The kind is unknown, or the value is no valid grammar.
        """
        if kind == JSON:
            return self._remembered(kind, _schema_text(value))
        if kind in (REGEX, JSON_REGEX) and isinstance(value, str):
            return self._remembered(kind, value)
        raise GrammarError(
            f"a grammar is a JSON schema or a regular expression, not {kind} of {type(value).__name__}"
        )

    def _compile(self, kind: str, text: str) -> Grammar:
        try:
            source = (
                LLMatcher.grammar_from_json_schema(text, overrides=_JSON_OPTIONS)
                if kind == JSON
                else LLMatcher.grammar_from_regex(text)
            )
        except ValueError as error:
            raise GrammarError(_one_line(str(error))) from error
        matcher = LLMatcher(self._tokenizer, source, log_level=0)
        if matcher.is_error():
            raise GrammarError(_one_line(matcher.get_error()))
        return Grammar(REGEX if kind == REGEX else JSON, matcher, self._tokens)


def _schema_text(value: Any) -> str:
    try:
        schema = json.loads(value) if isinstance(value, str) else value
        if isinstance(schema, dict):
            return json.dumps(closed(schema))
    except ValueError as error:
        raise GrammarError(f"the grammar is no JSON: {error}") from error
    except RecursionError as error:
        raise GrammarError("the schema is nested too deep") from error
    raise GrammarError(f"a JSON schema is an object, not {type(schema).__name__}")


def _token_roles(vocabulary: Vocabulary) -> TokenRoles:
    roles = {_STRING: _closes_string, _STRUCTURE: _closes_structure, _PATTERN: _closes_pattern}
    closing = {place: np.array([role(text) for text in vocabulary.texts]) for place, role in roles.items()}
    misplaced = np.array([_OUT_OF_PLACE if _is_misplaced(text) else 0.0 for text in vocabulary.texts])
    return TokenRoles(len(vocabulary), vocabulary.eos_id, vocabulary.id_of("z"), closing, misplaced)


def _closes_string(text: str) -> float:
    return _closes_structure(text) if text.startswith('"') else 0.0


def _closes_structure(text: str) -> float:
    """How much a token closes: strings, arrays and objects wholly, a comma (after a number) by half.

    What opens an array or an object does the opposite: values that nest without end come to one.
    """
    if text and set(text) <= set('"}]'):
        return _CLOSING
    if set(text) & set("{["):
        return -_CLOSING
    return _SEPARATING if text and set(text) <= set('"}],') else 0.0


def _closes_pattern(text: str) -> float:
    """How much a token closes a part of a pattern: a single mark such as @ or a full stop does."""
    return 2 * _CLOSING if text and text in string.punctuation and text != "_" else 0.0


def _is_misplaced(text: str) -> bool:
    """Whether a token within a string looks like the structure around it."""
    return not text.startswith('"') and bool(set(text) & set("{}[]:,"))


def _one_line(message: str) -> str:
    """The library's message without its dump of the parser."""
    return " ".join(message.partition("<state>")[0].split())
