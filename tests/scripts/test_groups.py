"""Where operations stand on a client, whatever their paths are."""

from __future__ import annotations

import pytest

from tgi_client_generator.parser.parsed_document import Operation
from tgi_client_generator.render.groups import groups


def operation(index: int, route: str) -> Operation:
    method, _, path = route.partition(" ")
    return Operation(f"op{index}", "tag", method, path, "", "", (), None, (), "")


def places(*routes: str) -> dict[str, list[str]]:
    """Give the names of operations in each group; the operations are called op0, op1 and so on."""
    found = [operation(index, route) for index, route in enumerate(routes)]
    return {group.class_name: [item.name for item in group.operations] for group in groups(found)}


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["POST /generate"], {"Operations": ["generate"]}),
        (["POST /"], {"Operations": ["op0"]}),
        (["POST /v1/completions"], {"Operations": ["completions"]}),
        (["POST /api/v2/chat"], {"Operations": ["chat"]}),
        (["GET /v1"], {"Operations": ["op0"]}),
        (
            ["POST /v1/chat/completions", "POST /v1/completions"],
            {"ChatOperations": ["completions"], "Operations": ["completions"]},
        ),
        (["GET /files", "POST /files"], {"Operations": ["op0", "op1"]}),
        (["GET /files/{id}"], {"Operations": ["op0"]}),
        (["GET /chat", "GET /chat/completions"], {"Operations": ["chat", "op1"]}),
        (["GET /a/b", "GET /a/c/d"], {"AOperations": ["b"], "ACOperations": ["d"], "Operations": []}),
        (["GET /headers", "GET /close"], {"Operations": ["headers_", "close_"]}),
        (["GET /property", "GET /class"], {"Operations": ["property_", "class_"]}),
        (["GET /日本"], {"Operations": ["op0"]}),
        (["GET /v1/a", "GET /v2/a"], {"Operations": ["op0", "op1"]}),
        (["GET /a-b", "GET /a_b"], {"Operations": ["op0", "op1"]}),
    ],
)
def test_a_path_tells_the_place(paths: list[str], expected: dict[str, list[str]]) -> None:
    assert expected == places(*paths)
