"""Faults: each breaks one promise of the API. They are off unless named."""

from __future__ import annotations

from tgi_reference.injection.hooks import Catalogue

FAULTS = Catalogue("fault")
