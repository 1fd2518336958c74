"""What the API answers instead of a result: one class a kind, with its status and ``error_type``."""

from __future__ import annotations

from typing import ClassVar

from tgi_reference.wire.complaints import debug_string


class CutOffError(Exception):
    """The connection is to be closed at once, before an answer or in the middle of one."""


class ApiError(Exception):
    """An error that a client gets as an ErrorResponse; its text is the whole ``error`` member."""

    status: ClassVar[int]
    error_type: ClassVar[str]
    # The label of tgi_request_failure; empty where the router does not count the kind.
    metric: ClassVar[str] = ""


class ParameterError(ApiError):
    """A request that breaks a limit."""

    status = 422
    error_type = "validation"
    metric = "validation"

    def __init__(self, text: str) -> None:
        super().__init__(f"Input validation error: {text}")


class OverloadedError(ApiError):
    """More requests than the server takes at a time."""

    status = 429
    error_type = "overloaded"
    metric = "overloaded"

    def __init__(self) -> None:
        super().__init__("Model is overloaded")


class GenerationError(ApiError):
    """The model process failed or cannot be reached."""

    status = 424
    error_type = "generation"
    metric = "generation"

    def __init__(self, cause: str) -> None:
        super().__init__(f"Request failed during generation: {cause}")
        self.cause = cause


class IncompleteError(ApiError):
    """A generation that stopped without an end."""

    status = 500
    error_type = "incomplete_generation"
    metric = "incomplete"

    def __init__(self) -> None:
        super().__init__("Incomplete generation")


class VertexError(ApiError):
    """What ``/vertex`` makes of any error of an instance."""

    status = 500
    error_type = "Incomplete generation"

    def __init__(self) -> None:
        super().__init__("Incomplete generation")


class NoInstancesError(ApiError):
    """A ``/vertex`` request without instances."""

    status = 422
    error_type = "Input validation error"

    def __init__(self) -> None:
        super().__init__("Input validation error")


class ChatTemplateError(ApiError):
    """The chat template does not take these messages."""

    status = 422
    error_type = "template_error"
    metric = "template"

    def __init__(self, text: str) -> None:
        super().__init__(f"Template error: {text}")


class ToolError(ApiError):
    """Tools that contradict the request, or an answer that is no tool call."""

    status = 422
    error_type = "tool_error"

    def __init__(self, text: str) -> None:
        super().__init__(f"Tool error: {text}")

    @classmethod
    def unreadable(cls, problem: str, answer: str) -> ToolError:
        """An answer that should have been a call and does not parse as one."""
        return cls(f"Failed to parse generated text: {problem} {debug_string(answer)}")


class UnreadableToolsError(ApiError):
    """What 2.0 says of an answer that is no JSON."""

    status = 422
    error_type = "Input validation error"


class SuffixError(ApiError):
    """A completion that asks for a suffix."""

    status = 422
    error_type = "suffix not supported"
    metric = "validation"

    def __init__(self) -> None:
        super().__init__("Suffix is not supported and can be achieved by preprocessing the prompt.")


class BatchSizeError(ApiError):
    """More prompts than a client may send at a time."""

    status = 422
    error_type = "batch size exceeded"
    metric = "validation"

    def __init__(self, limit: int) -> None:
        super().__init__(f"Number of prompts exceeds the maximum allowed batch size of {limit}")


class NoTokenizerError(ApiError):
    """A router that could not load the model's tokenizer."""

    status = 404
    error_type = "no fast tokenizer"

    def __init__(self) -> None:
        super().__init__("No fast tokenizer or tokenizer.json for this model")


class UnhealthyError(ApiError):
    """The model process cannot be reached."""

    status = 503
    error_type = "healthcheck"

    def __init__(self) -> None:
        super().__init__("unhealthy")
