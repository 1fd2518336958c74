"""POST /invocations: SageMaker's way in, for bodies of generate, chat and completions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgi_conformance.protocol.forms import CHAT, CHAT_STREAM, COMPLETIONS, COMPLETIONS_STREAM, post
from tgi_conformance.protocol.forms import INVOCATIONS as FORM
from tgi_conformance.protocol.forms import INVOCATIONS_STREAM as STREAM
from tgi_conformance.requirements._declare import Catalogue
from tgi_conformance.requirements._verify import OK, expect_fits, expect_status
from tgi_conformance.requirements.aliases import answers_as_route, answers_whatever_is_asked
from tgi_conformance.requirements.limits import limits
from tgi_conformance.requirements.streams import streams
from tgi_conformance.requirements.tokens import tokens

if TYPE_CHECKING:
    from tgi_conformance.session.context import Context

CATALOGUE = Catalogue(__name__, "invocations", FORM.operation)
PATH = "/invocations"

tokens(CATALOGUE, FORM)
tokens(CATALOGUE, STREAM)
streams(CATALOGUE, STREAM)
limits(CATALOGUE, FORM)
limits(CATALOGUE, STREAM)
answers_whatever_is_asked(CATALOGUE, FORM)
answers_whatever_is_asked(CATALOGUE, STREAM)
for form in (CHAT, CHAT_STREAM):
    answers_as_route(CATALOGUE, PATH, form, {"temperature": 0.0, "logprobs": True})
for form in (COMPLETIONS, COMPLETIONS_STREAM):
    answers_as_route(CATALOGUE, PATH, form, {"temperature": 0.0})


@CATALOGUE.add(
    "takes-chat-bodies",
    "A chat request is answered as /v1/chat/completions answers it.",
    source="#/components/schemas/SagemakerRequest",
    needs=("POST /v1/chat/completions",),
    why="SageMaker offers this route alone.",
)
def takes_chat(context: Context) -> None:
    """Send a chat request."""
    exchange = context.send(post("/invocations", CHAT.body()))
    expect_status(exchange, OK)
    expect_fits(context, exchange, exchange.response.json, "#/components/schemas/ChatCompletion")


@CATALOGUE.add(
    "takes-completion-bodies",
    "A completion request is answered as /v1/completions answers it.",
    source="#/components/schemas/SagemakerRequest",
    why="SageMaker offers this route alone.",
)
def takes_completions(context: Context) -> None:
    """Send a completion request."""
    exchange = context.send(post("/invocations", COMPLETIONS.body()))
    expect_status(exchange, OK)
    expect_fits(context, exchange, exchange.response.json, "#/components/schemas/CompletionFinal")
