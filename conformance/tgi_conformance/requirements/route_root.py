"""POST /: generate as older clients know it, streamed or not by a member of the body."""

from __future__ import annotations

from tgi_conformance.protocol.forms import ROOT as FORM
from tgi_conformance.protocol.forms import ROOT_STREAM as STREAM
from tgi_conformance.requirements._declare import Catalogue
from tgi_conformance.requirements.limits import limits
from tgi_conformance.requirements.streams import streams
from tgi_conformance.requirements.tokens import tokens

CATALOGUE = Catalogue(__name__, "root", FORM.operation)

tokens(CATALOGUE, FORM)
tokens(CATALOGUE, STREAM)
streams(CATALOGUE, STREAM)
limits(CATALOGUE, FORM)
limits(CATALOGUE, STREAM)
