"""References checked: none may lead to where the loader does not look, and be read as a schema."""

from __future__ import annotations

import copy
from typing import Any, cast

from tgi_common.text import quoted
from tgi_document.errors import DocumentError
from tgi_document.repairs.streams import ERROR_EVENTS
from tgi_document.walk import Document, Role, keys_of, path_of, role_below, walk


def with_checked_references(document: Document) -> Document:
    """Give a copy of a document in which every reference leads to what the loader has checked.

    The loader leaves examples, defaults and extensions alone, since they may hold anything. A reference into
    one of them would have it read as a schema. Our own extension is taken from no stranger.

    Raises:
        DocumentError: When a reference leads into data.
    """
    result = copy.deepcopy(document)
    for node in walk(result):
        reference = node.value.get("$ref")
        if node.role is Role.KEYWORDS and isinstance(reference, str) and _leads_into_data(result, reference):
            raise DocumentError(f"{node.pointer}: {quoted(reference)} leads into data, expected a definition")
        node.value.pop(ERROR_EVENTS, None)
    return result


def _leads_into_data(document: Document, reference: str) -> bool:
    role, value = Role.KEYWORDS, cast("Any", document)
    for key in keys_of(path_of(reference)):
        if isinstance(value, dict) and key in value:
            value = value[key]
            role = role_below(role, key, value)
        elif isinstance(value, list) and key.isdecimal() and int(key) < len(value):
            value = value[int(key)]
        else:
            return False  # a reference that leads nowhere, which is another matter
    return role is Role.DATA
