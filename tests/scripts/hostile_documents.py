"""Hostile documents: each must give a correct client, or a clear error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

CODE = "__import__('builtins').PWNED"
"""Sets off an alarm if it is ever run: there is no such attribute, and reading it raises."""

ALARM = "import builtins; builtins.PWNED = True"

TEXTS = {
    "single-quote": f"' + {CODE} + '",
    "double-quote": f'" + {CODE} + "',
    "triple-quote": f'"""\n{ALARM}\n"""',
    "triple-single-quote": f"'''\n{ALARM}\n'''",
    "newline": f"a\n{ALARM}\nb",
    "carriage-return": f"a\r{ALARM}\rb",
    "form-feed": f"a\f{ALARM}\fb",
    "line-separator": f"a\u2028{ALARM}\u2029b\x85{ALARM}",
    "null": f"a\x00{ALARM}",
    "backslash": "\\",
    "backslash-quote": f'\\" + {CODE} + \\"',
    "backslash-newline": f"\\\n{ALARM}",
    "backslash-name": "\\N{BULLET} \\u0041 \\x41 \\U0010ffff \\",
    "braces": "{{ cycler.__init__.__globals__.os }} {% for x in y %} {# comment #} {% raw %}",
    "jinja-block": "{% endmacro %}{% include 'package/client.py' %}",
    "f-string": f"{{{CODE}}} {{0.__class__}} %s %(x)s $x ${{x}}",
    "comment": f"# type: ignore\n{ALARM}",
    "dedent": f"\n\n{ALARM}\n",
    "path": "../../../..pwned",
    "absolute-path": "/etc/passwd",
    "windows-path": "..\\..\\C:\\pwned\\con",
    "url": "http://127.0.0.1:9/pwned",
    "keyword": "class",
    "keyword-none": "None",
    "builtin": "print",
    "dunder": "__init__",
    "dunder-class": "__class__",
    "self": "self",
    "number": "1",
    "empty": "",
    "blank": " ",
    "emoji": "\U0001f600",
    "look-alike": "\u0430dmin",
    "fullwidth": "\uff43\uff4c\uff41\uff53\uff53",
    "ligature": "\ufb01nish",
    "right-to-left": "\u202eevil\u202c",
    "zero-width": "a\u200bb",
    "combining": "e\u0301",
    "long": "x" * 5_000,
    "shell": "$(touch pwned); `touch pwned` && rm -rf ~",
    "html": "<script>alert(1)</script> | `x` [x](javascript:alert(1))",
    "toml": '"\n[tool.hatch]\nx = "',
    "header": "a\r\nX-Evil: 1",
    "dots": "..",
    "slash": "a/b~c%2Fd",
    "json-pointer": "~1~0/",
    "from-dict": "from_dict",
    "additional-properties": "additional_properties",
    "to-dict": "to_dict",
    "client": "client",
    "unset": "UNSET",
    "any": "Any",
    "error": "error",
}


def with_text(text: str) -> dict[str, Any]:
    """Put a text wherever a document has one."""
    thing = {
        "type": "object",
        "title": text,
        "description": text,
        "required": [text],
        "properties": {
            text: {
                "type": "string",
                "description": text,
                "default": text,
                "example": text,
                "enum": [text, "other"],
            },
            "other": {"type": "string", "pattern": text, "format": text, "const": text},
            "kind": {
                "oneOf": [
                    {"type": "object", "title": text, "properties": {text: {"type": "integer"}}},
                    {"type": "null"},
                ]
            },
        },
        "additionalProperties": {"type": "string", "description": text},
    }
    operation = {
        "operationId": text,
        "tags": [text],
        "summary": text,
        "description": text,
        "parameters": [
            {"name": text, "in": "query", "description": text, "schema": {"type": "string", "default": text}}
        ],
        "requestBody": {
            "description": text,
            "required": True,
            "content": {
                "application/json": {"schema": {"$ref": reference(text or "Empty")}, "example": text}
            },
        },
        "responses": {
            "200": {
                "description": text,
                "content": {"application/json": {"schema": {"$ref": reference(text or "Empty")}}},
            },
            "400": {"description": text, "content": {f"text/x-{text}": {"schema": {"type": "string"}}}},
        },
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": text, "version": text, "description": text},
        "paths": {f"/{text.replace('{', '(').replace('}', ')')}": {"post": operation}},
        "components": {"schemas": {text or "Empty": thing}},
    }


def reference(name: str) -> str:
    """Refer to a component."""
    return "#/components/schemas/" + name.replace("~", "~0").replace("/", "~1").replace("%", "%25")


def document(
    schemas: dict[str, Any], paths: dict[str, Any] | None = None, version: str = "3.1.0"
) -> dict[str, Any]:
    """Make a document of schemas, with one operation that takes and gives the first."""
    name = next(iter(schemas), None)
    schema = {"$ref": reference(name)} if name is not None else {}
    media = {"content": {"application/json": {"schema": schema}}}
    operation = {
        "requestBody": {**media, "required": True},
        "responses": {"200": {"description": "", **media}},
    }
    return {
        "openapi": version,
        "info": {"title": "t", "version": "1"},
        "paths": paths or {"/x": {"post": operation}},
        "components": {"schemas": schemas},
    }


def _nested(depth: int, wrap: Callable[[Any], Any]) -> Any:
    schema: Any = {"type": "string"}
    for _ in range(depth):
        schema = wrap(schema)
    return schema


def _of(properties: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, **more}


SHAPES: dict[str, dict[str, Any]] = {
    "many-members": document({"A": _of({f"m{n}": {} for n in range(3_000)})}),
    "many-enum-values": document({"A": {"type": "string", "enum": [str(n) for n in range(6_000)]}}),
    "many-schemas": document({f"S{n}": _of({"a": {}}) for n in range(6_000)}),
    "many-variants": document({"A": {"oneOf": [{"const": n * 1.5} for n in range(500)]}}),
    "members-alike": document(
        {"A": _of({"a-b": {}, "a.b": {}, "a b": {}, "aB": {}, "AB": {}, "ab": {}, "a_b": {}})}
    ),
    "schemas-alike": document(
        {"a_b": _of({"x": {}}), "aB": _of({"x": {}}), "A-B": _of({"x": {}}), "AB": _of({"x": {}})}
    ),
    "deep-objects": document({"A": _nested(30, lambda inner: _of({"a": inner}))}),
    "deep-arrays": document({"A": _nested(40, lambda inner: {"type": "array", "items": inner})}),
    "deep-unions": document({"A": _nested(40, lambda inner: {"oneOf": [inner, {"type": "integer"}]})}),
    "deep-all-of": document({"A": _nested(40, lambda inner: {"allOf": [inner]})}),
    "own-reference": document({"A": {"$ref": reference("A")}}),
    "circle-of-references": document({"A": {"$ref": reference("B")}, "B": {"$ref": reference("A")}}),
    "recursive-object": document(
        {
            "A": _of(
                {
                    "next": {"$ref": reference("A")},
                    "all": {"type": "array", "items": {"$ref": reference("A")}},
                }
            )
        }
    ),
    "recursive-array": document({"A": {"type": "array", "items": {"$ref": reference("A")}}}),
    "recursive-union": document(
        {"A": {"oneOf": [{"type": "string"}, {"type": "array", "items": {"$ref": reference("A")}}]}}
    ),
    "recursive-map": document({"A": {"type": "object", "additionalProperties": {"$ref": reference("A")}}}),
    "recursive-all-of": document(
        {"A": {"allOf": [{"$ref": reference("A")}, _of({"a": {"type": "string"}})]}}
    ),
    "mutual-all-of": document(
        {
            "A": {"allOf": [{"$ref": reference("B")}, _of({"a": {}})]},
            "B": {"allOf": [{"$ref": reference("A")}, _of({"b": {}})]},
        }
    ),
    "laughing-unions": document(
        {f"L{n}": {"oneOf": [{"$ref": reference(f"L{n + 1}")}] * 2} for n in range(60)}
        | {"L60": {"type": "string"}}
    ),
    "laughing-all-of": document(
        {f"L{n}": {"allOf": [{"$ref": reference(f"L{n + 1}")}] * 2} for n in range(60)}
        | {"L60": _of({"a": {}})}
    ),
    "laughing-distribution": document(
        {"A": {"allOf": [{"oneOf": [_of({f"a{n}": {}}), _of({f"b{n}": {}})]} for n in range(30)]}}
    ),
    "reference-chain": document(
        {f"C{n}": {"$ref": reference(f"C{n + 1}")} for n in range(400)} | {"C400": {"type": "string"}}
    ),
    "object-chain": document(
        {f"C{n}": _of({"next": {"$ref": reference(f"C{n + 1}")}}) for n in range(400)}
        | {"C400": {"type": "string"}}
    ),
    "file-reference": document({"A": {"$ref": "file:///etc/passwd"}}),
    "url-reference": document({"A": {"$ref": "http://127.0.0.1:9/x#/A"}}),
    "relative-reference": document({"A": {"$ref": "other.json#/A"}}),
    "reference-into-data": document(
        {
            "A": {
                "type": "object",
                "properties": {"a": {"$ref": "#/components/schemas/A/example"}},
                "example": {"type": 5},
            }
        }
    ),
    "dangling-reference": document({"A": _of({"a": {"$ref": reference("Nowhere")}})}),
    "odd-types": document(
        {"A": _of({"a": {"type": "file"}, "b": {"type": ["string", "weird"]}, "c": {"type": "null"}})}
    ),
    "odd-enums": document(
        {
            "A": _of(
                {
                    "a": {"enum": [1, "1", True, None, 1.5, [1], {"a": 1}]},
                    "b": {"enum": [None]},
                    "c": {"type": "string", "enum": []},
                }
            )
        }
    ),
    "odd-defaults": document(
        {
            "A": _of(
                {
                    "a": {"type": "integer", "default": {"a": [1]}},
                    "b": {"type": "string", "default": 10**60},
                    "c": {"$ref": reference("A"), "default": "x"},
                }
            )
        }
    ),
    "boolean-schemas": document(
        {"A": _of({"a": True, "b": False, "c": {"type": "array", "items": False}}), "B": True}
    ),
    "tuple": document(
        {"A": {"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}], "items": False}}
    ),
    "required-unknown": document({"A": _of({}, required=["a", "from_dict"])}),
    "same-operation-ids": document(
        {}, {p: {m: {"operationId": "same", "responses": {}} for m in ("get", "put")} for p in ("/a", "/b")}
    ),
    "path-parameters": document(
        {}, {"/a/{b}/{b-c}/{b c}": {"get": {"responses": {"200": {"description": ""}}}}}
    ),
    "parameter-names": document(
        {},
        {
            "/a": {
                "get": {
                    "parameters": [
                        {"name": n, "in": "query", "schema": {}}
                        for n in ("client", "body", "errors", "send", "class", "a-b", "a.b")
                    ],
                    "responses": {},
                }
            }
        },
    ),
    "header-name": document(
        {},
        {"/a": {"get": {"parameters": [{"name": "a\r\nb", "in": "header", "schema": {}}], "responses": {}}}},
    ),
    "odd-statuses": document(
        {},
        {
            "/a": {
                "get": {
                    "responses": {
                        "2XX": {"description": ""},
                        "default": {"description": ""},
                        "999": {"description": ""},
                    }
                }
            }
        },
    ),
    "no-status": document({}, {"/a": {"get": {"responses": {"__import__('os')": {"description": ""}}}}}),
    "odd-media-types": document(
        {},
        {
            "/a": {
                "post": {
                    "requestBody": {"content": {"a'b/c\"\n": {"schema": {}}}},
                    "responses": {
                        "200": {
                            "description": "",
                            "content": {"x'y": {}, "application/json": {}, "text/event-stream": {}},
                        }
                    },
                }
            }
        },
    ),
    "no-slash": document({}, {"a": {"get": {"responses": {"200": {"description": ""}}}}}),
    "dot-paths": document({}, {"/../../{x}/..": {"get": {"responses": {"200": {"description": ""}}}}}),
    "all-methods": document(
        {},
        {
            "/a": {
                m: {"responses": {"200": {"description": ""}}}
                for m in ("get", "put", "post", "delete", "options", "head", "patch", "trace")
            }
        },
    ),
    "template-injection": document(
        {"{{ 7 * 7 }}": _of({"{% set x = 1 %}": {"type": "string", "default": "{{ x }}"}})}
    ),
}


def corpus() -> dict[str, dict[str, Any]]:
    """Give all documents by name."""
    return {**{f"text-{name}": with_text(text) for name, text in TEXTS.items()}, **SHAPES}
