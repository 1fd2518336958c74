"""The generator: openapi-python-client with our templates, given a document without a stranger's names."""

from __future__ import annotations

import contextlib
import io
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from attrs import frozen
from openapi_python_client import Project
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.properties import Class

from tgi_client_generator.names import module_of
from tgi_client_generator.output import FILES, MARK
from tgi_client_generator.render.docstrings import described, docstring
from tgi_client_generator.render.expressions import Expressions, literal
from tgi_client_generator.render.groups import groups
from tgi_client_generator.render.import_depth import check_import_depth
from tgi_client_generator.render.metadata import description_of, rows, sample, wheel_version
from tgi_client_generator.render.model_view import ModelViews, set_literal
from tgi_client_generator.render.operation_view import OperationViews
from tgi_common.text import quoted
from tgi_document.errors import DocumentError

if TYPE_CHECKING:
    from tgi_client_generator.parser.parsed_document import ParsedDocument

TEMPLATES = Path(__file__).parent / "templates"

_SHARED = (
    "codec.py",
    "events.py",
    "exchange.py",
    "py.typed",
    "retries.py",
    "sse.py",
    "streams.py",
    "whole.py",
)
"""Modules that are the same for every document, beside those that the generator knows by name."""


@frozen
class EnumView:
    """An enum with a name."""

    name: str
    type: str
    docstring: str


def write_project(parsed: ParsedDocument, folder: Path, package: str) -> None:
    """Write the package and what builds a wheel of it.

    Args:
        parsed: The document.
        folder: An empty folder.
        package: The name of the package.

    Raises:
        DocumentError: When the generator leaves something out.
    """
    project = _project(parsed, folder / package)
    with contextlib.redirect_stdout(io.StringIO()):
        errors = project.build()
    if errors:
        first = errors[0]
        raise DocumentError(
            f"the generator refuses the document: {quoted(f'{first.header} {first.detail}', 400)}"
        )
    for name in _SHARED:
        shutil.copyfile(TEMPLATES / "package" / name, folder / package / name)
    text = project.env.get_template("operations.py.jinja").render()
    (folder / package / "operations.py").write_text(text, encoding="utf-8")
    for name in FILES:
        text = project.env.get_template(f"{name}.jinja").render()
        (folder / name).write_text(text, encoding="utf-8")
    _format(folder / package)


def _format(folder: Path) -> None:
    """Format the package with the ruff of this environment, by settings of our own only."""
    # -I, since Python would otherwise look for modules in the current folder.
    command = [sys.executable, "-I", "-m", "ruff", "format", "--isolated", "--no-cache", *_STYLE, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 (no shell)
    if done.returncode:
        raise DocumentError(f"what was generated is not Python: {quoted(done.stderr, 400)}")


_STYLE = ("--line-length", "110", "--target-version", "py310")


def _project(parsed: ParsedDocument, folder: Path) -> Project:
    config = _config(folder)
    data = GeneratorData.from_dict({"openapi": "3.1.0", "info": _INFO, **parsed.document}, config=config)
    if not isinstance(data, GeneratorData):
        raise DocumentError(f"the generator refuses the document: {quoted(str(data.detail), 400)}")
    project = Project(openapi=data, config=config, custom_template_path=TEMPLATES)
    maps = {
        str(model.class_info.name): model
        for model in data.models
        if str(model.class_info.name) in parsed.maps
    }
    holders = [model for model in data.models if str(model.class_info.name) not in parsed.classes]
    _rename(data, parsed)
    _add_filters(project, Expressions(parsed, maps), holders)
    return project


_NOTICE = (f"{MARK}; edits are lost.",)

_INFO = {"title": "client", "version": "0"}


def _rename(data: GeneratorData, parsed: ParsedDocument) -> None:
    """Give models and enums the names of their modules; maps and enums without a name get none."""
    models = parsed.classes.keys() - parsed.maps
    data.models = [model for model in data.models if str(model.class_info.name) in models]
    data.enums = [enum for enum in data.enums if parsed.enums[str(enum.class_info.name)].named]
    for item in (*data.models, *data.enums):
        token = str(item.class_info.name)
        module: Any = module_of(parsed.classes[token])
        item.class_info = Class(name=cast("Any", token), module_name=module)


def _add_filters(project: Project, code: Expressions, holders: list[Any]) -> None:
    parsed, data = code.parsed, project.openapi
    models, operations = ModelViews(code, list(data.models)), OperationViews(code, holders, list(data.models))
    endpoints = [one for group in data.endpoint_collections_by_tag.values() for one in group.endpoints]
    for endpoint in endpoints:
        for prop in operations.read(endpoint):
            models.must_tell(prop)
        for prop in operations.told_apart(endpoint):
            models.must_recognise(prop)
    views = {view.name: view for view in map(operations.view, endpoints)}
    model_views = {view.name: view for view in map(models.view, data.models)}
    check_import_depth({name: [other for _, other in view.imports] for name, view in model_views.items()})
    project.env.filters.update(
        repr=repr,
        toml=lambda text: json.dumps(text, ensure_ascii=False),
        markdown=lambda text: re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", text),
        set_literal=set_literal,
        model_view=lambda model: model_views[code.class_name(model)],
        enum_view=lambda enum: _enum_view(enum, code),
        operation_view=lambda endpoint: views[operations.name(endpoint)],
    )
    names = [parsed.classes[str(item.class_info.name)] for item in (*data.models, *data.enums)]
    project.env.globals.update(
        class_modules={name: module_of(name) for name in sorted(names)},
        package_docstring=docstring([f"{description_of(parsed)}.", "", *_NOTICE], 0),
        mark=MARK,
        distribution=project.package_name.replace("_", "-"),
        wheel_version=wheel_version(parsed.version),
        wheel_description=description_of(parsed),
        operation_rows=rows(parsed, views),
        sample=sample(parsed, views),
        groups=groups(parsed.operations.values()),
    )


def _enum_view(enum: Any, code: Expressions) -> EnumView:
    info = code.parsed.enums[code.token(enum)]
    text = docstring(described(info.description, "The known values; a server may have others.", 0), 0)
    return EnumView(code.class_name(enum), " | ".join(literal(info.values)), text)


def _config(folder: Path) -> Config:
    settings = ConfigFile(literal_enums=True, post_hooks=[], package_name_override=folder.name)
    no_metadata = cast("Any", MetaType.NONE)  # a StrEnum, of which Python 3.10 knows nothing
    return Config.from_sources(settings, no_metadata, folder, "utf-8", overwrite=True, output_path=folder)
