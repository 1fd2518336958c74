"""POST /generate_stream: one answer, token by token."""

from __future__ import annotations

from tgi_conformance.contract.contract import pinned_contract
from tgi_conformance.protocol.forms import GENERATE
from tgi_conformance.protocol.forms import GENERATE_STREAM as FORM
from tgi_conformance.requirements._declare import Catalogue
from tgi_conformance.requirements.aliases import answers_whatever_is_asked
from tgi_conformance.requirements.parameters import parameters
from tgi_conformance.requirements.parity import (
    full_text,
    prompt_is_counted,
    refused_alike,
    repeats,
    streamed_as_unstreamed,
)
from tgi_conformance.requirements.validation import validation

CATALOGUE = Catalogue(__name__, "generate-stream", FORM.operation)
MEMBERS = pinned_contract().schema("GenerateParameters")["properties"]

repeats(CATALOGUE, FORM)
streamed_as_unstreamed(CATALOGUE, FORM, GENERATE)
prompt_is_counted(CATALOGUE, FORM)
refused_alike(CATALOGUE, FORM, GENERATE)
full_text(CATALOGUE, FORM, default=False)
parameters(CATALOGUE, FORM, MEMBERS, "#/components/schemas/GenerateParameters")
validation(CATALOGUE, FORM)
answers_whatever_is_asked(CATALOGUE, FORM)
