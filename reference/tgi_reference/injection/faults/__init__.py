"""Faults: small, named, one broken promise each, and off unless asked for. They test what tests servers."""

from __future__ import annotations

from tgi_reference.injection.hooks import Catalogue

FAULTS = Catalogue("fault")
