"""POST /generate_stream: one answer, token by token."""

from __future__ import annotations

from tgi_conformance.protocol.forms import GENERATE_STREAM as FORM
from tgi_conformance.requirements._declare import Catalogue
from tgi_conformance.requirements.effects import effects
from tgi_conformance.requirements.limits import limits
from tgi_conformance.requirements.sampling import sampling
from tgi_conformance.requirements.stops import stops
from tgi_conformance.requirements.streams import streams
from tgi_conformance.requirements.tokens import tokens

CATALOGUE = Catalogue(__name__, "generate-stream", FORM.operation)

streams(CATALOGUE, FORM)
tokens(CATALOGUE, FORM)
stops(CATALOGUE, FORM)
sampling(CATALOGUE, FORM)
effects(CATALOGUE, FORM)
limits(CATALOGUE, FORM)
