"""POST /v1/completions: OpenAI's completions, streamed or not."""

from __future__ import annotations

from tgi_conformance.contract.contract import pinned_contract
from tgi_conformance.protocol.forms import COMPLETIONS as FORM
from tgi_conformance.protocol.forms import COMPLETIONS_STREAM as STREAM
from tgi_conformance.requirements._declare import Catalogue
from tgi_conformance.requirements.aliases import completions_as_generate
from tgi_conformance.requirements.answers import documented_answer, documented_stream
from tgi_conformance.requirements.bursts import bursts
from tgi_conformance.requirements.characters import characters
from tgi_conformance.requirements.effects import effects
from tgi_conformance.requirements.errors_in_streams import errors_in_streams
from tgi_conformance.requirements.framing import framing
from tgi_conformance.requirements.generated import generated
from tgi_conformance.requirements.headers import headers
from tgi_conformance.requirements.limits import limits
from tgi_conformance.requirements.methods import body_needs_post
from tgi_conformance.requirements.origins import origins
from tgi_conformance.requirements.parameters import parameters
from tgi_conformance.requirements.parity import refused_alike, repeats, streamed_as_unstreamed
from tgi_conformance.requirements.refusals import refusals
from tgi_conformance.requirements.sampling import sampling
from tgi_conformance.requirements.slots import left, overload
from tgi_conformance.requirements.state import no_state
from tgi_conformance.requirements.stops import stops
from tgi_conformance.requirements.streams import streams
from tgi_conformance.requirements.tokens import tokens
from tgi_conformance.requirements.validation import validation

CATALOGUE = Catalogue(__name__, "completions", FORM.operation)
MEMBERS = pinned_contract().schema("CompletionRequest")["properties"]
POINTER = "#/components/schemas/CompletionRequest"

documented_answer(CATALOGUE, FORM.ask())
documented_stream(CATALOGUE, STREAM)
for form in (FORM, STREAM):
    tokens(CATALOGUE, form)
    repeats(CATALOGUE, form)
    stops(CATALOGUE, form)
    sampling(CATALOGUE, form)
    effects(CATALOGUE, form)
    validation(CATALOGUE, form)
    headers(CATALOGUE, form)
    characters(CATALOGUE, form)
    limits(CATALOGUE, form)
    completions_as_generate(CATALOGUE, form)
    parameters(CATALOGUE, form, MEMBERS, POINTER)
    framing(CATALOGUE, form)
    overload(CATALOGUE, form)
streams(CATALOGUE, STREAM)
errors_in_streams(CATALOGUE, STREAM)
streamed_as_unstreamed(CATALOGUE, STREAM, FORM)
refused_alike(CATALOGUE, STREAM, FORM)
no_state(CATALOGUE, FORM)
refusals(CATALOGUE, FORM.body(), "prompt")
generated(CATALOGUE)
body_needs_post(CATALOGUE, FORM.body(tokens=1))
origins(CATALOGUE, FORM)
bursts(CATALOGUE, STREAM)
left(CATALOGUE, STREAM)
