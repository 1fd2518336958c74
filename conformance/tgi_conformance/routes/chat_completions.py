"""POST /v1/chat/completions: OpenAI's chat, streamed or not."""

from __future__ import annotations

from tgi_conformance.api import CHAT as FORM
from tgi_conformance.api import CHAT_STREAM as STREAM
from tgi_conformance.contract import pinned_contract
from tgi_conformance.families.aliases import chat_as_generate
from tgi_conformance.families.answers import detailed, documented_answer, documented_stream
from tgi_conformance.families.bursts import bursts
from tgi_conformance.families.characters import characters
from tgi_conformance.families.chat import chat
from tgi_conformance.families.effects import effects
from tgi_conformance.families.errors_in_streams import errors_in_streams
from tgi_conformance.families.framing import framing
from tgi_conformance.families.generated import generated
from tgi_conformance.families.grammar import grammars
from tgi_conformance.families.headers import headers
from tgi_conformance.families.identity import identity
from tgi_conformance.families.limits import limits
from tgi_conformance.families.load import load
from tgi_conformance.families.methods import body_needs_post
from tgi_conformance.families.origins import origins
from tgi_conformance.families.parameters import parameters
from tgi_conformance.families.parity import refused_alike, repeats, streamed_as_unstreamed
from tgi_conformance.families.prompts import white_space, written
from tgi_conformance.families.refusals import refusals
from tgi_conformance.families.sampling import sampling
from tgi_conformance.families.slots import left, overload
from tgi_conformance.families.state import no_state
from tgi_conformance.families.stops import stops
from tgi_conformance.families.streams import streams
from tgi_conformance.families.together import chat_together
from tgi_conformance.families.tokens import tokens
from tgi_conformance.families.tools import tools
from tgi_conformance.families.validation import validation
from tgi_conformance.requirement import Catalogue

CATALOGUE = Catalogue(__name__, "chat-completions", FORM.operation)
MEMBERS = pinned_contract().schema("ChatRequest")["properties"]
POINTER = "#/components/schemas/ChatRequest"

documented_answer(CATALOGUE, FORM.ask())
documented_stream(CATALOGUE, STREAM)
detailed(CATALOGUE, FORM)
detailed(CATALOGUE, STREAM)
for form in (FORM, STREAM):
    tokens(CATALOGUE, form)
    repeats(CATALOGUE, form)
    stops(CATALOGUE, form)
    sampling(CATALOGUE, form)
    effects(CATALOGUE, form)
    validation(CATALOGUE, form)
    grammars(CATALOGUE, form)
    identity(CATALOGUE, form)
    headers(CATALOGUE, form)
    characters(CATALOGUE, form)
    limits(CATALOGUE, form)
    tools(CATALOGUE, form)
    chat_as_generate(CATALOGUE, form)
    parameters(CATALOGUE, form, MEMBERS, POINTER)
    framing(CATALOGUE, form)
    written(CATALOGUE, form)
    overload(CATALOGUE, form)
streams(CATALOGUE, STREAM)
errors_in_streams(CATALOGUE, STREAM)
streamed_as_unstreamed(CATALOGUE, STREAM, FORM)
refused_alike(CATALOGUE, STREAM, FORM)
chat(CATALOGUE, FORM, STREAM)
chat_together(CATALOGUE, FORM)
no_state(CATALOGUE, FORM)
refusals(CATALOGUE, FORM.body(), "messages")
generated(CATALOGUE)
load(CATALOGUE, FORM)
load(CATALOGUE, STREAM)
body_needs_post(CATALOGUE, FORM.body(tokens=1))
origins(CATALOGUE, FORM)
white_space(CATALOGUE, FORM)
bursts(CATALOGUE, STREAM)
left(CATALOGUE, STREAM)
