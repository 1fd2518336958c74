"""Variants: other ways to serve the same API that no client may stumble over, off unless asked for."""

from __future__ import annotations

from tgi_reference.injection.hooks import Catalogue

VARIANTS = Catalogue("variant")
