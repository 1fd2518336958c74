"""The pinned document: the structure that TGI serves, a description at every place, and only known faults."""

from __future__ import annotations

import copy
import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from openapi_spec_validator import OpenAPIV30SpecValidator

from tgi_document.operations import operations
from tgi_document.pinned import pinned_document, pinned_path, structure
from tgi_document.walk import Role, walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgi_document.walk import Node

SERVED = Path(__file__).parents[1] / "data" / "interface" / "tgi-3.3.7.json"
PINNED = pinned_document()
COMPOSITIONS = ("oneOf", "allOf", "anyOf")

NUMERIC_EXCLUSIVE_MINIMUMS = (
    *("best_of", "frequency_penalty", "repetition_penalty", "seed", "temperature"),
    *("top_k", "top_n_tokens", "top_p", "typical_p"),
)
"""Members of GenerateParameters whose `exclusiveMinimum` is a number; OpenAPI 3.0 knows only a boolean."""

MISTYPED_DEFAULTS = {
    "ChatRequest": ("max_tokens", "response_format"),
    "CompatGenerateRequest": ("stream",),
    "CompletionRequest": ("max_tokens",),
    "GenerateParameters": (
        *("best_of", "decoder_input_details", "details", "do_sample", "frequency_penalty", "grammar"),
        *("max_new_tokens", "repetition_penalty", "return_full_text", "seed", "temperature", "top_k"),
        *("top_n_tokens", "top_p", "truncate", "typical_p", "watermark"),
    ),
    "StreamResponse": ("details",),
}
"""Members whose default is a string ("1024", "null", "true") where their type is another."""

FAULTS = [
    *(("GenerateParameters", member, "exclusiveMinimum") for member in NUMERIC_EXCLUSIVE_MINIMUMS),
    *((schema, member, "default") for schema, members in MISTYPED_DEFAULTS.items() for member in members),
]
"""All that makes the document no valid OpenAPI 3.0: (schema, member, keyword)."""


def flat(value: Any, pointer: str = "") -> Iterator[tuple[str, str]]:
    """Yield every string, number, boolean and null as JSON, each with its pointer."""
    if isinstance(value, (dict, list)):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from flat(inner, f"{pointer}/{key}")
    else:
        yield pointer, json.dumps(value)


def without_faults(kept: tuple[str, str, str] | None = None) -> dict[str, Any]:
    """Give the pinned document without its known faults, except for `kept`."""
    document = copy.deepcopy(PINNED)
    for schema, member, keyword in FAULTS:
        if (schema, member, keyword) != kept:
            del document["components"]["schemas"][schema]["properties"][member][keyword]
    return document


def errors(document: dict[str, Any]) -> list[str]:
    return [error.message for error in OpenAPIV30SpecValidator(document).iter_errors()]


def is_described_place(node: Node) -> bool:
    """Tell whether a client's author looks for a description here."""
    parent, key = node.path or ((), "")
    grandparent_key = parent[1] if parent else ""
    is_entry = node.role is Role.KEYWORDS and grandparent_key in {"properties", "schemas", "responses"}
    is_inline_variant = grandparent_key in COMPOSITIONS and "$ref" not in node.value
    # A `oneOf` or `allOf` inside `properties` would be a member's name; this interface has no such member.
    return is_entry or is_inline_variant or key in {"info", "requestBody"}


def described_places() -> list[Node]:
    return [node for node in walk(PINNED) if is_described_place(node)]


def test_structure_is_exactly_what_tgi_serves() -> None:
    served = structure(json.loads(SERVED.read_text("utf-8")))

    # Dumped, because the order of members counts too.
    assert json.dumps(served) == json.dumps(structure(PINNED))


def test_nothing_but_prose_was_added() -> None:
    served = set(flat(json.loads(SERVED.read_text("utf-8"))))
    pinned = set(flat(PINNED))

    # The responses of the served document have empty descriptions, since OpenAPI requires the member.
    assert {("description", '""')} == {(pointer.rsplit("/", 1)[1], text) for pointer, text in served - pinned}
    assert {"description", "summary"} == {pointer.rsplit("/", 1)[1] for pointer, _ in pinned - served}


def test_every_operation_has_a_summary_and_a_description() -> None:
    bare = [
        key
        for key, operation in operations(PINNED).items()
        if not (operation.get("summary", "").strip() and operation.get("description", "").strip())
    ]

    assert [] == bare
    assert 12 == len(operations(PINNED))


def test_every_place_a_client_author_looks_at_is_described() -> None:
    places = described_places()

    assert [] == [node.pointer for node in places if not node.value.get("description", "").strip()]
    # 55 schemas, 199 members, 18 inline variants, 40 responses, 8 request bodies, info.
    assert 55 + 199 + 18 + 40 + 8 + 1 == len(places)
    assert [] == [tag["name"] for tag in PINNED["tags"] if not tag["description"].strip()]


def test_descriptions_are_sentences_that_say_something_of_their_place() -> None:
    texts = Counter(node.value["description"] for node in described_places())

    # A text may serve places that mean the same (`created` of two answers), not fill places in bulk.
    assert [] == [text for text, count in texts.items() if count > 3]
    assert [] == [text for text in texts if not text.endswith(".") or len(text) > 600 or "\n" in text]


def test_without_its_known_faults_the_document_is_valid() -> None:
    assert [] == errors(without_faults())


@pytest.mark.parametrize("fault", FAULTS, ids="-".join)
def test_each_known_fault_is_one(fault: tuple[str, str, str]) -> None:
    assert errors(without_faults(kept=fault))


def test_file_is_formatted_as_regeneration_would() -> None:
    expected = json.dumps(PINNED, indent=2, ensure_ascii=False) + "\n"

    assert expected == pinned_path().read_text("utf-8")
