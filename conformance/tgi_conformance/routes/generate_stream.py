"""POST /generate_stream: one answer, token by token."""

from __future__ import annotations

from tgi_conformance.api import GENERATE
from tgi_conformance.api import GENERATE_STREAM as FORM
from tgi_conformance.contract import pinned_contract
from tgi_conformance.families.aliases import answers_whatever_is_asked
from tgi_conformance.families.answers import detailed, documented_stream
from tgi_conformance.families.bursts import bursts
from tgi_conformance.families.characters import characters
from tgi_conformance.families.details import top_tokens
from tgi_conformance.families.effects import effects
from tgi_conformance.families.errors_in_streams import errors_in_streams
from tgi_conformance.families.framing import framing
from tgi_conformance.families.generated import generated
from tgi_conformance.families.grammar import grammars
from tgi_conformance.families.headers import headers
from tgi_conformance.families.limits import limits
from tgi_conformance.families.load import load
from tgi_conformance.families.methods import body_needs_post
from tgi_conformance.families.parameters import parameters
from tgi_conformance.families.parity import (
    full_text,
    prompt_is_counted,
    refused_alike,
    repeats,
    streamed_as_unstreamed,
)
from tgi_conformance.families.prompts import written
from tgi_conformance.families.refusals import refusals
from tgi_conformance.families.sampling import sampling
from tgi_conformance.families.seeds import large_seeds
from tgi_conformance.families.slots import left, overload
from tgi_conformance.families.stops import stops
from tgi_conformance.families.streams import streams
from tgi_conformance.families.tokens import tokens
from tgi_conformance.families.validation import validation
from tgi_conformance.requirement import Catalogue

CATALOGUE = Catalogue(__name__, "generate-stream", FORM.operation)
MEMBERS = pinned_contract().schema("GenerateParameters")["properties"]

documented_stream(CATALOGUE, FORM)
detailed(CATALOGUE, FORM)
streams(CATALOGUE, FORM)
errors_in_streams(CATALOGUE, FORM)
tokens(CATALOGUE, FORM)
repeats(CATALOGUE, FORM)
streamed_as_unstreamed(CATALOGUE, FORM, GENERATE)
prompt_is_counted(CATALOGUE, FORM)
refused_alike(CATALOGUE, FORM, GENERATE)
full_text(CATALOGUE, FORM, default=False)
top_tokens(CATALOGUE, FORM)
stops(CATALOGUE, FORM)
sampling(CATALOGUE, FORM)
effects(CATALOGUE, FORM)
grammars(CATALOGUE, FORM)
refusals(CATALOGUE, FORM.body(), "inputs")
parameters(CATALOGUE, FORM, MEMBERS, "#/components/schemas/GenerateParameters")
validation(CATALOGUE, FORM)
characters(CATALOGUE, FORM)
limits(CATALOGUE, FORM)
answers_whatever_is_asked(CATALOGUE, FORM)
generated(CATALOGUE)
headers(CATALOGUE, FORM)
load(CATALOGUE, FORM)
framing(CATALOGUE, FORM)
body_needs_post(CATALOGUE, FORM.body(tokens=1))
written(CATALOGUE, FORM)
large_seeds(CATALOGUE, FORM)
bursts(CATALOGUE, FORM)
overload(CATALOGUE, FORM)
left(CATALOGUE, FORM)
