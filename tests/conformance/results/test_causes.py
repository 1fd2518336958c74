"""Failures with one cause are shown as one, and those with different causes apart.

The texts are those of real runs: of a fork of TGI, of routers behind gateways, of broken servers.
"""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from tgi_conformance.results.cause_key import cause_key
from tgi_conformance.results.causes import Cause, causes_of
from tgi_conformance.results.evidence import EventSeen, RequestSeen, ResponseSeen
from tgi_conformance.results.levels import Level, Outcome
from tgi_conformance.results.report import WHOLE_RUN, Result

SERDE = "422 text/plain: 'Failed to deserialize the JSON body into the target type: {}'"
REFUSED = '422 application/json: \'{{"error":"Input error: {}","error_type":"validation"}}\''
EVENT = '200 text/event-stream: \'data: {{"error":"Input error: {}","error_type":"validation"}}\\n\\n\''
TEXT = '200 application/json: \'{"generated_text":" A test"}\''
STREAM = '200 text/event-stream: \'data: {"index":1,"token":{"id":310,"text":" A"}}\\n\\n\''
JSON_OR_STREAM = "content-type application/json or text/event-stream"

# A cause each: what was expected, what came, and the body of the request.
CAUSES: dict[str, list[tuple[str, str, str]]] = {
    "a fork that wants `model`": [
        ("status 200", SERDE.format("missing field `model` at line 1 column 80"), '{"messages":[]}'),
        (
            "status 200",
            SERDE.format("missing field `model` at line 1 column 612"),
            '{"messages":[],"seed":1}',
        ),
    ],
    "a fork that wants `adapter`": [
        ("status 200", SERDE.format("missing field `adapter` at line 1 column 80"), '{"inputs":"x"}'),
    ],
    "refusals in plain text": [
        (
            JSON_OR_STREAM,
            SERDE.format("seed: invalid type: map, expected u64 at line 1 column 62"),
            '{"seed":{}}',
        ),
        (JSON_OR_STREAM, SERDE.format("missing field `prompt` at line 1 column 33"), "{}"),
        (
            "content-type application/json",
            SERDE.format("invalid value: integer `-1`, expected u32"),
            '{"a":-1}',
        ),
    ],
    "a page of the gateway": [
        ("content-type application/json", "502 text/html: '<html><title>502 Bad Gateway</title></html>'", ""),
    ],
    "zero is refused": [
        (
            "status 200",
            REFUSED.format("`max_new_tokens` must be strictly positive"),
            '{"max_new_tokens":0}',
        ),
        ("a stream of tokens", EVENT.format("`top_k` must be strictly positive"), '{"top_k":0}'),
    ],
    "a bound is refused": [
        ("status 200", REFUSED.format("`truncate` must be less than 512. Given: 0"), '{"truncate":0}'),
        ("a stream of tokens", EVENT.format("`truncate` must be less than 99. Given: 7"), '{"truncate":7}'),
    ],
    "bad values are taken": [
        ("status 422", TEXT, '{"temperature":0}'),
        ("an error", STREAM, '{"top_p":2}'),
        ("one event, the error", STREAM, '{"top_p":2}'),
    ],
    "no key is needed": [("status 401", TEXT, "{}")],
    "malformed bodies are 400": [
        ("status 422", "400 text/plain: 'EOF while parsing an object at line 1 column 14'", "{"),
        ("status 422", "400 text/plain: 'key must be a string at line 1 column 2'", "{1"),
    ],
    "bad values crash": [("status 422", "500 text/plain: 'Internal Server Error'", '{"seed":-1}')],
    "good values crash": [("status 200", "500 text/plain: 'Internal Server Error'", '{"seed":0}')],
    "an event in place of a status": [("status 422", EVENT.format("`top_p` must be < 1"), '{"top_p":2}')],
    "streams are empty": [
        ("a generated text", "200 text/event-stream: ''", "{}"),
        ("an error", "200 text/event-stream: ''", "{}"),
    ],
    "no text": [("a generated text", "200 application/json: '{}'", "{}")],
    "the connection breaks": [
        ("a complete answer", "POST /generate broke off after 3 bytes", "{}"),
        ("a complete answer", "POST /generate broke off after 41 bytes", "{}"),
    ],
    "an answer's tokens are counted wrongly": [
        ("x-generated-tokens = '13'", "12", ""),
        ("1 to 1 tokens for a `max_new_tokens` of 1", "2", ""),
        ("generated tokens at `length` = 110", "111", ""),
        ("generated_tokens = 3", "4", ""),
        ("generated_tokens with a grammar + prompt tokens + top_k and top_p = 9", "10", ""),
        ("the number of tokens shown = 5", "4", ""),
        ("completion_tokens = 17", "16", ""),
        ("tgi_request_generated_tokens_sum to grow by 17 to 17", "16.0", ""),
    ],
    "a prompt's tokens are counted wrongly": [
        ("input_length = '9'", "8", ""),
        ("9 prompt tokens for a grammar + full text + top tokens", "8", ""),
        ("x-prompt-tokens = '32'", "33", ""),
        ("the number of prefill tokens = '9'", "8", ""),
    ],
    "no count at all": [("a count of generated tokens", "None", "")],
    "`token` is missing": [
        ("what #/paths/~1generate_stream/post/x says", "at $: 'token' is a required property", ""),
        ("what #/components/schemas/StreamResponse says", "at $[3]: 'token' is a required property", ""),
    ],
    "`id` is missing": [("what #/components/schemas/Token says", "at $[0]: 'id' is a required property", "")],
    "errors are objects": [
        ("what #/a says", "at $.error: {'message': 'no `inputs`'} is not of type 'string'", ""),
        ("what #/b says", "at $.error: {'message': 'no \"x\" is 3'} is not of type 'string'", ""),
    ],
    "stop strings end nothing": [
        ("an end with the token after ' shows'", " The client opens. The training set shows the", ""),
        ("an end with '2'", "two 222", ""),
    ],
    "stop strings are no reason": [
        ("the finish reason for '\\n' = 'stop_sequence'", "length", ""),
        ("the finish reason = 'stop_sequence'", "content_filter", ""),
    ],
    "the text is empty": [("the joined pieces = 'x'", "", ""), ("30 digits", "", "")],
    "there is no reason": [("the finish reason = 'stop'", "None", "")],
}
ROWS = [(name, *row) for name, rows in CAUSES.items() for row in rows]


def failure(expected: str, actual: str, body: str = "", **rest: Any) -> Result:
    fixed: dict[str, Any] = {
        "id": "generate.fails",
        "level": Level.MUST,
        "category": "answers",
        "operation": "POST /generate",
        "statement": "It says so.",
        "source": "#/paths/~1generate/post",
        "why": "Somebody asks.",
        "outcome": Outcome.FAILED,
        "request": RequestSeen("POST", "/generate", (), body),
    }
    return Result(**{**fixed, "expected": expected, "actual": actual, **rest})


@pytest.mark.parametrize("name", CAUSES)
def test_what_has_one_cause_is_one(name: str) -> None:
    found = causes_of(failure(*row) for row in CAUSES[name])

    assert [len(CAUSES[name])] == [len(cause.results) for cause in found]


@pytest.mark.parametrize("name", CAUSES)
def test_what_has_other_causes_is_apart(name: str) -> None:
    own = {cause_key(failure(*row)) for row in CAUSES[name]}

    assert [] == [row for other, *row in ROWS if other != name and cause_key(failure(*row)) in own]


def test_the_answer_that_was_kept_is_read_rather_than_its_beginning() -> None:
    long = '{"error":"' + "x" * 400 + ' `model` is missing"}'
    actual = f"422 application/json: {long[:300]!r}"
    kept = ResponseSeen(422, (("content-type", "application/json"),), 0.1, long)
    other = evolve(kept, body=long.replace("model", "adapter"))

    assert cause_key(failure("status 200", actual, response=kept)) != cause_key(
        failure("status 200", actual, response=other)
    )


def test_a_content_type_is_that_of_a_refusal_or_of_an_answer() -> None:
    plain = ResponseSeen(422, (("content-type", "text/plain"),), 0.1, "no")
    alone = failure(JSON_OR_STREAM, "text/plain; charset=utf-8", response=plain)
    whole = failure("content-type application/json", "422 text/plain: 'no'", response=plain)
    answered = failure(JSON_OR_STREAM, "text/plain", response=evolve(plain, status=200))

    assert cause_key(whole) == cause_key(alone)
    assert cause_key(whole) != cause_key(answered)


def test_a_stream_without_events_is_told_by_its_evidence() -> None:
    empty = ResponseSeen(200, (("Content-Type", "text/event-stream; charset=utf-8"),), 0.1)
    one = evolve(empty, body="data: 1", events=(EventSeen(0.1, "message", "1"),))

    assert cause_key(failure("length or stop", "None", response=empty)) == cause_key(
        failure("prompt + completion = total", "None", response=empty)
    )
    assert cause_key(failure("length or stop", "None", response=one)) != cause_key(
        failure("prompt + completion = total", "None", response=one)
    )


def test_a_text_that_differs_is_told_apart_by_category() -> None:
    seeds = failure("the text for two seeds = 'a'", "b", category="sampling")
    stream = failure("the text with a grammar, as unstreamed = 'a'", "b", category="parity")

    assert cause_key(seeds) != cause_key(stream)
    assert cause_key(seeds) == cause_key(failure("the text = 'c'", "d", category="sampling"))


@given(
    st.lists(st.tuples(st.sampled_from(ROWS), st.sampled_from(Level), st.sampled_from(["root", WHOLE_RUN]))),
    st.randoms(use_true_random=False),
)
def test_every_failure_has_one_cause_in_any_order(rows: list[Any], random: Any) -> None:
    results = [
        failure(*row[1:], id=f"{route}.n{n}", level=level) for n, (row, level, route) in enumerate(rows)
    ]
    shuffled = random.sample(results, len(results))
    found = causes_of(results)

    assert sorted(one.id for one in results) == sorted(i for cause in found for i in cause.ids)
    assert {frozenset(cause.ids) for cause in found} == {
        frozenset(cause.ids) for cause in causes_of(shuffled)
    }
    assert {row[0] for row, *_ in rows} == {name for cause in found for name in _names(cause, rows)}
    assert all(1 == len(_names(cause, rows)) for cause in found)


def _names(cause: Cause, rows: list[Any]) -> set[str]:
    return {rows[int(i.partition(".n")[2])][0][0] for i in cause.ids}


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_numbers_do_not_matter(expected: int, actual: int) -> None:
    count = failure(f"generated_tokens = {expected}", str(actual))
    refused = failure("status 200", SERDE.format(f"no {actual} at line {expected} column {actual}"))
    other = failure("status 200", SERDE.format("no 7 at line 1 column 2"))

    assert cause_key(failure("generated_tokens = 1", "2")) == cause_key(count)
    assert cause_key(other) == cause_key(refused)


@given(st.from_regex(r"[a-z]+(_[a-z]+){0,3}", fullmatch=True))
def test_names_that_the_request_holds_do_not_matter(name: str) -> None:
    body = f'{{"parameters":{{"{name}":0}}}}'
    messages = ("`{}` must be 1", "parameters.{}: no number", "{}: no number, at line 1 column 2")

    for message in messages:
        refused = failure("status 200", SERDE.format(message.format(name)), body)
        other = failure("status 200", SERDE.format(message.format("seed")), '{"parameters":{"seed":0}}')
        assert cause_key(other) == cause_key(refused)


@given(st.text(), st.text(), st.text())
def test_any_text_has_a_key(expected: str, actual: str, body: str) -> None:
    assert all(isinstance(part, str) for part in cause_key(failure(expected, actual, body)))


@pytest.mark.parametrize("text", ["'" * 4000, "[" * 4000, "a_" * 2000, "\\" * 4000, "#/" * 2000, "{'" * 2000])
def test_a_hostile_text_is_read_at_once(text: str) -> None:
    many = [failure("status 200", f"422 text/plain: {text}", text, id=f"generate.n{n}") for n in range(100)]

    assert [100] == [len(cause.results) for cause in causes_of(many)]


def test_a_cause_holds_every_level_and_counts_them_apart() -> None:
    row = ("status 200", "500 text/plain: 'oops'")
    results = [
        failure(*row, id="root.should", level=Level.SHOULD, why="Proxies."),
        failure(*row, id="root.must", statement="The first promise."),
        failure(*row, id="generate.must-too", statement="Another.", why="Somebody asks."),
    ]
    (cause,) = causes_of(results)

    assert ("root.must", "generate.must-too", "root.should") == cause.ids
    assert (Level.MUST, "The first promise.", ("root", "generate")) == (
        cause.level,
        cause.title,
        cause.routes,
    )
    assert {Level.MUST: 2, Level.SHOULD: 1} == cause.counts
    assert "" == cause.why
    assert "Somebody asks." == causes_of(results[1:])[0].why


def test_the_title_is_what_most_of_the_requirements_promise() -> None:
    row = ("status 422", "500 text/plain: 'oops'")
    names = ("seed", "top_p", "stop")
    odd = failure(*row, id="root.odd", statement="It answers.", category="answers")
    same = [
        failure(*row, id=f"root.{name}", statement=f"A bad `{name}` is refused.", category="parameters")
        for name in names
    ]
    (alike,) = causes_of([odd, *same])
    (apart,) = causes_of([odd, *same[:1]])

    assert ("A bad `seed` is refused.", "It answers.") == (alike.title, apart.title)


def test_without_such_a_promise_the_title_is_one_of_many_routes() -> None:
    row = ("generated_tokens = 1", "2")
    results = [
        failure(*row, id="root.a", statement="Texts are equal."),
        failure(*row, id="root.streamed-a", statement="Texts are equal."),
        failure(*row, id="root.b", statement="Tokens are counted."),
        failure(*row, id="generate.b", statement="Tokens are counted."),
    ]

    assert "Tokens are counted." == causes_of(results)[0].title


def test_must_comes_first_then_the_whole_run_then_the_largest() -> None:
    results = [
        failure("a", "1", id="root.a", level=Level.SHOULD),
        failure("a", "1", id="root.aa", level=Level.SHOULD),
        failure("b", "1", id="root.b"),
        failure("c", "1", id="root.c"),
        failure("c", "1", id="root.cc"),
        failure("d", "1", id=f"{WHOLE_RUN}.d"),
    ]

    assert [f"{WHOLE_RUN}.d", "root.c", "root.b", "root.a"] == [
        cause.first.id for cause in causes_of(results)
    ]
