"""The OpenAI-style routes of TGI 3.3. Older releases answer some of it otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tgi_reference.api.answers import chat_body, completion_body, tool_message
from tgi_reference.api.streams import (
    DONE,
    ChatEvents,
    CompletionEvents,
    TextToolEvents,
    ToolEvents,
    openai_error_event,
)
from tgi_reference.generation.chat import ChatRules, PreparedChat, prepare_chat
from tgi_reference.generation.tools import answered_call, next_call_id, plain_words_tool
from tgi_reference.wire.requests import StreamOptions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tgi_reference.api.streams import Events
    from tgi_reference.engine import Engine
    from tgi_reference.generation.errors import ApiError
    from tgi_reference.generation.generation import Generation
    from tgi_reference.settings import Settings
    from tgi_reference.wire.requests import ChatRequest

RULES: Final = ChatRules(
    plain_words_tool({"type": "object"}), arguments_are_text=True, continues_assistant=True, new_tokens=None
)


class OpenAi:
    """How the newest release prepares and answers requests.

    Attributes:
        end: The last event of every stream; empty for none.
        new_tokens: The limit of a completion that names none.
    """

    end: bytes = DONE
    new_tokens: int | None = None
    rules: ChatRules = RULES

    def __init__(self, settings: Settings, engine: Engine) -> None:
        self._settings = settings
        self._engine = engine

    def error(self, error: ApiError) -> bytes:
        """The event of an error."""
        return openai_error_event(error)

    def prepare(self, chat: ChatRequest) -> PreparedChat:
        """The request that a chat stands for.

        Raises:
            ApiError: tools contradict each other, or the template refuses the messages.
        """
        by_reference = self._settings.fidelity.schemas_become_patterns
        return prepare_chat(chat, self._engine, self.rules, by_reference=by_reference)

    def model(self, chat: ChatRequest) -> str:
        """The model to name: the one that was asked for, "tgi" standing for the one that is served."""
        return self._settings.model_id if chat.model in (None, "tgi") else str(chat.model)

    def tool_message(self, text: str) -> dict[str, Any] | None:
        """What an answer under the grammar of tools says; none where the chat has to run again without them.

        Raises:
            ToolError: the answer is no call.
        """
        call = answered_call(text)
        return None if call is None else tool_message(call)

    def chat_body(  # an answer has so many independent parts
        self,
        model: str,
        generation: Generation,
        *,
        message: dict[str, Any],
        prompt_tokens: int,
        logprobs: bool,
    ) -> dict[str, Any]:
        """A ChatCompletion."""
        return chat_body(
            self._settings, model, generation, message=message, prompt_tokens=prompt_tokens, logprobs=logprobs
        )

    def completion_body(self, generations: Sequence[Generation]) -> dict[str, Any]:
        """A CompletionFinal, with one choice a prompt."""
        return completion_body(self._settings, generations)

    def chat_events(self, generation: Generation, chat: ChatRequest, *, using_tools: bool) -> Events:
        """The events of a streamed chat."""
        chunks = ChatEvents(
            self._settings,
            generation,
            self.model(chat),
            logprobs=bool(chat.logprobs),
            include_usage=(chat.stream_options or StreamOptions()).include_usage,
        )
        if not using_tools:
            return chunks
        follows_text = self._settings.fidelity.tool_streams_follow_the_text
        return (TextToolEvents if follows_text else ToolEvents)(chunks, next_call_id(chat))

    def completion_events(self, generation: Generation, index: int) -> Events:
        """The events of one prompt of a streamed completion."""
        return CompletionEvents(self._settings, generation, index)
