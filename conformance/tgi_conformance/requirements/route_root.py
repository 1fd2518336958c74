"""POST /: generate as older clients know it, streamed or not by a member of the body."""

from __future__ import annotations

from tgi_conformance.contract.contract import pinned_contract
from tgi_conformance.protocol.forms import ROOT as FORM
from tgi_conformance.protocol.forms import ROOT_STREAM as STREAM
from tgi_conformance.requirements._declare import Catalogue
from tgi_conformance.requirements.aliases import answers_whatever_is_asked
from tgi_conformance.requirements.parameters import parameters
from tgi_conformance.requirements.parity import (
    full_text,
    prompt_is_counted,
    refused_alike,
    same_as_generate,
    streamed_as_unstreamed,
)
from tgi_conformance.requirements.validation import validation

CATALOGUE = Catalogue(__name__, "root", FORM.operation)
MEMBERS = pinned_contract().schema("GenerateParameters")["properties"]
POINTER = "#/components/schemas/GenerateParameters"

full_text(CATALOGUE, FORM, default=True)
same_as_generate(CATALOGUE, FORM)
streamed_as_unstreamed(CATALOGUE, STREAM, FORM)
prompt_is_counted(CATALOGUE, STREAM)
refused_alike(CATALOGUE, STREAM, FORM)
parameters(CATALOGUE, FORM, MEMBERS, POINTER)
parameters(CATALOGUE, STREAM, MEMBERS, POINTER)
validation(CATALOGUE, FORM)
validation(CATALOGUE, STREAM)
answers_whatever_is_asked(CATALOGUE, FORM)
answers_whatever_is_asked(CATALOGUE, STREAM)
