"""GET /metrics: what is left to convert."""

from __future__ import annotations

from tgi_conformance.protocol.forms import get
from tgi_conformance.requirements._declare import Catalogue
from tgi_conformance.requirements.answers import documented_answer

CATALOGUE = Catalogue(__name__, "metrics", "GET /metrics")
documented_answer(CATALOGUE, get("/metrics"), media_type="text/plain", also=("application/openmetrics-text",))
