"""What the template of an operation shows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from attrs import frozen

from tgi_client_generator.names import module_of
from tgi_client_generator.render.docstrings import described, docstring, paragraph, section
from tgi_client_generator.render.expressions import decoded_return, returned
from tgi_client_generator.render.model_lookup import ModelLookup, NoNulls
from tgi_client_generator.render.model_view import import_order, text_of
from tgi_client_generator.render.stream_view import FIRST_ERROR, StreamView, StreamViews, is_success
from tgi_document.repairs.shapes import PATH_PARAMETER

if TYPE_CHECKING:
    from tgi_client_generator.parser.parsed_document import AnswerInfo, Operation, Parameter
    from tgi_client_generator.render.expressions import Expressions

_READS = {"text": ("str", "answer.text()"), "bytes": ("bytes", "answer.content()"), "none": ("None", "None")}


@frozen
class ArgumentView:
    """An argument of the functions."""

    identifier: str
    declaration: str
    description: str


@frozen
class ReadView:
    """One way to read an answer."""

    condition: str
    """On its media type, or nothing."""

    statement: str


@frozen
class StatusView:
    """What is read for a status."""

    condition: str
    reads: list[ReadView]


@frozen
class OperationView:
    """An operation."""

    name: str
    method: str
    wire: str
    prose: tuple[str, str]
    """Summary and description."""

    path: str
    """Expression."""

    arguments: list[ArgumentView]
    call: list[str]
    """Lines of the arguments of `Call`."""

    body_kind: str
    body_is_required: bool
    sends_body: str
    """Expression for the body's value, where it is text or bytes."""

    streams_if_asked: bool
    has_unary: bool
    statuses: list[StatusView]
    result: str
    event: str
    """Type of the events, if it streams."""

    decoded_event: str
    decoded_errors: list[tuple[str, str]]
    error_type: str
    has_error_member: bool
    documented: list[tuple[str, str]]
    imports: list[tuple[str, str]]
    stream: StreamView
    no_nulls: NoNulls
    """Members of the body that are left out where they are null."""

    @property
    def reads_any_status(self) -> bool:
        """Whether there is a default, so that no status is unexpected."""
        return any(not status.condition for status in self.statuses)

    @property
    def event_or_error(self) -> str:
        """Type of the items of a stream that yields errors."""
        return self.event if self.event == "Any" else f"{self.event} | StreamError"

    @property
    def helpers(self) -> list[str]:
        """What the code takes from the module `codec`."""
        used = {name for name in _HELPERS if f"{name}(" in self._written}
        body = {"json": "to_json", "form": "to_form", "multipart": "to_multipart"}.get(self.body_kind)
        return sorted({*used, *([body, "payload_of"] if body else [])})

    @property
    def is_json(self) -> bool:
        """Whether the body is JSON, to which members can be added."""
        return self.body_kind == "json"

    @property
    def call_arguments(self) -> list[ArgumentView]:
        """What the functions take beside the document's arguments."""
        text = "Headers of this call, besides those of the client."
        more = [
            ArgumentView("timeout", "timeout: Timeout = UNSET", "Of this call; as the client's if unset."),
            ArgumentView("headers", "headers: Headers = None", text),
        ]
        if self.is_json:
            declared, text = "extra_body: Mapping[str, Any] | None = None", "Members that the document lacks."
            more.append(ArgumentView("extra_body", declared, f"{text} Objects are joined."))
        return more

    @property
    def bound_arguments(self) -> list[str]:
        """The declarations of the arguments of methods, the body first, by position."""
        body = [item.declaration for item in self.arguments if item.identifier == "body"]
        rest = [item.declaration for item in self.arguments if item.identifier != "body"]
        return [*body, "*", *rest, *(item.declaration for item in self.call_arguments)]

    @property
    def passed_arguments(self) -> str:
        """The arguments of methods, as they are passed on."""
        names = [item.identifier for item in [*self.arguments, *self.call_arguments]]
        return ", ".join(f"{name}={name}" for name in names)

    @property
    def typing_names(self) -> list[str]:
        """What the code takes from the module `typing`."""
        types = f"{self._declared} {self.result} {self.event} {self.error_type} {self.stream.whole}"
        used = {name for name in ("Any", "Literal") if re.search(rf"\b{name}\b", types)}
        used |= {"Any"} if self.body_kind or self.event else set()
        used |= {"Literal", "overload"} if self.event else set()
        used |= {"cast"} if "cast(" in self._written else set()
        return sorted({*used, "TYPE_CHECKING"}, key=import_order)

    @property
    def shared_types(self) -> list[str]:
        """What the code takes from the module `types`."""
        found = {name for name in ("File", "Unset") if re.search(rf"\b{name}\b", self._declared)}
        return sorted({"UNSET", *found, *(["Response"] if self.has_unary else [])}, key=import_order)

    @property
    def has_mapping(self) -> bool:
        """Whether an argument may be a plain object."""
        return "Mapping[" in self._declared or self.is_json

    @property
    def module_docstring(self) -> str:
        """The docstring of the module."""
        return docstring(paragraph(f"{self.method} {self.wire}", 100), 0)

    @property
    def docstring(self) -> str:
        """The docstring of a function that gives what was read."""
        return self._docstring("What the answer holds.", "Send the request and give what the answer holds.")

    @property
    def docstring_bound(self) -> str:
        """The docstring of the method that does the same."""
        text = "Send the request and give what the answer holds."
        return self._docstring("What the answer holds.", text, 8)

    @property
    def docstring_stream_bound(self) -> str:
        """The docstring of the method that gives events."""
        return self._docstring("The events.", "Send the request and give the events of the answer.", 8)

    @property
    def decodes_event(self) -> str:
        """Expression for the function that makes a model of an event; a model's method if that is all."""
        only = re.fullmatch(r"return (\w+\.from_dict)\(value\)", self.decoded_event)
        return only[1] if only else "_event"

    @property
    def docstring_detailed(self) -> str:
        """The docstring of a function that gives the whole answer."""
        return self._docstring("The answer: status, headers, and what it holds.", "Send the request.")

    @property
    def docstring_stream(self) -> str:
        """The docstring of a function that gives events."""
        text = 'The events. With `errors="yield"` one that tells of an error is among them, as a StreamError.'
        return self._docstring(text, "Send the request and give the events of the answer.")

    def _docstring(self, returns: str, fallback: str, indent: int = 4) -> str:
        summary, description = self.prose
        text = f"{summary}\n\n{description}" if summary and description else summary or description
        arguments = [("client", "Where the server is.")] if indent == _FUNCTION else []
        arguments += [
            (item.identifier, item.description or _UNDESCRIBED.get(item.identifier, ""))
            for item in [*self.arguments, *self.call_arguments]
        ]
        lines = described(text, fallback, indent)
        lines += section("Args", arguments, indent)
        lines += section("Returns", [("", returns)], indent)
        lines += section("Statuses", [(status, text) for status, text in self.documented if text], indent)
        return docstring(lines, indent)

    @property
    def _declared(self) -> str:
        return " ".join(argument.declaration for argument in self.arguments)

    @property
    def _written(self) -> str:
        reads = [read.statement for status in self.statuses for read in status.reads]
        errors = [decoded for _, decoded in self.decoded_errors]
        stream = (self.decoded_event, self.stream.decoded_whole)
        return " ".join([*reads, *errors, *stream, self.sends_body, self.path, *self.call])


_FUNCTION = 4
"""Spaces before the body of a function, which takes a client; a method has one."""

_UNDESCRIBED = {"body": "What is sent."}

_HELPERS = (
    *("deep_object", "encoded", "items_of", "joined", "members_of", "pick"),
    *("to_headers", "to_query", "to_segment"),
)


class OperationViews:
    """Makes views of the operations of one client."""

    def __init__(self, code: Expressions, holders: list[Any], models: list[Any]) -> None:
        self._code = code
        self._holders = {code.token(holder): holder for holder in holders}
        self._models = ModelLookup(code, {code.token(model): model for model in models})
        self._streams = StreamViews(self._models, self._props)

    def name(self, endpoint: Any) -> str:
        """Give the name of an operation's module."""
        return self._operation(endpoint).name

    def view(self, endpoint: Any) -> OperationView:
        """Make the view of an operation."""
        code, operation = self._code, self._operation(endpoint)
        answers, props = self._answers(endpoint), self._props(operation)
        events = [prop for answer, prop in answers if answer.kind == "event" and is_success(answer)][:1]
        errors = self._error_models(endpoint) if events else []
        unary = [(answer, prop) for answer, prop in answers if answer.kind not in {"event", "error-event"}]
        body = props.get("body")
        stream, whole = self._streams.view(operation, answers, body, events)
        parameters = [props[item.token] for item in operation.parameters]
        used = [
            *(prop for _, prop in unary),
            *events,
            *errors,
            *whole,
            *([body] if body else []),
            *parameters,
        ]
        return OperationView(
            name=operation.name,
            method=operation.method,
            wire=operation.path,
            prose=(operation.summary, operation.description),
            path=_path(operation),
            arguments=self._arguments(operation, props),
            call=_call(operation),
            body_kind=operation.body.kind if operation.body else "",
            body_is_required=bool(operation.body and operation.body.required),
            sends_body=self._encoded_body(operation, body),
            streams_if_asked=bool(events and operation.body and operation.body.streams_if_asked),
            has_unary=any(is_success(answer) for answer, _ in unary) or not events,
            statuses=self._statuses(operation.name, unary),
            result=self._result(unary),
            event=code.annotation(events[0]) if events else "",
            decoded_event=decoded_return(code, events[0], operation.name) if events else "",
            decoded_errors=[
                (code.check(model, "value", exact="True"), code.decoded(model, "value", operation.name))
                for model in errors
            ],
            error_type=" | ".join([*map(code.annotation, errors), "None"]),
            has_error_member=any(map(self._has_error_member, events)),
            documented=[(_shown(answer.statuses), answer.description) for answer in _told(operation.answers)],
            imports=self._imports(used),
            stream=stream,
            no_nulls=self._models.no_nulls(body) if body else {},
        )

    def told_apart(self, endpoint: Any) -> list[Any]:
        """Give the models of which it is asked whether an event is one."""
        is_stream = any(answer.kind == "event" for answer, _ in self._answers(endpoint))
        return self._error_models(endpoint) if is_stream else []

    def read(self, endpoint: Any) -> list[Any]:
        """Give what is read of answers and sent in bodies."""
        return list(self._props(self._operation(endpoint)).values())

    def _answers(self, endpoint: Any) -> list[tuple[AnswerInfo, Any]]:
        operation = self._operation(endpoint)
        props = self._props(operation)
        return [(answer, props[answer.token]) for answer in operation.answers]

    def _operation(self, endpoint: Any) -> Operation:
        return self._code.parsed.operations[text_of(endpoint.path).removeprefix("/")]

    def _props(self, operation: Operation) -> dict[str, Any]:
        """Give the types of parameters, body and answers, by token."""
        holder = self._holders[operation.holder]
        return {text_of(prop.name): prop for prop in holder.required_properties or ()}

    def _error_models(self, endpoint: Any) -> list[Any]:
        """Give the models of events that tell of an error: those documented as such, and bodies of errors."""
        found: dict[str, Any] = {}
        for answer, prop in self._answers(endpoint):
            if answer.kind == "error-event" or (answer.kind == "json" and answer.statuses[1] >= FIRST_ERROR):
                for inner in getattr(prop, "inner_properties", [prop]):
                    if self._code.is_model(inner):
                        found[self._code.token(inner)] = inner
        return list(found.values())

    def _arguments(self, operation: Operation, props: dict[str, Any]) -> list[ArgumentView]:
        arguments = []
        for parameter in sorted(operation.parameters, key=lambda item: not item.required):
            kind = self._code.annotation(props[parameter.token])
            declaration = f"{parameter.identifier}: {kind}" + (
                "" if parameter.required else " | Unset = UNSET"
            )
            arguments.append(ArgumentView(parameter.identifier, declaration, parameter.description))
        if operation.body is not None:
            kind = "bytes" if operation.body.kind == "bytes" else self._code.annotation(props["body"])
            if self._models.models_in(props["body"]) and "Any" not in kind.split(" | "):
                kind += " | Mapping[str, Any]"
            optional = "" if operation.body.required else " | Unset = UNSET"
            arguments.insert(0, ArgumentView("body", f"body: {kind}{optional}", operation.body.description))
        return sorted(arguments, key=lambda argument: argument.declaration.endswith("= UNSET"))

    def _encoded_body(self, operation: Operation, body: Any) -> str:
        if body is None or operation.body is None:
            return ""
        return "body" if operation.body.kind in {"bytes", "text"} else ""

    def _statuses(self, name: str, unary: list[tuple[AnswerInfo, Any]]) -> list[StatusView]:
        """Group the answers by status, the narrowest first."""
        groups: dict[tuple[int, int], list[tuple[AnswerInfo, Any]]] = {}
        for answer, prop in unary:
            # An error without a documented body has nothing to come back; it is raised.
            if not (answer.kind == "none" and answer.statuses[0] >= FIRST_ERROR):
                groups.setdefault(answer.statuses, []).append((answer, prop))
        ordered = sorted(groups.items(), key=lambda item: (item[0][1] - item[0][0], item[0]))
        return [StatusView(_condition(statuses), self._reads(name, group)) for statuses, group in ordered]

    def _reads(self, name: str, group: list[tuple[AnswerInfo, Any]]) -> list[ReadView]:
        reads = []
        ordered = sorted(group, key=lambda item: item[0].kind != "json")
        for index, (answer, prop) in enumerate(ordered):
            is_last = index == len(ordered) - 1
            test = (
                "answer.is_json" if answer.kind == "json" else f"answer.media_type == {answer.media_type!r}"
            )
            reads.append(ReadView("" if is_last else test, self._read(name, answer, prop)))
        return reads

    def _read(self, name: str, answer: AnswerInfo, prop: Any) -> str:
        if answer.kind != "json":
            return f"return {_READS[answer.kind][1]}"
        if self._code.is_read_as_it_is(prop):
            kind = self._code.annotation(prop)
            return "return answer.json()" if kind == "Any" else f"return cast({kind!r}, answer.json())"
        lines = [
            "value = answer.json()",
            *returned(self._code.decoded(prop, "value", name), self._code.annotation(prop)),
        ]
        return "\n".join(lines)

    def _result(self, unary: list[tuple[AnswerInfo, Any]]) -> str:
        kinds: dict[str, None] = {}
        for answer, prop in unary:
            if answer.kind == "none" and answer.statuses[0] >= FIRST_ERROR:
                continue
            kinds[_READS[answer.kind][0] if answer.kind in _READS else self._code.annotation(prop)] = None
        if "Any" in kinds:
            return "Any"
        return " | ".join(sorted(kinds, key=lambda kind: kind == "None")) or "None"

    def _has_error_member(self, prop: Any) -> bool:
        models = getattr(prop, "inner_properties", [prop])
        infos = (
            self._code.parsed.models.get(self._code.token(model))
            for model in models
            if self._code.is_model(model)
        )
        return any(member.wire == "error" for info in infos if info for member in info.members.values())

    def _imports(self, props: list[Any]) -> list[tuple[str, str]]:
        tokens: set[str] = set().union(*map(self._code.classes, props))
        names = sorted(self._code.parsed.classes[token] for token in tokens)
        return [(module_of(name), name) for name in names]


def _told(answers: tuple[AnswerInfo, ...]) -> list[AnswerInfo]:
    """Give one answer a status, for the docstring."""
    return list({answer.statuses: answer for answer in answers if answer.kind != "error-event"}.values())


def _condition(statuses: tuple[int, int]) -> str:
    first, last = statuses
    if first == last:
        return f"answer.status == {first}"
    return f"{first} <= answer.status <= {last}" if first else ""


def _shown(statuses: tuple[int, int]) -> str:
    first, last = statuses
    return str(first) if first == last else f"{first // 100}XX" if first else "Other"


def _path(operation: Operation) -> str:
    """Write the path as an expression: literals by `repr`, parameters escaped when it is called."""
    by_wire = {item.wire: item for item in operation.parameters if item.location == "path"}
    parts = PATH_PARAMETER.split(operation.path)
    pieces = []
    for index, part in enumerate(parts):
        if index % 2:
            pieces.append(f"to_segment({by_wire[part].identifier})")
        elif part:
            pieces.append(repr(part))
    return " + ".join(pieces)


def _call(operation: Operation) -> list[str]:
    lines = []
    for location, argument, writer in (
        ("header", "headers", "to_headers"),
        ("cookie", "cookies", "to_headers"),
        ("query", "params", "to_query"),
    ):
        pairs = [_pair(item) for item in operation.parameters if item.location == location]
        if argument == "headers" and operation.body and operation.body.kind in {"json", "text", "bytes"}:
            pairs.insert(0, f'("content-type", {operation.body.media_type!r})')
        if pairs:
            lines.append(f"{argument}={writer}([{', '.join(pairs)}]),")
    return lines


def _pair(parameter: Parameter) -> str:
    if parameter.writing == "deepObject":
        return f"*deep_object({parameter.wire!r}, {parameter.identifier})"
    if parameter.writing:
        return f"({parameter.wire!r}, joined({parameter.identifier}, {parameter.writing!r}))"
    return f"({parameter.wire!r}, {parameter.identifier})"
