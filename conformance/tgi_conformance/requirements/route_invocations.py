"""POST /invocations: SageMaker's way in, for bodies of generate, chat and completions."""

from __future__ import annotations

from tgi_conformance.protocol.forms import CHAT, CHAT_STREAM, COMPLETIONS, COMPLETIONS_STREAM
from tgi_conformance.protocol.forms import INVOCATIONS as FORM
from tgi_conformance.protocol.forms import INVOCATIONS_STREAM as STREAM
from tgi_conformance.requirements._declare import Catalogue
from tgi_conformance.requirements.aliases import answers_as_route, answers_whatever_is_asked
from tgi_conformance.requirements.parity import (
    full_text,
    prompt_is_counted,
    refused_alike,
    same_as_generate,
    streamed_as_unstreamed,
)
from tgi_conformance.requirements.validation import validation

CATALOGUE = Catalogue(__name__, "invocations", FORM.operation)
PATH = "/invocations"

same_as_generate(CATALOGUE, FORM)
streamed_as_unstreamed(CATALOGUE, STREAM, FORM)
prompt_is_counted(CATALOGUE, STREAM)
full_text(CATALOGUE, FORM, default=True)
refused_alike(CATALOGUE, STREAM, FORM)
validation(CATALOGUE, FORM)
validation(CATALOGUE, STREAM)
answers_whatever_is_asked(CATALOGUE, FORM)
answers_whatever_is_asked(CATALOGUE, STREAM)
for form in (CHAT, CHAT_STREAM):
    answers_as_route(CATALOGUE, PATH, form, {"temperature": 0.0, "logprobs": True})
for form in (COMPLETIONS, COMPLETIONS_STREAM):
    answers_as_route(CATALOGUE, PATH, form, {"temperature": 0.0})
