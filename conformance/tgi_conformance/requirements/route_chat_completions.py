"""POST /v1/chat/completions: OpenAI's chat, streamed or not."""

from __future__ import annotations

from tgi_conformance.contract.contract import pinned_contract
from tgi_conformance.protocol.forms import CHAT as FORM
from tgi_conformance.protocol.forms import CHAT_STREAM as STREAM
from tgi_conformance.requirements._declare import Catalogue
from tgi_conformance.requirements.aliases import chat_as_generate
from tgi_conformance.requirements.parameters import parameters
from tgi_conformance.requirements.parity import refused_alike, repeats, streamed_as_unstreamed
from tgi_conformance.requirements.validation import validation

CATALOGUE = Catalogue(__name__, "chat-completions", FORM.operation)
MEMBERS = pinned_contract().schema("ChatRequest")["properties"]
POINTER = "#/components/schemas/ChatRequest"

for form in (FORM, STREAM):
    repeats(CATALOGUE, form)
    validation(CATALOGUE, form)
    chat_as_generate(CATALOGUE, form)
    parameters(CATALOGUE, form, MEMBERS, POINTER)
streamed_as_unstreamed(CATALOGUE, STREAM, FORM)
refused_alike(CATALOGUE, STREAM, FORM)
