"""A target's URL, key and headers are used as given, and never shown."""

from __future__ import annotations

import base64
import html
import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tgi_common.redaction import HIDDEN
from tgi_conformance.http.target import Key, Target
from tgi_conformance.results.outcomes import LONGEST_SHOWN, shown

SECRET = 'pa"ss/w<o>rd-17'  # noqa: S105 - nobody's


def target(**given_: str) -> Target:
    return Target(
        given_.get("url", "http://host.test"),
        Key("NAME", given_["key"]) if "key" in given_ else None,
        (("X-Header", given_["header"]),) if "header" in given_ else (),
    )


WRITTEN = [
    pytest.param(SECRET, id="as it is"),
    pytest.param(SECRET.upper(), id="in other case"),
    pytest.param(json.dumps({"a": SECRET}), id="in JSON"),
    pytest.param(repr(f"'{SECRET}"), id="in a repr"),
    pytest.param(html.escape(SECRET), id="in HTML"),
    pytest.param(quote(SECRET, safe=""), id="in a URL"),
]


@pytest.mark.parametrize("written", WRITTEN)
@pytest.mark.parametrize("given_as", ["key", "header"])
def test_secrets_are_hidden_in_every_spelling(given_as: str, written: str) -> None:
    scrubbed = target(**{given_as: SECRET}).scrub(f"you said {written}!")

    assert HIDDEN in scrubbed
    assert "rd-17" not in scrubbed.lower()


def test_password_is_hidden_as_written_in_the_url_and_as_sent() -> None:
    url = f"http://user:{quote(SECRET, safe='')}@host.test/"
    sent = base64.b64encode(f"user:{SECRET}".encode()).decode()
    one = target(url=url)

    assert "http://host.test/" == one.shown_url
    assert f"Basic {HIDDEN} and {HIDDEN}" == one.scrub(f"Basic {sent} and {SECRET}")


def test_secrets_are_hidden_everywhere_in_json() -> None:
    value = {"a": [f"x{SECRET}", {SECRET: 1}], "b": None, "c": 1.5, "d": True}

    assert {"a": [f"x{HIDDEN}", {HIDDEN: 1}], "b": None, "c": 1.5, "d": True} == target(key=SECRET).scrub(
        value
    )


def test_short_values_are_not_hidden() -> None:
    assert "a at b" == target(header="a").scrub("a at b")


@given(before=st.integers(LONGEST_SHOWN - 25, LONGEST_SHOWN + 5), quoted=st.booleans())
def test_no_part_of_a_secret_shows_where_a_text_is_cut(before: int, *, quoted: bool) -> None:
    text = "." * before + "sesame-open-now" + "." * 50
    cut = repr(text[:LONGEST_SHOWN]) if quoted else shown(text)
    scrubbed = target(key="sesame-open-now").scrub(cut)

    assert "sesa" not in scrubbed


def test_no_secret_is_in_a_repr() -> None:
    one = target(url="http://user:password@host.test", key=SECRET, header="hidden-value")

    assert [] == [word for word in ("password", SECRET, "hidden-value") if word in repr(one)]


def test_bytes_are_scrubbed() -> None:
    assert b"\xff***\0" == target(key=SECRET).scrub_bytes(b"\xff" + SECRET.encode() + b"\0")
