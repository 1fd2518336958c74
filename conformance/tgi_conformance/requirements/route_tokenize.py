"""POST /tokenize: the tokens of a text, with their places in it."""

from __future__ import annotations

from tgi_conformance.requirements._declare import Catalogue
from tgi_conformance.requirements.generated import generated
from tgi_conformance.requirements.refusals import refusals

CATALOGUE = Catalogue(__name__, "tokenize", "POST /tokenize")

refusals(CATALOGUE, {"inputs": "x"}, "inputs")
generated(CATALOGUE)
