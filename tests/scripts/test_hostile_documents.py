"""Generating from a stranger's document: a correct client or a clear error, and nothing else happens."""

from __future__ import annotations

import builtins
import copy
import importlib
import importlib.util
import json
import pkgutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.scripts.hostile_documents import corpus, document, reference, with_text

from tgi_client_generator.generate import generate
from tgi_client_generator.overlay import Overlay
from tgi_document.errors import DocumentError
from tgi_document.load import parse_document

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

DOCUMENTS = corpus()
WHOLE = (Path(__file__).parent.parent / "data" / "documents" / "utoipa-jobs.json").read_text()

REFUSED = {
    *("text-empty", "many-members", "many-enum-values", "many-schemas", "many-variants"),
    *("deep-arrays", "own-reference", "circle-of-references", "laughing-unions", "laughing-distribution"),
    *("reference-chain", "object-chain", "file-reference", "url-reference", "relative-reference"),
    "reference-into-data",
    *("header-name", "no-status", "odd-media-types", "no-slash"),
}
"""Documents for which there is a clear error instead of a client."""


@pytest.fixture(autouse=True)
def alarm() -> Iterator[None]:
    """Nothing of a document is ever run: what it would do is set this."""
    yield
    assert not hasattr(builtins, "PWNED")


def imported(package: Path, name: str) -> ModuleType:
    """Import a package and all that is in it, under a name of its own."""
    found = importlib.util.spec_from_file_location(
        name, package / "__init__.py", submodule_search_locations=[str(package)]
    )
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    sys.modules[name] = module
    found.loader.exec_module(module)
    for item in pkgutil.walk_packages([str(package)], f"{name}."):
        importlib.import_module(item.name)
    return module


def forget(name: str) -> None:
    for module in [item for item in sys.modules if item == name or item.startswith(f"{name}.")]:
        del sys.modules[module]


def written(content: Any, folder: Path) -> ModuleType:
    """Generate from a document, and give the imported client."""
    parsed = parse_document(json.dumps(content).encode(), "document")
    generated = generate(parsed, Overlay(()), folder)
    assert generated.operations_in == generated.operations_out
    forget("stranger")
    return imported(folder / "tgi_client", "stranger")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_gives_a_client_or_an_error(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    if name in REFUSED:
        with pytest.raises(DocumentError) as raised:
            written(DOCUMENTS[name], folder)
        assert str(raised.value).isprintable()
        assert len(str(raised.value)) < 700
    else:
        written(DOCUMENTS[name], folder)
    assert [folder] == list(tmp_path.iterdir())


def test_the_corpus_is_large_enough() -> None:
    assert len(DOCUMENTS) >= 40
    assert REFUSED <= DOCUMENTS.keys()


NAMES = st.text(max_size=12) | st.sampled_from(
    [
        "class",
        "self",
        "from_dict",
        "UNSET",
        "a-b",
        "a_b",
        "aB",
        "__init__",
        '"""',
        "'",
        "\\",
        "{{a}}",
        "\n",
        "Any",
    ]
)
SCALARS = st.sampled_from([{"type": kind} for kind in ("string", "integer", "number", "boolean")] + [{}])


@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(members=st.dictionaries(NAMES, SCALARS, min_size=1, max_size=6), data=st.data())
def test_members_of_any_name_come_back(
    members: dict[str, Any], data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    required = data.draw(st.lists(st.sampled_from(sorted(members)), unique=True))
    schema = {"type": "object", "properties": members, "required": required}
    module = written(document({"Thing": schema}), tmp_path_factory.mktemp("out"))
    model = importlib.import_module(f"{module.__name__}.models").Thing
    values = {"string": "x", "integer": 2**64, "number": 0.5, "boolean": True, None: [None]}
    wire = {name: values[member.get("type")] for name, member in members.items()}
    instance = model.from_dict({**wire, "another\n": 1})
    assert {"another\n": 1} == instance.additional_properties
    assert {**wire, "another\n": 1} == instance.to_dict()
    assert instance == model.from_dict(instance.to_dict())


def test_a_member_that_holds_a_model_may_be_called_like_a_variable(tmp_path: Path) -> None:
    names = ["d", "self", "cls", "src_dict", "missing", "item", "key", "value", "_d"]
    inner = {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}
    one, several = {"$ref": "#/components/schemas/Inner"}, {"type": "array", "items": inner}
    kinds = {name: one if index % 2 else several for index, name in enumerate(names)}
    thing = {"type": "object", "properties": kinds, "required": names[:4]}
    module = written(document({"Thing": thing, "Inner": inner}), tmp_path)
    model = importlib.import_module(f"{module.__name__}.models").Thing
    wire = {name: {"a": "x"} if index % 2 else [{"a": "x"}, {"a": "y"}] for index, name in enumerate(names)}
    for source in (wire, {name: wire[name] for name in names[:4]}, {**wire, "another": 1}):
        assert source == model.from_dict(source).to_dict()
        assert source.keys() - set(names) == model.from_dict(source).additional_properties.keys()


@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(min_size=1, max_size=30))
def test_any_text_anywhere_gives_a_client_or_an_error(
    text: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    try:
        written(with_text(text), tmp_path_factory.mktemp("out"))
    except DocumentError as error:
        problem = str(error)
    else:
        problem = ""
    assert not problem or problem.isprintable()


@pytest.mark.parametrize("value", ["'''", '"""', "\\", "{x}", "\u202e", "a\nb", "__import__('os')"])
def test_values_of_enums_and_paths_are_what_the_document_says(value: str, tmp_path: Path) -> None:
    schema = {
        "type": "object",
        "properties": {"a": {"type": "string", "enum": [value, "b"]}, "b": {"const": value}},
    }
    path = f"/x/{value.replace('{', '').replace('}', '')}/y"
    operation = {
        "operationId": "op",
        "responses": {"200": {"description": "", "content": {"application/json": {}}}},
    }
    module = written(document({"Thing": schema}, {path: {"get": operation}}), tmp_path)
    model = importlib.import_module(f"{module.__name__}.models").Thing
    assert value == model.from_dict({"a": value, "b": value}).a
    call = importlib.import_module(f"{module.__name__}.api.default.op")._call()  # noqa: SLF001
    assert path == call.path


def test_a_reference_to_a_name_with_signs_finds_it(tmp_path: Path) -> None:
    name = "a/b~c%2F d"
    schema = {"type": "object", "properties": {"x": {"type": "string"}}}
    holder = {"type": "object", "properties": {"y": {"$ref": reference(name)}}}
    module = written(document({"Holder": holder, name: schema}), tmp_path)
    models = importlib.import_module(f"{module.__name__}.models")
    assert "x" == models.Holder.from_dict({"y": {"x": "x"}}).y.x


JUNK: list[Any] = [
    *(None, True, False, 0, -1, 1.5, "", "x", "null", [], {}, [1], ["a"], [{}], {"a": 1}),
    *({"$ref": "#/info"}, {"$ref": "#/components/schemas/Job"}, {"$ref": "#/components/schemas/Job/example"}),
    *({"oneOf": [True, {"type": "string"}]}, {"allOf": []}, {"enum": []}, {"type": []}, {"const": None}),
    *({"x-error-events": 5}, {"properties": {"": {}}}, {"discriminator": {}}, {"required": True}),
]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from places(item, (*path, key))


@settings(deadline=None, max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_spoilt_document_gives_a_client_or_an_error(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    content = json.loads(WHOLE)
    for _ in range(data.draw(st.integers(1, 3))):
        *above, key = data.draw(st.sampled_from(list(places(content))))
        holder = content
        for step in above:
            holder = holder[step]
        holder[key] = copy.deepcopy(data.draw(st.sampled_from(JUNK)))
    try:
        written(content, tmp_path_factory.mktemp("out"))
    except DocumentError as error:
        problem = str(error)
    else:
        problem = ""
    assert not problem or problem.isprintable()
