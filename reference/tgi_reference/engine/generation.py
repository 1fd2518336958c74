"""One run: token after token until the limit, the end token, or a stop string."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgi_reference.engine.grammar import JSON
from tgi_reference.engine.model import CONTEXT_LENGTH
from tgi_reference.engine.sampling import Chooser
from tgi_reference.engine.stopping import StopStrings
from tgi_reference.engine.utf8 import TextStream
from tgi_reference.engine.values import Finish, Step, Token

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tgi_reference.engine.model import LanguageModel
    from tgi_reference.engine.noise import Noise
    from tgi_reference.engine.parameters import SamplingParameters
    from tgi_reference.engine.sampling import Choice
    from tgi_reference.engine.vocabulary import Vocabulary


class Run:
    """The state of one generation."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        model: LanguageModel,
        ids: Sequence[int],
        parameters: SamplingParameters,
        noise: Noise | None,
    ) -> None:
        self._vocabulary = vocabulary
        self._model = model
        self._noise = noise
        self._limit = parameters.max_new_tokens
        self._chooser = Chooser(parameters, ids, len(vocabulary))
        self._grammar = None if parameters.grammar is None else parameters.grammar.start()
        self._context = _first_context(ids, parameters)
        self._stream = TextStream()
        self._stops = StopStrings(parameters.stop)
        self._texts: list[str] = []
        self._count = 0

    def steps(self) -> Iterator[Step]:
        """The steps; the last one carries the finish."""
        finish = None
        while finish is None:
            choice = self._choose()
            token = self._token(choice)
            reason = self._reason(token)
            finish = None if reason is None else self._finish(reason)
            yield Step(token, self._top_tokens(choice), finish)

    def _choose(self) -> Choice:
        distribution = self._model.after(self._context)
        scores = None if self._noise is None else self._noise.disturbed(distribution.scores)
        if self._grammar is not None:
            scores = self._grammar.adjust(distribution.scores if scores is None else scores)
        choice = self._chooser.choose(distribution, scores)
        if self._grammar is not None:
            self._grammar.advance(choice.id)
        self._context = (*self._context[1 - CONTEXT_LENGTH :], choice.id)
        self._count += 1
        return choice

    def _token(self, choice: Choice) -> Token:
        number = choice.id
        if number in self._vocabulary.special_ids:
            return Token(number, self._vocabulary.texts[number], choice.logprob, special=True)
        text = self._stream.push(self._vocabulary.bytes[number])
        self._texts.append(text)
        return Token(number, text, choice.logprob, special=False)

    def _reason(self, token: Token) -> str | None:
        """Why the run ends here, if it does; the limit comes first, as in TGI."""
        stopped = self._stops.push(token.text) if not token.special else False
        if self._count >= self._limit:
            return "length"
        if token.id == self._vocabulary.eos_id:
            return "eos_token"
        return "stop_sequence" if stopped else None

    def _finish(self, reason: str) -> Finish:
        return Finish(reason, "".join(self._texts), self._count, self._chooser.seed)

    def _top_tokens(self, choice: Choice) -> tuple[Token, ...]:
        return tuple(self._vocabulary.token(number, logprob) for number, logprob in choice.top)


def _first_context(ids: Sequence[int], parameters: SamplingParameters) -> tuple[int, ...]:
    """The last tokens of the prompt; a JSON answer begins afresh, as the objects of the corpus do."""
    if parameters.grammar is not None and parameters.grammar.kind == JSON:
        return ()
    return tuple(ids[-CONTEXT_LENGTH:])
