"""Variants: other legal ways to serve the same API. They are off unless named."""

from __future__ import annotations

from tgi_reference.injection.hooks import Catalogue

VARIANTS = Catalogue("variant")
