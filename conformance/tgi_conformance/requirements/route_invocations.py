"""POST /invocations: SageMaker's way in, for bodies of generate, chat and completions."""

from __future__ import annotations

from tgi_conformance.protocol.forms import INVOCATIONS as FORM
from tgi_conformance.protocol.forms import INVOCATIONS_STREAM as STREAM
from tgi_conformance.requirements._declare import Catalogue
from tgi_conformance.requirements.limits import limits
from tgi_conformance.requirements.streams import streams
from tgi_conformance.requirements.tokens import tokens

CATALOGUE = Catalogue(__name__, "invocations", FORM.operation)

tokens(CATALOGUE, FORM)
tokens(CATALOGUE, STREAM)
streams(CATALOGUE, STREAM)
limits(CATALOGUE, FORM)
limits(CATALOGUE, STREAM)
