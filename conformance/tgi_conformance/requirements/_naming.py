"""How the requirements of a form are called, and where the document has a form's members."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tgi_conformance.protocol.forms import Form


def words(form: Form, name: str) -> str:
    """Give the words of an id: the streamed form of a route that has both is called so."""
    return f"streamed-{name}" if form.switch and form.streamed else name


def hyphened(name: str) -> str:
    """Write a member's name as words of an id."""
    return name.replace("_", "-").lower()


def parameter(form: Form, name: str) -> str:
    """Point to a parameter of a form in the document."""
    schema = "GenerateParameters" if form.dialect == "generate" else form.schema
    return f"#/components/schemas/{schema}/properties/{name}"


def grammar_name(form: Form) -> str:
    """Say what a form calls a grammar."""
    return "response_format" if form.dialect == "chat" else "grammar"


def with_grammar(form: Form) -> tuple[str, ...]:
    """Give what is needed to ask a form for an answer under a grammar."""
    return ("grammar", parameter(form, grammar_name(form)))
