"""The engine: everything the server needs to know of the model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tgi_reference.engine.chat import ChatTemplate
from tgi_reference.engine.corpus import ENDINGS, OBJECTS, PROSE, read_corpus
from tgi_reference.engine.generation import Run
from tgi_reference.engine.grammar import JSON, Grammar, GrammarCompiler
from tgi_reference.engine.model import CONTEXT_LENGTH, LanguageModel
from tgi_reference.engine.sampling import reported
from tgi_reference.engine.vocabulary import Vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tgi_reference.engine.noise import Noise
    from tgi_reference.engine.parameters import SamplingParameters
    from tgi_reference.engine.values import Encoding, Step, Token


class Engine:
    """A tokenizer, a statistical language model, a chat template and a grammar compiler.

    The model has two registers: one for free text, one for JSON, each with the counts of its own corpus.
    An engine is not meant for several threads at once. With ``noise`` it never writes quite the same twice.
    """

    def __init__(self, noise: Noise | None = None) -> None:
        self._noise = noise
        self._vocabulary = Vocabulary()
        self._prose = LanguageModel(self._vocabulary, read_corpus(PROSE), read_corpus(ENDINGS))
        self._objects = LanguageModel(self._vocabulary, read_corpus(OBJECTS))
        self._grammars = GrammarCompiler(self._vocabulary)
        self._template = ChatTemplate()

    @property
    def vocabulary(self) -> Vocabulary:
        """The tokens."""
        return self._vocabulary

    def encode(self, text: str) -> Encoding:
        """The text as tokens with their places; the texts of special tokens become special tokens."""
        return self._vocabulary.encode(text)

    def render_chat(
        self,
        messages: list[dict[str, Any]],
        tools: list[dict[str, Any]] | None = None,
        tool_prompt: str | None = None,
        *,
        add_generation_prompt: bool = True,
        continues_assistant: bool = True,
    ) -> str:
        """The messages as a prompt; tools, if given, are put into the last message."""
        return self._template.render(
            messages,
            tools,
            tool_prompt,
            add_generation_prompt=add_generation_prompt,
            continues_assistant=continues_assistant,
        )

    def prefill(self, ids: Sequence[int]) -> tuple[Token, ...]:
        """The prompt's tokens with their log-probabilities; nothing precedes the first, so it has none."""
        return tuple(
            self._vocabulary.token(number, self._logprob(ids, place) if place else None)
            for place, number in enumerate(ids)
        )

    def compile_grammar(self, kind: str, value: Any) -> Grammar:
        """Compile a grammar: ``json`` (a schema) or ``regex``.

        Raises:
            GrammarError: It is none; the message says why.
        """
        return self._grammars.compile(kind, value)

    def generate(self, ids: Sequence[int], parameters: SamplingParameters) -> Iterator[Step]:
        """Write after the prompt ``ids``; the last step carries the finish.

        Raises:
            GrammarError: While stepping: the grammar grows beyond what its library bears.
        """
        writes_json = parameters.grammar is not None and parameters.grammar.kind == JSON
        model = self._objects if writes_json else self._prose
        return Run(self._vocabulary, model, ids, parameters, self._noise).steps()

    def _logprob(self, ids: Sequence[int], place: int) -> float:
        before = ids[max(0, place - CONTEXT_LENGTH) : place]
        return reported(self._prose.after(before).logprob(ids[place]))
