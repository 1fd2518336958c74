"""Documents of other servers: losses are named, corrections are chosen, clients have names of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from tests.conftest import Reply
from tests.scripts.hostile_documents import document

from regenerate import main

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Site

OBJECT = {"type": "object", "properties": {"a": {"type": "string"}}}
AT = "#/components/schemas/Thing"


def holding(schema: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {"x": schema}}


def generated(content: dict[str, Any], folder: Path, *arguments: str) -> int:
    spec = folder / "spec.json"
    spec.write_text(json.dumps(content))
    return main(["--spec", str(spec), "--out", str(folder / "out"), *arguments])


def reported(content: dict[str, Any], folder: Path, *arguments: str) -> dict[str, Any]:
    assert 0 == generated(content, folder, "--quiet", "--report", str(folder / "report.json"), *arguments)
    value: dict[str, Any] = json.loads((folder / "report.json").read_text())
    return value


LOSSES = [
    (holding({"oneOf": [OBJECT, {"$recursiveRef": "#"}]}), "/properties/x/oneOf/1", "$recursiveRef"),
    (holding({"type": "array", "items": {"$dynamicRef": "#node"}}), "/properties/x/items", "$dynamicRef"),
    (holding({"$ref": "#/components/schemas/Nothing"}), "/properties/x", "$ref"),
    (holding({"type": "decimal"}), "/properties/x", "type"),
    (holding({"enum": [{"a": 1}, {"a": 2}]}), "/properties/x", "enum"),
    (holding({"type": "array", "prefixItems": [{"type": "string"}, OBJECT]}), "/properties/x", "prefixItems"),
    ({**OBJECT, "patternProperties": {"^x-": {"type": "string"}}}, "", "patternProperties"),
    ({"type": "object", "patternProperties": {"^x-": {"type": "string"}}}, "", "patternProperties"),
    ({**OBJECT, "dependentSchemas": {"a": OBJECT}}, "", "dependentSchemas"),
    ({**OBJECT, "if": {"required": ["a"]}, "then": OBJECT}, "", "then"),
    ({**OBJECT, "oneOf": [{"type": "object", "properties": {"b": {}}}, OBJECT]}, "", "oneOf"),
    ({"allOf": [OBJECT, {"type": "string"}]}, "", "allOf"),
]


@pytest.mark.parametrize(("schema", "place", "keyword"), LOSSES)
def test_what_cannot_be_expressed_is_a_named_loss_or_refused(
    schema: dict[str, Any], place: str, keyword: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = document({"Thing": schema})
    value = reported(content, tmp_path)
    assert [(AT + place, keyword)] == [(loss["pointer"], loss["keyword"]) for loss in value["losses"]]
    assert value["operations"]["in"] == value["operations"]["out"]

    assert 2 == main(
        ["--spec", str(tmp_path / "spec.json"), "--out", str(tmp_path / "strict"), "--quiet", "--strict"]
    )
    assert f"spec.json: --strict: {AT + place}: {keyword}: " in capsys.readouterr().err
    assert not (tmp_path / "strict").exists()


@pytest.mark.parametrize(
    "schema",
    [
        {**OBJECT, "oneOf": [{"required": ["a"]}, {"required": ["b"]}]},
        {**OBJECT, "not": {"required": ["a"]}, "propertyNames": {"maxLength": 9}, "minProperties": 1},
        {**OBJECT, "if": {"required": ["a"]}, "then": {"required": ["b"]}},
        {"allOf": [OBJECT, {"type": "object", "properties": {"b": {}}}]},
        holding({"enum": ["a", 1, 1.5, None, True]}),
    ],
)
def test_what_is_typed_as_the_document_says_is_no_loss(schema: dict[str, Any], tmp_path: Path) -> None:
    assert [] == reported(document({"Thing": schema}), tmp_path, "--strict")["losses"]


def test_a_loss_is_typed_as_anything(tmp_path: Path) -> None:
    reported(document({"Thing": LOSSES[0][0]}), tmp_path)
    assert "x: Any | Unset = UNSET" in (tmp_path / "out" / "tgi_client" / "models" / "thing.py").read_text()


def test_the_log_names_losses_in_ten_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    members = {f"m{index}": {"type": "decimal"} for index in range(9)}
    assert 0 == generated(document({"Thing": {"type": "object", "properties": members}}), tmp_path)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) <= 10
    assert "losses: 9 (unknown-type 9)" in lines
    assert f'  {AT}/properties/m0: type: type "decimal" is none of OpenAPI, any value is taken' in lines
    assert "  and 5 more" in lines


# Corrections

RIGHT = {"target": "$.components.schemas.Thing", "update": {"description": "Corrected."}}
WRONG = {"target": "$.components.schemas.Nothing", "update": {}}


def overlay(folder: Path, *actions: dict[str, Any], **more: Any) -> str:
    declared = [{"description": "why", "x-evidence": "seen", **action} for action in actions]
    path = folder / "corrections.yaml"
    path.write_text(yaml.safe_dump({"overlay": "1.0.0", "info": {}, "actions": declared, **more}))
    return str(path)


def test_corrections_of_ones_own_are_applied(tmp_path: Path) -> None:
    value = reported(document({"Thing": OBJECT}), tmp_path, "--corrections", overlay(tmp_path, RIGHT))
    assert {"applied": True, "reason": None} == value["corrections"]
    assert '"""Corrected.' in (tmp_path / "out" / "tgi_client" / "models" / "thing.py").read_text()


@pytest.mark.parametrize(
    ("actions", "more", "expected"),
    [
        (
            (RIGHT, WRONG),
            {},
            'corrections.yaml: not applied: target "$.components.schemas.Nothing" is not there',
        ),
        ((RIGHT,), {"x-applies-to": {"title": "Other"}}, 'not applied: written for "Other"'),
    ],
)
def test_corrections_of_ones_own_that_do_not_fit_are_an_error(
    actions: tuple[Any, ...],
    more: dict[str, Any],
    expected: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    chosen = ("--quiet", "--corrections", overlay(tmp_path, *actions, **more))
    assert 2 == generated(document({"Thing": OBJECT}), tmp_path, *chosen)
    assert expected in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_the_corrections_to_tgi_leave_other_servers_alone_and_can_be_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 0 == generated(document({"Thing": OBJECT}), tmp_path)
    assert 'corrections: none, written for "Text Generation Inference", this is ' in capsys.readouterr().err

    out = str(tmp_path / "tgi")
    assert 0 == main(["--out", out, "--no-corrections"])
    assert "corrections: none, none wanted" in capsys.readouterr().err
    assert not (tmp_path / "tgi" / "tgi_client" / "models" / "model_list.py").exists()

    assert 2 == main(["--out", out, "--no-corrections", "--corrections", "x.yaml"])
    assert "--no-corrections and --corrections exclude each other" in capsys.readouterr().err


# Names


@pytest.mark.parametrize("name", ["Client", "1a", "a b", "class", "../a", "httpx", "json", "", "a" * 61, "é"])
def test_a_package_is_named_by_a_word_of_its_own(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 2 == generated(document({"Thing": OBJECT}), tmp_path, "--package", name)
    shown = capsys.readouterr().err
    assert "--package " in shown
    assert 1 == shown.count("\n")
    assert not (tmp_path / "out").exists()


def test_a_folder_holds_one_client(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    content = document({"Thing": OBJECT})
    assert 0 == generated(content, tmp_path, "--quiet", "--package", "one")
    assert 2 == generated(content, tmp_path, "--quiet", "--package", "two")
    assert (
        f"{tmp_path / 'out' / 'one'}: another client, expected a folder of its own for each"
        in capsys.readouterr().err
    )
    assert 0 == generated(content, tmp_path, "--check", "--quiet", "--package", "one")


PROGRAM = """
import sys
import one_client, two_client.errors
from one_client.api.default import get_thing as one
from two_client.api.default import get_thing as two

url = sys.argv[1]
with one_client.Client(url + "/one") as first, two_client.Client(url + "/two") as second:
    print(one.sync(client=first).a, two.sync(client=second).b)
print(one_client.Client is two_client.Client)
"""


def test_clients_of_two_servers_live_in_one_environment(site: Site, tmp_path: Path) -> None:
    for name, member in (("one", "a"), ("two", "b")):
        schema = {"type": "object", "properties": {member: {"type": "string"}}, "required": [member]}
        answer = {"description": "", "content": {"application/json": {"schema": schema}}}
        operation = {"operationId": "get_thing", "responses": {"200": answer}}
        folder = tmp_path / name
        folder.mkdir()
        content = document({}, {"/thing": {"get": operation}})
        assert 0 == generated(content, folder, "--quiet", "--package", f"{name}-client")
        site.replies[f"/{name}/thing"] = Reply(json.dumps({member: f"from {name}"}).encode())
    folders = [str(tmp_path / name / "out") for name in ("one", "two")]
    for name in ("one", "two"):
        wheel = (tmp_path / name / "out" / "pyproject.toml").read_text()
        assert f'name = "{name}-client"' in wheel
        assert f'packages = ["{name}_client"]' in wheel
        assert f"from {name}_client import Client" in (tmp_path / name / "out" / "README.md").read_text()
        entries = {path.name for path in (tmp_path / name / "out").iterdir()}
        assert {"README.md", f"{name}_client", "pyproject.toml"} == entries
    done = subprocess.run(  # noqa: S603 (our own)
        [sys.executable, "-c", f"import sys; sys.path[:0] = {folders}\n{PROGRAM}", site.url],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ("from one from two\nFalse\n", "") == (done.stdout, done.stderr)


# Parameters of a query


def parameter(**more: Any) -> dict[str, Any]:
    return {"name": "p", "in": "query", "schema": {}, **more}


@pytest.mark.parametrize(
    ("style", "value", "expected"),
    [
        ({}, ["a", "b"], [("p", "a"), ("p", "b")]),
        ({"explode": False}, ["a", "b"], [("p", "a,b")]),
        ({"style": "pipeDelimited"}, ["a", 1], [("p", "a|1")]),
        ({"style": "spaceDelimited", "explode": False}, ["a", "b"], [("p", "a b")]),
        ({"style": "spaceDelimited", "explode": True}, ["a", "b"], [("p", "a"), ("p", "b")]),
        (
            {"style": "deepObject", "explode": True},
            {"a": "x", "b": [1, 2]},
            [("p[a]", "x"), ("p[b]", "1"), ("p[b]", "2")],
        ),
        ({"style": "deepObject"}, None, []),
        ({"explode": False}, None, []),
    ],
)
def test_a_query_is_written_in_the_style_of_the_document(
    style: dict[str, Any], value: Any, expected: list[tuple[str, str]], tmp_path: Path
) -> None:
    operation = {
        "operationId": "op",
        "parameters": [parameter(**style)],
        "responses": {"200": {"description": ""}},
    }
    assert [] == reported(document({}, {"/a": {"get": operation}}), tmp_path)["losses"]
    program = (
        f"import sys; sys.path.insert(0, {str(tmp_path / 'out')!r})\n"
        f"from tgi_client.api.default.op import _call\nprint(list(_call(p={value!r}).params))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)  # noqa: S603
    assert f"{expected}\n" == done.stdout


def test_an_unknown_style_is_a_loss(tmp_path: Path) -> None:
    operation = {"parameters": [parameter(style="matrix")], "responses": {"200": {"description": ""}}}
    value = reported(document({}, {"/a": {"get": operation}}), tmp_path)
    assert [("#/paths/~1a/get/parameters/0", "style")] == [
        (loss["pointer"], loss["keyword"]) for loss in value["losses"]
    ]


def strictly_typed(folder: Path) -> str:
    command = [sys.executable, "-m", "mypy", "--strict", "--no-incremental", "--config-file", "", "."]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603
    return done.stdout


def test_a_body_that_may_be_left_out_passes_strict_types(tmp_path: Path) -> None:
    kinds = (
        "application/json",
        "multipart/form-data",
        "application/x-www-form-urlencoded",
        "text/plain",
        "a/b",
    )
    paths = {
        f"/{index}": {"post": {"requestBody": {"content": {kind: {"schema": OBJECT}}}, "responses": {}}}
        for index, kind in enumerate(kinds)
    }
    assert 0 == generated(document({}, paths), tmp_path, "--quiet")
    assert strictly_typed(tmp_path / "out").startswith("Success")


def test_events_and_lists_of_models_beside_free_objects_pass_strict_types(tmp_path: Path) -> None:
    either = {"anyOf": [{"$ref": AT}, {"type": "object"}]}
    items = {"anyOf": [{"type": "array", "items": either}, {"type": "null"}]}
    stream = {"text/event-stream": {"schema": {"type": "string"}}}
    paths = {"/a": {"post": {"responses": {"200": {"description": "", "content": stream}}}}}
    schemas = {"Thing": {**OBJECT, "required": ["a"]}, "Holder": holding(items)}
    assert 0 == generated(document(schemas, paths), tmp_path, "--quiet")
    assert strictly_typed(tmp_path / "out").startswith("Success")
