"""POST /generate: one answer, unstreamed."""

from __future__ import annotations

from tgi_conformance.contract.contract import pinned_contract
from tgi_conformance.protocol.forms import GENERATE as FORM
from tgi_conformance.requirements._declare import Catalogue
from tgi_conformance.requirements.parameters import parameters
from tgi_conformance.requirements.parity import full_text, repeats
from tgi_conformance.requirements.validation import validation

CATALOGUE = Catalogue(__name__, "generate", FORM.operation)
MEMBERS = pinned_contract().schema("GenerateParameters")["properties"]

repeats(CATALOGUE, FORM)
full_text(CATALOGUE, FORM, default=False)
parameters(CATALOGUE, FORM, MEMBERS, "#/components/schemas/GenerateParameters")
validation(CATALOGUE, FORM)
