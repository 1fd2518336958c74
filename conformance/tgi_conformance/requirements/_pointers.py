"""Where the document has the parameters of a form, and what a request with a grammar needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tgi_conformance.protocol.forms import Form


def parameter(form: Form, name: str) -> str:
    """Point to a parameter of a form in the document."""
    schema = "GenerateParameters" if form.dialect == "generate" else form.schema
    return f"#/components/schemas/{schema}/properties/{name}"


def with_grammar(form: Form) -> tuple[str, ...]:
    """Give what a request with a grammar needs: the capability, and the parameter in the document."""
    return ("grammar", parameter(form, form.grammar_name))
