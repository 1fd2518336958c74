"""The operations as methods of a client. Each module is imported when it is first used."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from .api.text_generation_inference import (
        chat_completions as _text_generation_inference__chat_completions,
    )
    from .api.text_generation_inference import compat_generate as _text_generation_inference__compat_generate
    from .api.text_generation_inference import (
        get_chat_tokenize as _text_generation_inference__get_chat_tokenize,
    )
    from .api.text_generation_inference import generate as _text_generation_inference__generate
    from .api.text_generation_inference import generate_stream as _text_generation_inference__generate_stream
    from .api.text_generation_inference import health as _text_generation_inference__health
    from .api.text_generation_inference import get_model_info as _text_generation_inference__get_model_info
    from .api.text_generation_inference import (
        sagemaker_compatibility as _text_generation_inference__sagemaker_compatibility,
    )
    from .api.text_generation_inference import metrics as _text_generation_inference__metrics
    from .api.text_generation_inference import tokenize as _text_generation_inference__tokenize
    from .api.text_generation_inference import completions as _text_generation_inference__completions
    from .api.text_generation_inference import (
        openai_get_model_info as _text_generation_inference__openai_get_model_info,
    )
    from .client import Client


class ChatOperations:
    """Operations under `chat`."""

    __slots__ = ("_client",)

    def __init__(self, client: Client) -> None:
        self._client = client

    @property
    def completions(self) -> _text_generation_inference__chat_completions.Operation:
        """POST /v1/chat/completions"""
        from .api.text_generation_inference.chat_completions import Operation

        return Operation(self._client)


class Operations:
    """The operations of the server."""

    __slots__ = ()

    @property
    def chat(self) -> ChatOperations:
        """Give the operations of the group."""
        return ChatOperations(cast("Client", self))

    @property
    def compat_generate(self) -> _text_generation_inference__compat_generate.Operation:
        """POST /"""
        from .api.text_generation_inference.compat_generate import Operation

        return Operation(cast("Client", self))

    @property
    def chat_tokenize(self) -> _text_generation_inference__get_chat_tokenize.Operation:
        """POST /chat_tokenize"""
        from .api.text_generation_inference.get_chat_tokenize import Operation

        return Operation(cast("Client", self))

    @property
    def generate(self) -> _text_generation_inference__generate.Operation:
        """POST /generate"""
        from .api.text_generation_inference.generate import Operation

        return Operation(cast("Client", self))

    @property
    def generate_stream(self) -> _text_generation_inference__generate_stream.Operation:
        """POST /generate_stream"""
        from .api.text_generation_inference.generate_stream import Operation

        return Operation(cast("Client", self))

    @property
    def health(self) -> _text_generation_inference__health.Operation:
        """GET /health"""
        from .api.text_generation_inference.health import Operation

        return Operation(cast("Client", self))

    @property
    def info(self) -> _text_generation_inference__get_model_info.Operation:
        """GET /info"""
        from .api.text_generation_inference.get_model_info import Operation

        return Operation(cast("Client", self))

    @property
    def invocations(self) -> _text_generation_inference__sagemaker_compatibility.Operation:
        """POST /invocations"""
        from .api.text_generation_inference.sagemaker_compatibility import Operation

        return Operation(cast("Client", self))

    @property
    def metrics(self) -> _text_generation_inference__metrics.Operation:
        """GET /metrics"""
        from .api.text_generation_inference.metrics import Operation

        return Operation(cast("Client", self))

    @property
    def tokenize(self) -> _text_generation_inference__tokenize.Operation:
        """POST /tokenize"""
        from .api.text_generation_inference.tokenize import Operation

        return Operation(cast("Client", self))

    @property
    def completions(self) -> _text_generation_inference__completions.Operation:
        """POST /v1/completions"""
        from .api.text_generation_inference.completions import Operation

        return Operation(cast("Client", self))

    @property
    def models(self) -> _text_generation_inference__openai_get_model_info.Operation:
        """GET /v1/models"""
        from .api.text_generation_inference.openai_get_model_info import Operation

        return Operation(cast("Client", self))
