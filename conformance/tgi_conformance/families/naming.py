"""How the requirements of a form are called, so that the streamed form of a route says so."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tgi_conformance.api import Form


def words(form: Form, name: str) -> str:
    """Give the words of an id: the streamed form of a route that has both is called so."""
    return f"streamed-{name}" if form.switch and form.streamed else name


def hyphened(name: str) -> str:
    """Write a member's name as words of an id."""
    return name.replace("_", "-").lower()
