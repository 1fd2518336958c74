"""The model process, as far as the router can tell: it computes, it fails, or it is not there."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from attrs import evolve

from tgi_reference.engine import GrammarError
from tgi_reference.generation.batch import Batch
from tgi_reference.generation.errors import GenerationError
from tgi_reference.generation.job import Pattern, SchemaOf
from tgi_reference.generation.schema_regex import SchemaError, schema_regex
from tgi_reference.wire.complaints import json_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgi_reference.engine import Engine, Grammar, Step, Token
    from tgi_reference.generation.job import Job

FAIL_PREFILL: Final = "[[fail-prefill]]"
FAIL_DECODE: Final = "[[fail-decode]]"
# What a GPU that ran out of memory looks like from outside (recorded).
OUT_OF_MEMORY: Final = "Server error: Unexpected <class 'RuntimeError'>: CUDA error: out of memory"
# A regular expression that does not compile (recorded).
NO_PATTERN: Final = "Server error: Unexpected <class 'ValueError'>: Failed to build DFA error building NFA"
# One that compiles and cannot be used: it speaks of what stands around the text.
WORD_BORDER: Final = (
    "Server error: Unexpected <class 'ValueError'>: Failed to build DFA unsupported regex feature for DFAs: "
    "cannot build DFAs for regexes with Unicode word boundaries; switch to ASCII word boundaries, or "
    "heuristically enable Unicode word boundaries or use a different regex engine"
)
ANCHORED: Final = (
    "Server error: Unexpected <class 'ValueError'>: Index failed since anchored universal start state "
    "doesn't exist"
)
_LITERAL: Final = re.compile(r"\\[^A]|\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
_ANCHOR: Final = re.compile(r"\^|\\A")
UNREACHABLE: Final = "Server error: error trying to connect: Connection refused (os error 111)"
# How many tokens come before a decode fails.
TOKENS_BEFORE_FAILURE: Final = 2


class Backend:
    """Runs jobs on the engine. ``down`` may be set and unset while the server runs."""

    def __init__(self, engine: Engine, *, failure_prompts: bool, down: bool, fails_as_one: bool) -> None:
        self.engine = engine
        self.batch = Batch(fails_as_one=fails_as_one)
        self.down = down
        self._failure_prompts = failure_prompts

    def prefill(self, job: Job) -> tuple[tuple[Token, ...], Iterator[Step]]:
        """Take in a prompt: its tokens (when asked for), and the steps that will follow.

        Raises:
            GenerationError: the process is not there, fails, or cannot compile the job's pattern.
        """
        self._require()
        if self._failure_prompts and FAIL_PREFILL in job.inputs:
            raise GenerationError(OUT_OF_MEMORY)
        tokens = self.engine.prefill(job.ids) if job.decoder_input_details else ()
        return tokens, self._steps(job)

    def _steps(self, job: Job) -> Iterator[Step]:
        parameters = job.parameters
        pattern = _pattern(job)
        if pattern is not None:
            parameters = evolve(parameters, grammar=self._compile(pattern))
        steps = self.engine.generate(job.ids, parameters)
        if self._failure_prompts and FAIL_DECODE in job.inputs:
            return self._failing(steps)
        return steps

    def _compile(self, pattern: Pattern) -> Grammar:
        if _ANCHOR.search(_LITERAL.sub("", pattern.text)):
            raise GenerationError(ANCHORED)
        try:
            return self.engine.compile_grammar("json-regex" if pattern.of_json else "regex", pattern.text)
        except GrammarError as error:
            raise GenerationError(WORD_BORDER if "Word" in str(error) else NO_PATTERN) from None

    def _failing(self, steps: Iterator[Step]) -> Iterator[Step]:
        for _ in range(TOKENS_BEFORE_FAILURE):
            yield next(steps)
        raise GenerationError(OUT_OF_MEMORY)

    def decode(self, steps: Iterator[Step]) -> Step | None:
        """The next step, or none after the last.

        Raises:
            GenerationError: the process is not there any more, or fails.
        """
        self._require()
        try:
            return next(steps, None)
        except GrammarError as error:
            raise GenerationError(f"Server error: {error}") from None

    def _require(self) -> None:
        if self.down:
            raise GenerationError(UNREACHABLE)


def _pattern(job: Job) -> Pattern | None:
    """What an answer has to match. An empty pattern is none, as it is over the wire between router and model.

    Raises:
        GenerationError: the schema is not supported.
    """
    if isinstance(job.pattern, SchemaOf):
        if "properties" not in json_text(job.pattern.schema):
            # The model process tells a schema from a pattern by that word (recorded).
            raise GenerationError(NO_PATTERN)
        try:
            return Pattern(schema_regex(job.pattern.schema, in_the_model=True), of_json=True)
        except SchemaError as error:
            raise GenerationError(f"Server error: Unexpected <class 'ValueError'>: {error}") from None
    return job.pattern if job.pattern is not None and job.pattern.text else None
