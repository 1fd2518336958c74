"""Tool calls are sampled, so each request for one gives a seed: a repeated run must tell the same."""

from __future__ import annotations

import json
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from tgi_conformance.protocol.forms import CHAT, CHAT_STREAM, Form
from tgi_conformance.requirements import tools

if TYPE_CHECKING:
    from tgi_conformance.http.exchange import Request


class AskedError(Exception):
    """Ends a check at its first request."""


class Listener:
    """A context that keeps the first request, and answers none."""

    asked: dict[str, Any]

    def case(self) -> Any:
        return nullcontext()

    def cached(self, request: Request) -> NoReturn:
        self.asked = json.loads(request.content or b"")
        raise AskedError


@pytest.mark.parametrize("form", [CHAT, CHAT_STREAM], ids=str)
@pytest.mark.parametrize(
    "check",
    [
        tools.tool_arguments_are_json_text,
        tools.tool_calls_end_with_stop,
        tools.named_tool_is_called,
        tools.tool_schema_may_be_called_parameters,
    ],
)
def test_a_request_for_a_tool_call_gives_a_seed(check: Any, form: Form) -> None:
    listener = Listener()
    with pytest.raises(AskedError):
        check(listener, form)

    assert listener.asked["tools"]
    assert isinstance(listener.asked["seed"], int)
