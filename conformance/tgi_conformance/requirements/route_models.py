"""GET /v1/models: what is left to convert."""

from __future__ import annotations

from tgi_conformance.protocol.forms import get
from tgi_conformance.requirements._declare import Catalogue
from tgi_conformance.requirements.answers import documented_answer

CATALOGUE = Catalogue(__name__, "models", "GET /v1/models")
documented_answer(CATALOGUE, get("/v1/models"))
