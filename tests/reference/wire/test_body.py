"""Bodies: what is accepted, and the words and places of what is not."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from tgi_reference.wire.extract import BodyError, decode, require_json
from tgi_reference.wire.requests import (
    AS_DOCUMENTED,
    AS_TGI,
    COMPLETION,
    GENERATE,
    ChatRequest,
    CompatGenerateRequest,
    CompletionRequest,
    GenerateRequest,
    GrammarRequest,
    StreamOptions,
    ToolChoice,
    shapes,
)

if TYPE_CHECKING:
    from tgi_reference.wire.shape import Shape

CHAT = shapes(AS_TGI).chat
SAGEMAKER = shapes(AS_TGI).sagemaker
VERTEX = shapes(AS_TGI).vertex
DOCUMENTED_CHAT = shapes(AS_DOCUMENTED).chat
SYNTAX = "Failed to parse the request body as JSON: "
GRAMMAR_IS_NO_STRING = (
    'parameters.grammar: invalid type: string "json", '
    "expected adjacently tagged enum GrammarType at line 1 column 44"
)
DATA = "Failed to deserialize the JSON body into the target type: "


def refusal(body: str | bytes, shape: Shape = GENERATE) -> tuple[int, str]:
    with pytest.raises(BodyError) as caught:
        decode(body.encode() if isinstance(body, str) else body, shape)
    status = caught.value.status
    text = caught.value.text
    prefix = SYNTAX if status == 400 else DATA
    assert text.startswith(prefix)
    return status, text.removeprefix(prefix)


def generate(body: str) -> GenerateRequest:
    request: GenerateRequest = decode(body.encode(), GENERATE)
    return request


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("{", "EOF while parsing an object at line 1 column 1"),
        ('{"inputs"', "EOF while parsing an object at line 1 column 9"),
        ('{"inputs" 1}', "expected `:` at line 1 column 11"),
        ('{"inputs":', "inputs: EOF while parsing a value at line 1 column 10"),
        ('{"inputs":"x', "inputs: EOF while parsing a string at line 1 column 12"),
        ('{"inputs":"x",}', "trailing comma at line 1 column 15"),
        ('{"inputs":"x" "a"}', "expected `,` or `}` at line 1 column 15"),
        ("{'inputs':1}", "key must be a string at line 1 column 2"),
        ('{\n "inputs": "x",\n 5}', "key must be a string at line 3 column 2"),
        ('{"parameters":{', "parameters.?: EOF while parsing an object at line 1 column 15"),
        ('{"parameters":{"stop"', "parameters: EOF while parsing an object at line 1 column 21"),
        ('{"parameters":{"stop":[', "parameters.stop: EOF while parsing a list at line 1 column 23"),
        ("nope", "expected ident at line 1 column 2"),
        ("?", "expected value at line 1 column 1"),
        ('{"inputs":"\\x"}', "inputs: invalid escape at line 1 column 13"),
        ('{"inputs":"\\udc00"}', "inputs: lone leading surrogate in hex escape at line 1 column 17"),
        ('{"inputs":"\\u12"}', "inputs: invalid escape at line 1 column 17"),
        (
            '{"inputs":"a\nb"}',
            "inputs: control character (\\u0000-\\u001F) found while parsing a string at line 2 column 0",
        ),
        ('{"x":[1,]}', "x: expected value at line 1 column 9"),
        ('{"x":01}', "x: invalid number at line 1 column 7"),
        ('{"x":1.}', "x: invalid number at line 1 column 8"),
        ('{"x":tru}', "x: expected ident at line 1 column 9"),
        (
            '{"parameters":{"temperature":1e999}}',
            "parameters.temperature: number out of range at line 1 column 34",
        ),
        ('["a",{},3]', "trailing characters at line 1 column 9"),
    ],
)
def test_syntax_errors(body: str, expected: str) -> None:
    assert (400, expected) == refusal(body)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("5", "invalid type: integer `5`, expected struct GenerateRequest at line 1 column 1"),
        ('"x"', 'invalid type: string "x", expected struct GenerateRequest at line 1 column 3'),
        ('{"inputs":true}', "inputs: invalid type: boolean `true`, expected a string at line 1 column 14"),
        ('{"inputs":{}}', "inputs: invalid type: map, expected a string at line 1 column 10"),
        (
            '{"inputs":1.5}',
            "inputs: invalid type: floating point `1.5`, expected a string at line 1 column 13",
        ),
        ('{"inputs":"x","inputs":"y"}', "duplicate field `inputs` at line 1 column 22"),
        (
            '{"inputs":"x","parameters":{"top_k":2147483648}}',
            "parameters.top_k: invalid value: integer `2147483648`, expected i32 at line 1 column 46",
        ),
        (
            '{"inputs":"x","parameters":{"top_n_tokens":4294967296}}',
            "parameters.top_n_tokens: invalid value: integer `4294967296`, expected u32 at line 1 column 53",
        ),
        (
            '{"inputs":"x","parameters":{"max_new_tokens":5.0}}',
            "parameters.max_new_tokens: invalid type: floating point `5.0`, expected u32 at line 1 column 48",
        ),
        (
            '{"inputs":"x","parameters":{"best_of":-1}}',
            "parameters.best_of: invalid value: integer `-1`, expected usize at line 1 column 40",
        ),
        (
            '{"inputs":"x","parameters":{"temperature":"hot"}}',
            'parameters.temperature: invalid type: string "hot", expected f32 at line 1 column 47',
        ),
        (
            '{"inputs":"x","parameters":{"stop":"a"}}',
            'parameters.stop: invalid type: string "a", expected a sequence at line 1 column 38',
        ),
        (
            '{"inputs":"x","parameters":{"stop":["a",1]}}',
            "parameters.stop[1]: invalid type: integer `1`, expected a string at line 1 column 41",
        ),
        (
            '{"inputs":"x","parameters":{"stop":null}}',
            "parameters.stop: invalid type: null, expected a sequence at line 1 column 39",
        ),
        (
            '{"inputs":"x","parameters":{"do_sample":null}}',
            "parameters.do_sample: invalid type: null, expected a boolean at line 1 column 44",
        ),
        (
            '{"inputs":"x","parameters":{"grammar":"json"}}',
            GRAMMAR_IS_NO_STRING,
        ),
        (
            '{"inputs":"x","parameters":{"grammar":{"value":{}}}}',
            "parameters.grammar: missing field `type` at line 1 column 50",
        ),
        (
            '{"inputs":"x","parameters":{"grammar":{"type":"regex","value":5}}}',
            "parameters.grammar.value: invalid type: integer `5`, expected a string at line 1 column 63",
        ),
    ],
)
def test_errors_of_meaning(body: str, expected: str) -> None:
    assert (422, expected) == refusal(body)


@pytest.mark.parametrize(
    ("body", "shape", "expected"),
    [
        ('{"prompt":[]}', COMPLETION, "Empty array detected. Do not use an empty array for the prompt."),
        ('{"prompt":null}', COMPLETION, "data did not match any variant of untagged enum PromptDeserializer"),
        ('{"messages":[{"content":"x"}]}', CHAT, "missing field `role`"),
        ('{"messages":[5]}', CHAT, "invalid type: integer `5`, expected struct Message"),
        ('{"messages":[{"role":1,"content":"x"}]}', CHAT, "messages[0].role: invalid type: integer `1`"),
        ('{"messages":[],"max_tokens":1,"max_completion_tokens":1}', CHAT, "duplicate field `max_tokens`"),
        ('{"messages":[],"tools":[{"type":"function"}]}', CHAT, "tools[0]: missing field `function`"),
        (
            '{"messages":[],"tools":[{"type":"function","function":{"name":"x"}}]}',
            CHAT,
            "missing field `arguments`",
        ),
        ("5", SAGEMAKER, "data did not match any variant of untagged enum SagemakerRequest"),
        (
            '{"instances":[{}]}',
            VERTEX,
            "instances[0]: data did not match any variant of untagged enum VertexInstance",
        ),
    ],
)
def test_errors_of_other_requests(body: str, shape: Shape, expected: str) -> None:
    status, text = refusal(body, shape)
    assert 422 == status
    assert expected in text


def test_an_error_of_meaning_comes_before_a_later_one_of_syntax() -> None:
    assert (422, "inputs: invalid type: integer `5`, expected a string at line 1 column 11") == refusal(
        '{"inputs":5'
    )


def test_depth_is_bounded_where_values_are_kept_and_free_where_they_are_ignored() -> None:
    deep = "[" * 500 + "]" * 500
    assert "x" == generate(f'{{"inputs":"x","more":{deep}}}').inputs
    body = f'{{"inputs":"x","parameters":{{"grammar":{{"type":"json","value":{deep}}}}}}}'
    status, text = refusal(body)
    assert 400 == status
    assert "recursion limit exceeded" in text


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("null", (400, "parameters.grammar.type: expected value at line 1 column 47")),
        ("5", (400, "parameters.grammar.type: expected value at line 1 column 47")),
        (
            '{"regex":1}',
            (
                422,
                "parameters.grammar.type.regex: invalid type: integer `1`, expected unit at line 1 column 56",
            ),
        ),
        ('{"regex":null,"x":1}', (400, "parameters.grammar.type: expected value at line 1 column 59")),
    ],
)
def test_a_variant_that_is_no_name(given: str, expected: tuple[int, str]) -> None:
    assert expected == refusal(f'{{"inputs":"x","parameters":{{"grammar":{{"type":{given},"value":"a"}}}}}}')


def test_a_variant_by_its_place_is_a_name() -> None:
    status, text = refusal('{"inputs":"x","parameters":{"grammar":[null]}}')
    expected = "parameters.grammar[0]: invalid type: null, expected variant identifier at line 1 column 43"
    assert (422, expected) == (status, text)


def test_a_variant_may_be_the_only_member_of_an_object() -> None:
    body = '{"inputs":"x","parameters":{"grammar":{"type":{"regex":null},"value":"a"}}}'
    assert GrammarRequest("regex", "a") == generate(body).parameters.grammar


def test_a_struct_may_be_an_array_of_its_members() -> None:
    request = generate('["x",[2,0.5]]')
    assert ("x", 2, 0.5) == (request.inputs, request.parameters.best_of, request.parameters.temperature)


@pytest.mark.parametrize(
    ("body", "shape", "expected"),
    [
        (
            '["m",[]]',
            CHAT,
            "invalid length 11, expected struct ChatRequest with 19 elements at line 1 column 8",
        ),
        (
            '["m","Hi",2]',
            COMPLETION,
            "invalid length 6, expected struct CompletionRequest with 11 elements at line 1 column 12",
        ),
    ],
)
def test_an_array_of_a_chat_or_a_completion_goes_as_far_as_the_seed(
    body: str, shape: Shape, expected: str
) -> None:
    assert (422, expected) == refusal(body, shape)


def test_an_array_may_end_after_the_seed() -> None:
    request: CompletionRequest = decode(b'["m","Hi",2,null,null,false,null]', COMPLETION)
    assert ("Hi", 2, None) == (request.prompt[0], request.max_tokens, request.suffix)


def test_omitted_parameters_sample_and_empty_ones_do_not() -> None:
    assert generate('{"inputs":"x"}').parameters.do_sample
    assert not generate('{"inputs":"x","parameters":{}}').parameters.do_sample


def test_floats_are_those_of_32_bits() -> None:
    assert 0.5 == generate('{"inputs":"x","parameters":{"top_p":0.5}}').parameters.top_p
    assert 0.10000000149011612 == generate('{"inputs":"x","parameters":{"top_p":0.1}}').parameters.top_p
    assert float("inf") == generate('{"inputs":"x","parameters":{"top_p":1e39}}').parameters.top_p


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ('{"inputs":"x"}', CompatGenerateRequest),
        ('["x"]', CompatGenerateRequest),
        ('{"messages":[]}', ChatRequest),
        ('{"prompt":"x"}', CompletionRequest),
        ('{"prompt":["x"]}', CompletionRequest),
        ('{"inputs":5,"prompt":"x"}', CompletionRequest),
    ],
)
def test_the_body_of_invocations_decides(body: str, kind: type[Any]) -> None:
    assert isinstance(decode(body.encode(), SAGEMAKER), kind)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("null", ToolChoice("auto")),
        ('"auto"', ToolChoice("auto")),
        ('"none"', ToolChoice("none")),
        ('"required"', ToolChoice("required")),
        ('"f"', ToolChoice("function", "f")),
        ('{"type":"function","function":{"name":"f"}}', ToolChoice("function", "f")),
        ('["function",{"name":"f"}]', ToolChoice("function", "f")),
    ],
)
def test_forms_of_a_tool_choice(given: str, expected: ToolChoice) -> None:
    chat: ChatRequest = decode(f'{{"messages":[],"tool_choice":{given}}}'.encode(), CHAT)
    assert expected == chat.tool_choice


@pytest.mark.parametrize(
    "given",
    [
        '{"function":{"name":"f"}}',
        '{"type":"tool","function":{"name":"f"}}',
        '{"type":"function"}',
        "5",
        "{}",
    ],
)
def test_other_forms_of_a_tool_choice_are_refused(given: str) -> None:
    body = f'{{"messages":[],"tool_choice":{given}}}'
    status, text = refusal(body, CHAT)
    assert 422 == status
    assert text.startswith(
        "tool_choice: data did not match any variant of untagged enum ToolTypeDeserializer"
    )


def test_as_documented_a_tool_choice_does_without_its_tag() -> None:
    body = b'{"messages":[],"tool_choice":{"function":{"name":"f"}}}'
    assert ToolChoice("function", "f") == decode(body, DOCUMENTED_CHAT).tool_choice


def test_stream_options_are_no_null_but_as_documented() -> None:
    body = '{"messages":[],"stream_options":null}'
    expected = "stream_options: invalid type: null, expected struct StreamOptions at line 1 column 36"
    assert (422, expected) == refusal(body, CHAT)
    assert decode(body.encode(), DOCUMENTED_CHAT).stream_options is None
    for given in ('{"messages":[]}', '{"messages":[],"stream_options":{}}'):
        assert StreamOptions() == decode(given.encode(), CHAT).stream_options


def test_forms_of_a_message() -> None:
    body = (
        '{"messages":[{"role":"user","content":[{"type":"text","text":"a"},'
        '{"type":"image_url","image_url":{"url":"u"}}]},'
        '{"role":"assistant","content":null,"tool_calls":[{"id":"0","type":"function",'
        '"function":{"name":"f","arguments":"{}"}}],"name":null}]}'
    )
    chat: ChatRequest = decode(body.encode(), CHAT)
    first, second = chat.messages
    assert "a![](u)" == first.content
    assert second.tool_calls is not None
    assert ("f", "{}") == (second.tool_calls[0].function.name, second.tool_calls[0].function.arguments)


@pytest.mark.parametrize(
    ("unit", "text"), [("a", "a"), ("\\u00e9", "é"), ("\\ud83e\\udd16", "🤖"), ("日", "日"), ("\\n", "\n")]
)
def test_long_strings_are_read_in_linear_time(unit: str, text: str) -> None:
    count = 100_000
    start = time.perf_counter()
    assert text * count == generate(f'{{"inputs":"{unit * count}"}}').inputs
    assert (
        400,
        f"inputs: EOF while parsing a string at line 1 column {11 + count * len(unit.encode())}",
    ) == refusal(f'{{"inputs":"{unit * count}')
    assert 5.0 > time.perf_counter() - start


def test_text_after_the_value_is_not_looked_at() -> None:
    assert "x" == generate('{"inputs":"x"} and so on').inputs


@pytest.mark.parametrize(
    "media_type",
    ["application/json", "APPLICATION/JSON", "application/json; charset=latin-1", "application/problem+json"],
)
def test_media_types_of_json(media_type: str) -> None:
    require_json(media_type)


@pytest.mark.parametrize(
    "media_type", [None, "", "text/json", "application/jsonp", "json", "application/json x"]
)
def test_other_media_types(media_type: str | None) -> None:
    with pytest.raises(BodyError) as caught:
        require_json(media_type)
    assert 415 == caught.value.status
