"""The order in which a request's limits are checked; the first that is broken makes the answer.

Source: TGI 3.3.6, as recorded (see ``tests/data``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tgi_reference.engine import GrammarError, SamplingParameters
from tgi_reference.generation.budget import new_tokens, uncounted
from tgi_reference.generation.errors import ParameterError
from tgi_reference.generation.job import Job, Pattern, SchemaOf
from tgi_reference.generation.older_schemas import check_inner_schemas, outermost
from tgi_reference.generation.schema_regex import SchemaError, schema_regex
from tgi_reference.wire.complaints import DecodeError
from tgi_reference.wire.containers import in_order
from tgi_reference.wire.extract import parse_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from tgi_reference.engine import Engine, Grammar
    from tgi_reference.settings import Settings
    from tgi_reference.wire.requests import GenerateParameters, GenerateRequest, GrammarRequest

MAX_FREQUENCY_PENALTY: Final = 2.0
LARGEST_FLOAT: Final = 3.4028234663852886e38
DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"


def check_stream(parameters: GenerateParameters) -> None:
    """Refuse what streams cannot give.

    Raises:
        ParameterError: several sequences, or details of the prompt, are asked for.
    """
    if parameters.best_of not in (None, 1):
        raise ParameterError("`best_of` != 1 is not supported when streaming tokens")
    if parameters.decoder_input_details:
        raise ParameterError("`decoder_input_details` == true is not supported when streaming tokens")


def check_best_of(best_of: int, settings: Settings) -> None:
    """Refuse more sequences than the server makes.

    Raises:
        ParameterError: ``best_of`` is above the limit, or sequences are not offered at all.
    """
    if settings.max_best_of == 1:
        raise ParameterError("`best_of` != 1 is not allowed for this endpoint")
    if best_of > settings.max_best_of:
        raise ParameterError(f"`best_of` must be > 0 and <= {settings.max_best_of}. Given: {best_of}")


class Validator:
    """Checks requests against the limits that the server was started with."""

    def __init__(self, settings: Settings, engine: Engine) -> None:
        self._settings = settings
        self._engine = engine

    def validate(self, request: GenerateRequest) -> Job:
        """The job that a request asks for.

        Raises:
            ParameterError: a limit is broken.
        """
        parameters = request.parameters
        _check_sampling(parameters, upper_end_allowed=self._settings.fidelity.documented_bounds)
        self._check_counts(parameters)
        if not request.inputs:
            raise ParameterError("`inputs` cannot be empty")
        self._check_truncate(parameters.truncate)
        ids = self._ids(request.inputs, parameters.truncate)
        length, budget = self._lengths(len(ids), parameters)
        grammar, pattern = self._grammar(parameters.grammar)
        return Job(
            inputs=request.inputs,
            ids=ids,
            parameters=_sampling(parameters, budget, grammar),
            decoder_input_details=parameters.decoder_input_details,
            input_length=length,
            pattern=pattern,
        )

    def _check_counts(self, parameters: GenerateParameters) -> None:
        settings = self._settings
        if parameters.max_new_tokens == 0:
            raise ParameterError("`max_new_tokens` must be strictly positive")
        if len(parameters.stop) > settings.max_stop_sequences:
            raise ParameterError(
                f"`stop` supports up to {settings.max_stop_sequences} stop sequences. "
                f"Given: {len(parameters.stop)}"
            )
        if parameters.seed is not None and (parameters.best_of or 1) > 1:
            raise ParameterError("`seed` must not be set when `best_of` > 1")
        if (parameters.top_n_tokens or 0) > settings.max_top_n_tokens:
            raise ParameterError(
                f"`top_n_tokens` must be >= 0 and <= {settings.max_top_n_tokens}. "
                f"Given: {parameters.top_n_tokens}"
            )

    def _check_truncate(self, truncate: int | None) -> None:
        limit = self._settings.max_input_tokens
        if truncate is not None and not 0 < truncate <= limit:
            raise ParameterError(
                f"`truncate` must be strictly positive and less than {limit}. Given: {truncate}"
            )

    def _ids(self, inputs: str, truncate: int | None) -> tuple[int, ...]:
        """The prompt's token ids; of a truncated prompt the end is what stays.

        Without a tokenizer the router knows no length, and the model process truncates what is too long.
        """
        if self._settings.no_tokenizer:
            truncate = truncate or self._settings.max_input_tokens
        ids = self._engine.vocabulary.ids(inputs)
        return tuple(ids if truncate is None else ids[-truncate:])

    def _lengths(self, length: int, parameters: GenerateParameters) -> tuple[int, int]:
        """The prompt's length as the router counts it, and the most tokens that may follow."""
        settings = self._settings
        asked, truncate = parameters.max_new_tokens, parameters.truncate
        if settings.no_tokenizer:
            return uncounted(settings, asked, truncate)
        return length, new_tokens(settings, length, asked, truncate)

    def _grammar(self, grammar: GrammarRequest | None) -> tuple[Grammar | None, Pattern | SchemaOf | None]:
        """A compiled schema, or a pattern that is left to the model process, or neither."""
        if grammar is None:
            return None, None
        if self._settings.disable_grammar_support:
            raise ParameterError("grammar is not supported")
        if grammar.type == "regex":
            return None, Pattern(grammar.value, of_json=False)
        schema = grammar.value if grammar.type == "json_schema" else _schema(grammar.value)
        release = self._settings.release
        if not release.router_compiles_schemas:
            _check_schema(outermost(schema), needs_properties=release.schemas_need_properties)
            check_inner_schemas(schema)
            return None, SchemaOf(in_order(schema))
        _check_schema(schema, needs_properties=release.schemas_need_properties)
        try:
            if self._settings.fidelity.schemas_become_patterns:
                return None, Pattern(schema_regex(schema), of_json=True)
            return self._engine.compile_grammar("json", schema), None
        except (GrammarError, SchemaError) as error:
            raise ParameterError(f"cannot compile regex from schema: {error}") from None


def _check_sampling(parameters: GenerateParameters, *, upper_end_allowed: bool) -> None:
    """The bounds of what shapes the distribution. NaN cannot be written in JSON."""
    samples = parameters.do_sample or any(
        one is not None
        for one in (parameters.temperature, parameters.top_k, parameters.top_p, parameters.typical_p)
    )

    def is_share(value: float) -> bool:
        return 0 < value < 1 or (upper_end_allowed and value == 1)

    checks: tuple[tuple[Any, Callable[[Any], bool], str], ...] = (
        (parameters.best_of, lambda n: n <= 1 or samples, "you must use sampling when `best_of` is > 1"),
        (parameters.temperature, lambda x: x > 0, "`temperature` must be strictly positive"),
        (parameters.repetition_penalty, lambda x: x > 0, "`repetition_penalty` must be strictly positive"),
        (
            parameters.frequency_penalty,
            lambda x: abs(x) <= MAX_FREQUENCY_PENALTY,
            "`frequency_penalty` must be >= -2.0 and <= 2.0",
        ),
        (parameters.top_p, is_share, "`top_p` must be > 0.0 and < 1.0"),
        (parameters.typical_p, is_share, "`typical_p` must be > 0.0 and < 1.0"),
        (parameters.top_k, lambda n: n > 0, "`top_k` must be strictly positive"),
    )
    for value, is_allowed, complaint in checks:
        if value is not None and not is_allowed(value):
            raise ParameterError(complaint)


def check_documented_bounds(parameters: GenerateParameters, settings: Settings) -> None:
    """Check the bounds of the document that TGI itself does not enforce; all are exclusive.

    Chats and completions have other bounds, so that this is for the form of ``/generate`` alone.

    Raises:
        ParameterError: a bound is broken, and the server's fidelity is to the document.
    """
    if not settings.fidelity.documented_bounds:
        return
    for name, low in (("best_of", 0), ("seed", 0), ("top_n_tokens", 0), ("frequency_penalty", -2)):
        value = getattr(parameters, name)
        if value is not None and value <= low:
            raise ParameterError(f"`{name}` must be > {low}. Given: {value}")


def _sampling(parameters: GenerateParameters, budget: int, grammar: Grammar | None) -> SamplingParameters:
    """How to choose tokens. A neutral 1 is as good as nothing, and does not by itself mean to sample."""
    return SamplingParameters(
        max_new_tokens=budget,
        do_sample=parameters.do_sample,
        temperature=_finite(_unless_neutral(parameters.temperature)),
        top_k=parameters.top_k,
        top_p=_unless_neutral(parameters.top_p),
        typical_p=_unless_neutral(parameters.typical_p),
        repetition_penalty=_finite(parameters.repetition_penalty),
        frequency_penalty=parameters.frequency_penalty,
        seed=parameters.seed,
        top_n_tokens=parameters.top_n_tokens or 0,
        stop=tuple(parameters.stop),
        grammar=grammar,
        watermark=parameters.watermark,
    )


def _unless_neutral(value: float | None) -> float | None:
    return None if value == 1 else value


def _finite(value: float | None) -> float | None:
    """A number too large for 32 bits is infinite when it arrives; to compute with, the largest one does."""
    return None if value is None else min(value, LARGEST_FLOAT)


def _schema(value: Any) -> Any:
    """The schema of a ``json`` grammar, which may also be given as its text."""
    if isinstance(value, dict):
        return value
    if not isinstance(value, str):
        raise ParameterError("grammar is not supported")
    try:
        return parse_json(value)
    except DecodeError as error:
        raise ParameterError(f"grammar is not valid: {error}") from None


def _check_schema(schema: Any, *, needs_properties: bool) -> None:
    """A schema must be one by its own rules (draft 2020-12), and have properties."""
    # Imported here, since few requests need it and a server should start at once.
    import jsonschema_rs  # noqa: PLC0415

    # The draft is the router's choice, whatever the schema says of itself.
    judged = {**schema, "$schema": DRAFT} if isinstance(schema, dict) else schema
    try:
        jsonschema_rs.meta.validate(judged)
    except jsonschema_rs.ValidationError as error:
        raise ParameterError(f"grammar is not valid: {error.message}") from None
    if needs_properties and (not isinstance(schema, dict) or "properties" not in schema):
        raise ParameterError("grammar is not valid: Grammar must have a 'properties' field")
