"""POST /v1/completions: OpenAI's completions, streamed or not."""

from __future__ import annotations

from tgi_conformance.protocol.forms import COMPLETIONS as FORM
from tgi_conformance.protocol.forms import COMPLETIONS_STREAM as STREAM
from tgi_conformance.requirements._declare import Catalogue
from tgi_conformance.requirements.effects import effects
from tgi_conformance.requirements.limits import limits
from tgi_conformance.requirements.sampling import sampling
from tgi_conformance.requirements.stops import stops
from tgi_conformance.requirements.streams import streams
from tgi_conformance.requirements.tokens import tokens

CATALOGUE = Catalogue(__name__, "completions", FORM.operation)

for form in (FORM, STREAM):
    tokens(CATALOGUE, form)
    stops(CATALOGUE, form)
    sampling(CATALOGUE, form)
    effects(CATALOGUE, form)
    limits(CATALOGUE, form)
streams(CATALOGUE, STREAM)
