"""POST /generate: one answer, unstreamed."""

from __future__ import annotations

from tgi_conformance.protocol.forms import GENERATE as FORM
from tgi_conformance.requirements._declare import Catalogue
from tgi_conformance.requirements.effects import effects
from tgi_conformance.requirements.limits import limits
from tgi_conformance.requirements.sampling import sampling
from tgi_conformance.requirements.stops import stops
from tgi_conformance.requirements.tokens import tokens

CATALOGUE = Catalogue(__name__, "generate", FORM.operation)

tokens(CATALOGUE, FORM)
stops(CATALOGUE, FORM)
sampling(CATALOGUE, FORM)
effects(CATALOGUE, FORM)
limits(CATALOGUE, FORM)
