"""POST /invocations: SageMaker's only route takes bodies of /generate, chat and completions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgi_conformance.protocol.forms import CHAT, COMPLETIONS, INVOCATIONS
from tgi_conformance.requirements._declaration import requirement
from tgi_conformance.requirements._verify import OK, expect_fits, expect_status

if TYPE_CHECKING:
    from tgi_conformance.protocol.forms import Form
    from tgi_conformance.session.context import Context

SOURCE = "#/components/schemas/SagemakerRequest"
WHY = "SageMaker offers only this route."


@requirement(
    "takes-chat-bodies",
    "A chat request is answered with a ChatCompletion, as at /v1/chat/completions.",
    forms=(INVOCATIONS,),
    source=SOURCE,
    category="route-specific",
    needs=("POST /v1/chat/completions",),
    why=WHY,
)
def takes_chat_bodies(context: Context, form: Form) -> None:
    exchange = context.send(form.request(CHAT.body()))
    expect_status(exchange, OK)
    expect_fits(context, exchange, exchange.response.json, "#/components/schemas/ChatCompletion")


@requirement(
    "takes-completion-bodies",
    "A completion request is answered with a CompletionFinal, as at /v1/completions.",
    forms=(INVOCATIONS,),
    source=SOURCE,
    category="route-specific",
    why=WHY,
)
def takes_completion_bodies(context: Context, form: Form) -> None:
    exchange = context.send(form.request(COMPLETIONS.body()))
    expect_status(exchange, OK)
    expect_fits(context, exchange, exchange.response.json, "#/components/schemas/CompletionFinal")
