"""What lets a user in is checked before it is used, and never shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import trustme

from tgi_common.access import AccessError, key_from_environment, parse_header, parse_url, shown_url, trust

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
        ("http://127.0.0.1:3000/", "http://127.0.0.1:3000"),
        ("https://gw.example/models/foo/", "https://gw.example/models/foo"),
        ("http://[::1]:80", "http://[::1]:80"),
        ("HTTP://Example.test", "HTTP://Example.test"),
        ("http://user:word@host.test", "http://user:word@host.test"),
    ],
)
def test_base_urls_are_taken(text: str, expected: str) -> None:
    assert expected == parse_url(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", "nothing", "127.0.0.1:3000", "ftp://host.test", "http://", "http:///path", "//host.test"),
        *(
            "http://host.test:99999",
            "http://host.test:x",
            "http://[::1",
            "http://ho st/",
            "http://a\nb.test/",
        ),
        *(
            "http://host.test/?q=1",
            "http://host.test/#there",
            "http://host.test/\x1b[31m",
            "http://\u202e.test",
        ),
    ],
)
def test_other_urls_are_refused_in_one_plain_line(text: str) -> None:
    with pytest.raises(AccessError) as caught:
        parse_url(text)

    assert str(caught.value).isprintable()
    assert "expected" in str(caught.value) or "port" in str(caught.value)


@pytest.mark.parametrize("url", ["http://user:secret@host.test:x", "ftp://user:secret@host.test"])
def test_refused_urls_are_shown_without_the_password(url: str) -> None:
    with pytest.raises(AccessError) as caught:
        parse_url(url)

    assert "secret" not in str(caught.value)
    assert "host.test" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("X-Team: red", ("X-Team", "red")),
        ("x:y", ("x", "y")),
        ("a:b:c", ("a", "b:c")),
        (" a : b ", ("a", "b")),
        ("empty:", ("empty", "")),
    ],
)
def test_headers_are_split(text: str, expected: tuple[str, str]) -> None:
    assert expected == parse_header(text)


@pytest.mark.parametrize(
    "text",
    ["no-colon-sesame", ": sesame", "a b: sesame", "a: sesame\r\nb: c", "a: sesame\x01", "a: sesame\u00e9"],
)
def test_other_headers_are_refused_without_their_value(text: str) -> None:
    with pytest.raises(AccessError) as caught:
        parse_header(text)

    assert "sesame" not in str(caught.value)
    assert str(caught.value).startswith("--header")


@pytest.mark.parametrize("value", ["", "  ", "se\nsame", "s\u00e9same"])
def test_keys_that_cannot_be_sent_are_refused(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_KEY", value)
    with pytest.raises(AccessError) as caught:
        key_from_environment("A_KEY")

    assert "--api-key-env A_KEY: " == str(caught.value)[:21]
    assert "same" not in str(caught.value)


def test_a_key_is_read_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_KEY", "sesame open")

    assert "sesame open" == key_from_environment("A_KEY")


def test_urls_are_shown_without_what_is_secret() -> None:
    assert "http://h:1/a" == shown_url("http://u:p@h:1/a?token=b#c")


def test_a_file_of_certificates_is_all_that_is_trusted(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    trustme.CA().cert_pem.write_to_path(str(file))

    assert 1 == len(trust(file).get_ca_certs())
    assert len(trust(None).get_ca_certs()) > 1


@pytest.mark.parametrize(
    ("content", "message"),
    [(None, "cannot be read (No such file or directory)"), ("hello", "holds no certificate")],
)
def test_a_file_without_certificates_is_refused(content: str | None, message: str, tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)
    with pytest.raises(AccessError) as caught:
        trust(file)

    assert f"--ca {file}: {message}, expected a file of certificates in PEM" == str(caught.value)
