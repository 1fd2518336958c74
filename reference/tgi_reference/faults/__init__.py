"""Faults: small, named, one broken promise each, and off unless asked for. They test what tests servers."""

from __future__ import annotations

from tgi_reference.alterations.catalogue import Catalogue

FAULTS = Catalogue("fault")
