"""POST /v1/completions: OpenAI's completions, streamed or not."""

from __future__ import annotations

from tgi_conformance.contract.contract import pinned_contract
from tgi_conformance.protocol.forms import COMPLETIONS as FORM
from tgi_conformance.protocol.forms import COMPLETIONS_STREAM as STREAM
from tgi_conformance.requirements._declare import Catalogue
from tgi_conformance.requirements.aliases import completions_as_generate
from tgi_conformance.requirements.parameters import parameters
from tgi_conformance.requirements.parity import refused_alike, repeats, streamed_as_unstreamed
from tgi_conformance.requirements.validation import validation

CATALOGUE = Catalogue(__name__, "completions", FORM.operation)
MEMBERS = pinned_contract().schema("CompletionRequest")["properties"]
POINTER = "#/components/schemas/CompletionRequest"

for form in (FORM, STREAM):
    repeats(CATALOGUE, form)
    validation(CATALOGUE, form)
    completions_as_generate(CATALOGUE, form)
    parameters(CATALOGUE, form, MEMBERS, POINTER)
streamed_as_unstreamed(CATALOGUE, STREAM, FORM)
refused_alike(CATALOGUE, STREAM, FORM)
