"""No grammar that the suite sends refers to anything: a JSON schema that refers to itself ends a TGI 3.3."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from tests.selftest.altered import altered

from tgi_conformance.config.run_config import RunConfig
from tgi_conformance.contract.contract import pinned_contract
from tgi_conformance.contract.generation import cases, cheap, request_of
from tgi_conformance.engine.run import run
from tgi_conformance.http.target import Target
from tgi_conformance.results.deviations import shipped_deviations
from tgi_conformance.results.levels import Verdict
from tgi_reference.injection.hooks import Catalogue
from tgi_reference.settings import Settings

if TYPE_CHECKING:
    from tgi_reference.injection.call import Call

CATALOGUE = Catalogue("recording")
BODIES: list[bytes] = []
GRAMMARS = (b'"grammar"', b'"response_format"', b'"tools"')
ITSELF = {"properties": {"a": {"$ref": "#"}}}
WITH_GRAMMARS = [name for name in pinned_contract().operations if name.startswith("POST")]
QUICK = settings(
    database=None, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), max_examples=300
)


@CATALOGUE.request()
def records_bodies(call: Call) -> None:
    """Nothing is changed, and every body is kept."""
    BODIES.append(call.raw)


def refers(node: Any) -> bool:
    """Whether a reference stands anywhere in a body, or in JSON that is a text there."""
    if isinstance(node, dict):
        return "$ref" in node or any(map(refers, node.values()))
    if isinstance(node, list):
        return any(map(refers, node))
    value = read(node) if isinstance(node, str) else None
    return isinstance(value, (dict, list)) and refers(value)


def read(text: str | bytes) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


@pytest.mark.parametrize("grammar", [ITSELF, json.dumps(ITSELF), '{"properties":{"\\u0024ref":"#"}}'])
def test_a_reference_is_found_anywhere(grammar: Any) -> None:
    assert refers({"parameters": {"grammar": {"type": "json", "value": grammar}}})
    assert refers({"tools": [{"function": {"arguments": grammar}}]})
    assert not refers({"inputs": "the $ref of a schema"})


def test_no_request_of_a_run_contains_a_reference() -> None:
    BODIES.clear()
    with altered(tuple(CATALOGUE), Settings(quiet=True)) as url:
        report = run(RunConfig(target=Target(url), deviations=shipped_deviations()))
    grammars = [body for body in BODIES if any(name in body for name in GRAMMARS)]

    assert Verdict.CONFORMS is report.verdict
    assert len(grammars) > 50
    assert [] == [body for body in BODIES if refers(read(body))]


@pytest.mark.parametrize("negative", [False, True], ids=["positive", "negative"])
@pytest.mark.parametrize("name", WITH_GRAMMARS)
def test_no_generated_request_contains_a_reference(name: str, *, negative: bool) -> None:
    contract = pinned_contract()
    drawn: list[bytes] = []

    @settings(QUICK, max_examples=30)
    @given(cases(contract, contract.operations[name], negative=negative))
    def draw(case: Any) -> None:
        drawn.append(request_of(case).content or b"")

    draw()
    assert len(drawn) > 5
    assert [] == [body for body in drawn if refers(read(body))]


LEAVES = (
    st.none() | st.booleans() | st.integers() | st.sampled_from(["#", json.dumps(ITSELF), "#/properties/a"])
)
KEYS = st.sampled_from(["$ref", "properties", "value", "parameters", "grammar", "tools", "inputs"])


def nested(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4) | inner.map(json.dumps)


@QUICK
@given(st.recursive(LEAVES, nested, max_leaves=12))
@example(json.dumps(json.dumps(ITSELF)))
def test_references_are_removed_from_any_generated_value(body: Any) -> None:
    assert not refers(cheap(body))
