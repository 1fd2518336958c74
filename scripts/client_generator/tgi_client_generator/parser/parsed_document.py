"""What is known of a document besides the simplified one that the generator's parser is given.

The parser sees a document whose every name is a safe token. Names on the wire, values of enums, paths and
prose stand in these tables, and enter the generated code only through `repr` and the docstring filter.
"""

from __future__ import annotations

from typing import Any

from attrs import define, field, frozen


@frozen
class Member:
    """A member of a model."""

    wire: str
    identifier: str
    description: str
    required: bool = False
    constants: tuple[Any, ...] = ()
    """The values that tell this model from others, if there are only some."""


@define
class ModelInfo:
    """A model."""

    description: str = ""
    members: dict[str, Member] = field(factory=dict)
    """By token."""

    hints: dict[str, tuple[Any, ...]] = field(factory=dict)
    """By the name of a member on the wire: values that a discriminator elsewhere gives for this model."""


@frozen
class EnumInfo:
    """An enum."""

    values: tuple[Any, ...]
    description: str
    named: bool
    """Whether the document gives it a name of its own, so that it gets a module."""


@frozen
class Parameter:
    """A parameter of an operation that is not in its body."""

    token: str
    wire: str
    identifier: str
    location: str
    required: bool
    description: str
    writing: str = ""
    """How a value in a query is written: `deepObject`, a sign that joins a list, or as usual."""


@frozen
class Body:
    """How an operation's body is sent."""

    media_type: str
    kind: str
    """`json`, `form`, `multipart`, `text` or `bytes`."""

    required: bool
    description: str
    streams_if_asked: bool
    """Whether it has a boolean member `stream`."""


@frozen
class AnswerInfo:
    """One documented answer: a status with one media type, or an event of a stream."""

    token: str

    statuses: tuple[int, int]
    """The first and the last status that it is for."""

    kind: str
    """`json`, `text`, `bytes`, `none`, `event` or `error-event`."""

    media_type: str
    description: str
    end: str | None = None
    """The data of the event that ends a stream, if the document tells of one."""


@frozen
class Operation:
    """An operation."""

    name: str
    tag: str
    method: str
    path: str
    summary: str
    description: str
    parameters: tuple[Parameter, ...]
    body: Body | None
    answers: tuple[AnswerInfo, ...]
    holder: str
    """The class in the simplified document whose members have the types of parameters, body and answers."""


@define
class ParsedDocument:
    """A simplified document, and the tables beside it."""

    title: str
    version: str
    description: str
    document: dict[str, Any] = field(factory=dict)
    classes: dict[str, str] = field(factory=dict)
    """Names of classes, by token. The tables below go by token, too."""

    models: dict[str, ModelInfo] = field(factory=dict)
    enums: dict[str, EnumInfo] = field(factory=dict)
    maps: set[str] = field(factory=set)
    """Classes that are not models but objects with any members of one type."""

    operations: dict[str, Operation] = field(factory=dict)
    """By the names of their modules."""
