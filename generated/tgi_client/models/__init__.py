"""The models. Each is imported when it is first asked for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .best_of_sequence import BestOfSequence as BestOfSequence
    from .chat_completion import ChatCompletion as ChatCompletion
    from .chat_completion_choice import ChatCompletionChoice as ChatCompletionChoice
    from .chat_completion_chunk import ChatCompletionChunk as ChatCompletionChunk
    from .chat_completion_complete import ChatCompletionComplete as ChatCompletionComplete
    from .chat_completion_logprob import ChatCompletionLogprob as ChatCompletionLogprob
    from .chat_completion_logprobs import ChatCompletionLogprobs as ChatCompletionLogprobs
    from .chat_completion_top_logprob import ChatCompletionTopLogprob as ChatCompletionTopLogprob
    from .chat_request import ChatRequest as ChatRequest
    from .chat_tokenize_response import ChatTokenizeResponse as ChatTokenizeResponse
    from .chunk import Chunk as Chunk
    from .compat_generate_request import CompatGenerateRequest as CompatGenerateRequest
    from .completion_complete import CompletionComplete as CompletionComplete
    from .completion_final import CompletionFinal as CompletionFinal
    from .completion_request import CompletionRequest as CompletionRequest
    from .completion_variant1 import CompletionVariant1 as CompletionVariant1
    from .completion_with_usage import CompletionWithUsage as CompletionWithUsage
    from .delta_tool_call import DeltaToolCall as DeltaToolCall
    from .details import Details as Details
    from .error_response import ErrorResponse as ErrorResponse
    from .finish_reason import FinishReason as FinishReason
    from .function import Function as Function
    from .function_definition import FunctionDefinition as FunctionDefinition
    from .function_name import FunctionName as FunctionName
    from .generate_parameters import GenerateParameters as GenerateParameters
    from .generate_request import GenerateRequest as GenerateRequest
    from .generate_response import GenerateResponse as GenerateResponse
    from .grammar_type_json import GrammarTypeJson as GrammarTypeJson
    from .grammar_type_json_object import GrammarTypeJsonObject as GrammarTypeJsonObject
    from .grammar_type_json_schema import GrammarTypeJsonSchema as GrammarTypeJsonSchema
    from .grammar_type_regex import GrammarTypeRegex as GrammarTypeRegex
    from .info import Info as Info
    from .json_schema_config import JsonSchemaConfig as JsonSchemaConfig
    from .message_body_with_content import MessageBodyWithContent as MessageBodyWithContent
    from .message_body_with_tool_calls import MessageBodyWithToolCalls as MessageBodyWithToolCalls
    from .message_chunk_image_url import MessageChunkImageUrl as MessageChunkImageUrl
    from .message_chunk_text import MessageChunkText as MessageChunkText
    from .message_with_content import MessageWithContent as MessageWithContent
    from .message_with_tool_calls import MessageWithToolCalls as MessageWithToolCalls
    from .model_info import ModelInfo as ModelInfo
    from .model_list import ModelList as ModelList
    from .open_ai_error_details import OpenAiErrorDetails as OpenAiErrorDetails
    from .open_ai_error_event import OpenAiErrorEvent as OpenAiErrorEvent
    from .prefill_token import PrefillToken as PrefillToken
    from .simple_token import SimpleToken as SimpleToken
    from .stream_details import StreamDetails as StreamDetails
    from .stream_options import StreamOptions as StreamOptions
    from .stream_response import StreamResponse as StreamResponse
    from .text_message import TextMessage as TextMessage
    from .token import Token as Token
    from .tool import Tool as Tool
    from .tool_call import ToolCall as ToolCall
    from .tool_call_delta import ToolCallDelta as ToolCallDelta
    from .tool_call_message import ToolCallMessage as ToolCallMessage
    from .tool_choice_with_function import ToolChoiceWithFunction as ToolChoiceWithFunction
    from .url import Url as Url
    from .usage import Usage as Usage

_MODULES = {
    "BestOfSequence": "best_of_sequence",
    "ChatCompletion": "chat_completion",
    "ChatCompletionChoice": "chat_completion_choice",
    "ChatCompletionChunk": "chat_completion_chunk",
    "ChatCompletionComplete": "chat_completion_complete",
    "ChatCompletionLogprob": "chat_completion_logprob",
    "ChatCompletionLogprobs": "chat_completion_logprobs",
    "ChatCompletionTopLogprob": "chat_completion_top_logprob",
    "ChatRequest": "chat_request",
    "ChatTokenizeResponse": "chat_tokenize_response",
    "Chunk": "chunk",
    "CompatGenerateRequest": "compat_generate_request",
    "CompletionComplete": "completion_complete",
    "CompletionFinal": "completion_final",
    "CompletionRequest": "completion_request",
    "CompletionVariant1": "completion_variant1",
    "CompletionWithUsage": "completion_with_usage",
    "DeltaToolCall": "delta_tool_call",
    "Details": "details",
    "ErrorResponse": "error_response",
    "FinishReason": "finish_reason",
    "Function": "function",
    "FunctionDefinition": "function_definition",
    "FunctionName": "function_name",
    "GenerateParameters": "generate_parameters",
    "GenerateRequest": "generate_request",
    "GenerateResponse": "generate_response",
    "GrammarTypeJson": "grammar_type_json",
    "GrammarTypeJsonObject": "grammar_type_json_object",
    "GrammarTypeJsonSchema": "grammar_type_json_schema",
    "GrammarTypeRegex": "grammar_type_regex",
    "Info": "info",
    "JsonSchemaConfig": "json_schema_config",
    "MessageBodyWithContent": "message_body_with_content",
    "MessageBodyWithToolCalls": "message_body_with_tool_calls",
    "MessageChunkImageUrl": "message_chunk_image_url",
    "MessageChunkText": "message_chunk_text",
    "MessageWithContent": "message_with_content",
    "MessageWithToolCalls": "message_with_tool_calls",
    "ModelInfo": "model_info",
    "ModelList": "model_list",
    "OpenAiErrorDetails": "open_ai_error_details",
    "OpenAiErrorEvent": "open_ai_error_event",
    "PrefillToken": "prefill_token",
    "SimpleToken": "simple_token",
    "StreamDetails": "stream_details",
    "StreamOptions": "stream_options",
    "StreamResponse": "stream_response",
    "TextMessage": "text_message",
    "Token": "token",
    "Tool": "tool",
    "ToolCall": "tool_call",
    "ToolCallDelta": "tool_call_delta",
    "ToolCallMessage": "tool_call_message",
    "ToolChoiceWithFunction": "tool_choice_with_function",
    "Url": "url",
    "Usage": "usage",
}

__all__ = (  # noqa: PLE0604
    "BestOfSequence",
    "ChatCompletion",
    "ChatCompletionChoice",
    "ChatCompletionChunk",
    "ChatCompletionComplete",
    "ChatCompletionLogprob",
    "ChatCompletionLogprobs",
    "ChatCompletionTopLogprob",
    "ChatRequest",
    "ChatTokenizeResponse",
    "Chunk",
    "CompatGenerateRequest",
    "CompletionComplete",
    "CompletionFinal",
    "CompletionRequest",
    "CompletionVariant1",
    "CompletionWithUsage",
    "DeltaToolCall",
    "Details",
    "ErrorResponse",
    "FinishReason",
    "Function",
    "FunctionDefinition",
    "FunctionName",
    "GenerateParameters",
    "GenerateRequest",
    "GenerateResponse",
    "GrammarTypeJson",
    "GrammarTypeJsonObject",
    "GrammarTypeJsonSchema",
    "GrammarTypeRegex",
    "Info",
    "JsonSchemaConfig",
    "MessageBodyWithContent",
    "MessageBodyWithToolCalls",
    "MessageChunkImageUrl",
    "MessageChunkText",
    "MessageWithContent",
    "MessageWithToolCalls",
    "ModelInfo",
    "ModelList",
    "OpenAiErrorDetails",
    "OpenAiErrorEvent",
    "PrefillToken",
    "SimpleToken",
    "StreamDetails",
    "StreamOptions",
    "StreamResponse",
    "TextMessage",
    "Token",
    "Tool",
    "ToolCall",
    "ToolCallDelta",
    "ToolCallMessage",
    "ToolChoiceWithFunction",
    "Url",
    "Usage",
)


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f".{_MODULES[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
