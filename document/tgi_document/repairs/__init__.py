"""Repairs of faults that a document has in itself, each a small named rule that tells what it changed.

What a document says and its server does not do is no matter of repairs: that is what corrections are for
(`tgi_document.overlay`).
"""

from __future__ import annotations

# Rules run in the order of these imports.
from tgi_document.repairs import composition, shapes, streams, values
from tgi_document.repairs.rule import Change, repair, rule_names

__all__ = ["Change", "composition", "repair", "rule_names", "shapes", "streams", "values"]
