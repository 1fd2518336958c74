"""POST /invocations: SageMaker's way in, for bodies of generate, chat and completions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgi_conformance.api import CHAT, CHAT_STREAM, COMPLETIONS, COMPLETIONS_STREAM, post
from tgi_conformance.api import INVOCATIONS as FORM
from tgi_conformance.api import INVOCATIONS_STREAM as STREAM
from tgi_conformance.families.aliases import answers_as_route, answers_whatever_is_asked
from tgi_conformance.families.answers import detailed, documented_answer, documented_stream
from tgi_conformance.families.characters import characters
from tgi_conformance.families.enveloped import answers_in_an_array
from tgi_conformance.families.errors_in_streams import errors_in_streams
from tgi_conformance.families.generated import generated
from tgi_conformance.families.headers import browsers
from tgi_conformance.families.limits import limits
from tgi_conformance.families.methods import body_needs_post
from tgi_conformance.families.parity import (
    full_text,
    prompt_is_counted,
    refused_alike,
    same_as_generate,
    streamed_as_unstreamed,
)
from tgi_conformance.families.refusals import refusals
from tgi_conformance.families.streams import streams
from tgi_conformance.families.tokens import tokens
from tgi_conformance.families.validation import validation
from tgi_conformance.requirement import Catalogue
from tgi_conformance.verify import OK, expect_fits, expect_status

if TYPE_CHECKING:
    from tgi_conformance.trial import Trial

CATALOGUE = Catalogue(__name__, "invocations", FORM.operation)
PATH = "/invocations"

documented_answer(CATALOGUE, FORM.ask())
documented_stream(CATALOGUE, STREAM)
detailed(CATALOGUE, FORM)
detailed(CATALOGUE, STREAM)
tokens(CATALOGUE, FORM)
tokens(CATALOGUE, STREAM)
streams(CATALOGUE, STREAM)
errors_in_streams(CATALOGUE, STREAM)
same_as_generate(CATALOGUE, FORM)
streamed_as_unstreamed(CATALOGUE, STREAM, FORM)
prompt_is_counted(CATALOGUE, STREAM)
full_text(CATALOGUE, FORM, default=True)
refused_alike(CATALOGUE, STREAM, FORM)
refusals(CATALOGUE, FORM.body(), "inputs")
validation(CATALOGUE, FORM)
validation(CATALOGUE, STREAM)
characters(CATALOGUE, FORM)
limits(CATALOGUE, FORM)
characters(CATALOGUE, STREAM)
limits(CATALOGUE, STREAM)
answers_whatever_is_asked(CATALOGUE, FORM)
answers_whatever_is_asked(CATALOGUE, STREAM)
for form in (CHAT, CHAT_STREAM):
    answers_as_route(CATALOGUE, PATH, form, {"temperature": 0.0, "logprobs": True})
for form in (COMPLETIONS, COMPLETIONS_STREAM):
    answers_as_route(CATALOGUE, PATH, form, {"temperature": 0.0})
generated(CATALOGUE)
body_needs_post(CATALOGUE, FORM.body(tokens=1))
for form in (FORM, STREAM):
    browsers(CATALOGUE, form)
answers_in_an_array(CATALOGUE, FORM)


@CATALOGUE.add(
    "takes-chat-bodies",
    "A chat request is answered as /v1/chat/completions answers it.",
    source="#/components/schemas/SagemakerRequest",
    needs=("POST /v1/chat/completions",),
    why="SageMaker offers this route alone.",
)
def takes_chat(trial: Trial) -> None:
    """Send a chat request."""
    exchange = trial.send(post("/invocations", CHAT.body()))
    expect_status(exchange, OK)
    expect_fits(trial, exchange, exchange.response.json, "#/components/schemas/ChatCompletion")


@CATALOGUE.add(
    "takes-completion-bodies",
    "A completion request is answered as /v1/completions answers it.",
    source="#/components/schemas/SagemakerRequest",
    why="SageMaker offers this route alone.",
)
def takes_completions(trial: Trial) -> None:
    """Send a completion request."""
    exchange = trial.send(post("/invocations", COMPLETIONS.body()))
    expect_status(exchange, OK)
    expect_fits(trial, exchange, exchange.response.json, "#/components/schemas/CompletionFinal")
