"""What the model process is asked to do, once the router has accepted a request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

if TYPE_CHECKING:
    from tgi_reference.engine import SamplingParameters


@frozen
class Pattern:
    """A regular expression for the answer; ``of_json`` when it was made of a JSON schema."""

    text: str
    of_json: bool


@frozen
class SchemaOf:
    """A JSON schema that the model process has yet to make a pattern of, and to compile."""

    schema: Any


@frozen
class Job:
    """A request that may run: the prompt's token ids, how to sample, what to report.

    ``pattern`` is what the model process has yet to compile, which may fail there.
    """

    inputs: str
    ids: tuple[int, ...]
    parameters: SamplingParameters
    decoder_input_details: bool
    input_length: int
    pattern: Pattern | SchemaOf | None = None
