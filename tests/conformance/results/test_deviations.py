"""Known deviations: wrong files say so in one line, entries match no more than they say."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import yaml
from packaging.version import Version

from tgi_conformance.http.exchange import Exchange, Request, Response
from tgi_conformance.requirements import requirements
from tgi_conformance.results.deviations import (
    Deviation,
    DeviationsError,
    parse_deviations,
    read_deviations,
    shipped_deviations,
)
from tgi_conformance.results.outcomes import UnmetError

if TYPE_CHECKING:
    from pathlib import Path

ENTRY: dict[str, Any] = {
    "requirement": "generate.*",
    "instead": "answers 418",
    "versions": ">=2.0,<3.1",
    "evidence": "generate/plain",
    "seen": {"properties": {"status": {"const": 418}}, "required": ["status"]},
}


def parse(*entries: Any) -> tuple[Deviation, ...]:
    return parse_deviations(yaml.safe_dump(list(entries)), "mine.yaml")


def unmet(
    status: int, body: bytes = b"", media_type: str = "text/plain", sent: bytes | None = b'{"a": 1}'
) -> UnmetError:
    response = Response(status, httpx.Headers({"content-type": media_type}), body, 0.1)
    return UnmetError("something", "else", Exchange(Request("POST", "/generate", (), sent), response))


def test_a_deviation_explains_what_it_describes_and_nothing_else() -> None:
    (deviation,) = parse(ENTRY)

    assert deviation.explains(unmet(418))
    assert not deviation.explains(unmet(500))
    assert not deviation.explains(UnmetError("something", "else"))


def test_an_observation_has_request_answer_and_actual() -> None:
    seen = unmet(200, b'{"b": null}', "application/json; charset=utf-8").observation

    assert {
        "actual": "else",
        "symptom": "something | else | 200 application/json",
        "request": {"method": "POST", "path": "/generate", "body": {"a": 1}},
        "status": 200,
        "media_type": "application/json",
        "body": {"b": None},
    } == seen


def test_an_observation_of_a_stream_has_its_events() -> None:
    body = b'data: {"a": 1}\n\ndata: [DONE]\n\n'
    seen = unmet(200, body, "text/event-stream", sent=b"no JSON").observation

    assert [{"a": 1}, "[DONE]"] == seen["events"]
    assert seen["request"]["body"] is None
    assert "body" not in seen


def test_a_body_that_is_not_json_is_observed_as_text() -> None:
    assert "no \ufffd JSON" == unmet(422, b"no \xff JSON").observation["body"]


@pytest.mark.parametrize(
    ("requirement", "version", "expected"),
    [
        ("generate.a-limit", "2.4.1", True),
        ("generate.a-limit", "3.0.2-dev0", True),
        ("generate.a-limit", None, True),
        ("generate.a-limit", "1.4.5", False),
        ("generate.a-limit", "3.3.6", False),
        ("generate-stream.a-limit", "2.4.1", False),
        ("root.generate.a", "2.4.1", False),
    ],
)
def test_a_deviation_covers_its_requirements_in_its_releases(
    requirement: str, version: str | None, expected: bool
) -> None:
    (deviation,) = parse(ENTRY)

    assert expected is deviation.covers(requirement, Version(version) if version else None)


def test_several_requirements_share_an_entry() -> None:
    (deviation,) = parse({**ENTRY, "requirement": ["a.b", "*.c-*"]})

    assert [True, True, False] == [deviation.covers(name, None) for name in ("a.b", "x.c-d", "a.bc")]


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in ENTRY.items() if key != name}


@pytest.mark.parametrize("name", sorted(ENTRY))
def test_each_member_is_required(name: str) -> None:
    with pytest.raises(DeviationsError, match=rf"mine\.yaml, entry 2: missing `{name}`$"):
        parse(ENTRY, without(name))


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({**ENTRY, "sen": {}}, "unknown member 'sen'; did you mean 'seen'?"),
        ({}, "missing `requirement`, `seen`, `instead`, `versions`, `evidence`"),
        ("text", "expected an object with the members requirement, seen"),
        ({**ENTRY, "seen": {"type": "nothing"}}, "JSON Schema"),
        ({**ENTRY, "seen": 5}, "JSON Schema"),
        ({**ENTRY, "versions": "newest"}, "version specifier"),
        ({**ENTRY, "versions": 3.3}, "version specifier"),
        ({**ENTRY, "requirement": []}, "`requirement`"),
        ({**ENTRY, "requirement": None}, "`requirement`"),
        ({**ENTRY, "requirement": ["a.b", 5]}, "`requirement`"),
        ({**ENTRY, "instead": ""}, "`instead`"),
        ({**ENTRY, "evidence": None}, "`evidence`"),
        ({**ENTRY, "expires": "soon"}, "`expires`"),
        ({**ENTRY, "by_chance": "yes"}, "`by_chance`"),
    ],
)
def test_invalid_entries_are_named(entry: Any, said: str) -> None:
    with pytest.raises(DeviationsError) as caught:
        parse(entry)

    assert str(caught.value).startswith("mine.yaml, entry 1: ")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["a: b", "- [", "\x00", "", "!!python/object:os.system {}"])
def test_files_that_are_no_list_of_deviations_are_refused(text: str) -> None:
    with pytest.raises(DeviationsError) as caught:
        parse_deviations(text, "mine.yaml")

    assert str(caught.value).startswith("mine.yaml: ")
    assert "\n" not in str(caught.value)


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    (tmp_path / "bytes.yaml").write_bytes(b"\xff\xfe\x00")
    for path in (tmp_path / "nowhere.yaml", tmp_path, tmp_path / "bytes.yaml"):
        with pytest.raises(DeviationsError, match=f"{path.name}.*cannot be read"):
            read_deviations(path)


def test_an_entry_expires_after_its_last_day() -> None:
    (deviation,) = parse({**ENTRY, "expires": date(2027, 1, 31)})

    assert not deviation.expired(date(2027, 1, 31))
    assert deviation.expired(date(2027, 2, 1))
    assert not parse(ENTRY)[0].expired(date(2999, 1, 1))


def test_every_shipped_pattern_matches_a_requirement() -> None:
    ids = [requirement.id for requirement in requirements()]
    idle = [
        pattern
        for deviation in shipped_deviations()
        for pattern in deviation.requirements
        if not any(Deviation((pattern,), {}, "", deviation.versions, "").covers(id_, None) for id_ in ids)
    ]

    assert [] == idle


WORSE = [
    unmet(200),
    unmet(500, b"{}", "application/json"),
    unmet(502, b"<html>", "text/html"),
    unmet(422),
    unmet(422, b"{}", "application/json"),
    unmet(200, b"", "text/event-stream"),
    unmet(200, b"data: {}\n\n", "text/event-stream"),
    unmet(200, b"data: [DONE]\n\n", "text/event-stream"),
    unmet(200, b"[]", "application/json"),
    UnmetError("something", "else"),
]


def test_no_shipped_entry_explains_a_worse_failure() -> None:
    explained = [
        (deviation.name, worse.observation)
        for deviation in shipped_deviations()
        for worse in WORSE
        if deviation.explains(worse)
    ]

    assert [] == explained
