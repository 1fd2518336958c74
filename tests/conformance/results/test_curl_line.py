"""A real shell turns the curl line into the request that was sent, and the line contains no secret."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import httpx
import pytest
from attrs import frozen
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tgi_conformance.http.exchange import Request
from tgi_conformance.http.target import Key, Target
from tgi_conformance.results.curl import LONGEST_BODY, curl_line

if TYPE_CHECKING:
    from pathlib import Path

    from tgi_reference.server import Running

PLAIN = Target("http://host.test/prefix")
BASH = shutil.which("bash")
STUB = """#!{python}
import json, sys
data = sys.stdin.buffer.read() if "@-" in sys.argv else b""
json.dump([sys.argv[1:], data.hex()], sys.stdout)
"""
needs_bash = pytest.mark.skipif(BASH is None, reason="needs bash")


@frozen
class Sent:
    """How curl was called: its arguments, and its standard input."""

    words: list[str]
    stdin: bytes

    @property
    def headers(self) -> list[str]:
        return [self.words[n + 1] for n, word in enumerate(self.words) if word == "-H"]

    @property
    def body(self) -> bytes | None:
        if "--data-raw" in self.words:
            return os.fsencode(self.words[self.words.index("--data-raw") + 1])
        return self.stdin if "--data-binary" in self.words else None


@pytest.fixture(scope="module")
def stub(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a curl that prints how it was called."""
    folder = tmp_path_factory.mktemp("bin")
    curl = folder / "curl"
    curl.write_text(STUB.format(python=sys.executable))
    curl.chmod(0o755)
    return folder


def run(line: str, stub: Path, **variables: str) -> Sent:
    assert BASH
    environment = {"PATH": f"{stub}{os.pathsep}{os.environ['PATH']}", "LC_ALL": "C.UTF-8", **variables}
    done = subprocess.run(  # noqa: S603 - the line under test
        [BASH, "-c", line], env=environment, capture_output=True, check=True, timeout=30
    )
    words, data = json.loads(done.stdout)
    return Sent(words, bytes.fromhex(data))


BODIES = [
    b"{}",
    b"",
    b"'\"`$(touch x)\\!",
    b"@/etc/hostname",
    b"-d",
    b"two\nlines\r\n\ttab\n",
    b"a\0b",
    b"\xff\xfe",
    "naïve 🤖 日本".encode(),
    b"\x1b[31m%s%d\\n\\0",
    b"\xe2\x80\xae right to left",
]


@needs_bash
@pytest.mark.parametrize("body", BODIES, ids=repr)
def test_the_shell_sends_the_same_body(body: bytes, stub: Path) -> None:
    request = Request("POST", "/generate", (("content-type", "application/json"),), body)
    sent = run(curl_line(PLAIN, request), stub)

    assert body == sent.body
    assert ["content-type: application/json"] == sent.headers
    assert "http://host.test/prefix/generate" in sent.words
    assert "-X" not in sent.words, "curl sends a body with POST"


@needs_bash
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], database=None
)
@given(body=st.binary(max_size=60), value=st.text(st.characters(min_codepoint=32, max_codepoint=126)))
@example(body=b"'", value="$HOME `id` \\ '\" !x")
def test_the_shell_sends_any_bytes(body: bytes, value: str, stub: Path) -> None:
    request = Request("PUT", "/x?a=b&c=[1-3]{d}", (("x-header", value),), body)
    sent = run(curl_line(PLAIN, request), stub)

    assert body == sent.body
    assert f"x-header: {value}" in sent.headers
    assert "http://host.test/prefix/x?a=b&c=[1-3]{d}" in sent.words
    assert ["-i", "-g", "-X", "PUT"] == sent.words[:4]


@needs_bash
def test_secrets_are_filled_in_by_the_shell(stub: Path) -> None:
    target = Target("http://user:word1@host.test", Key("MY_KEY", "sesame"), (("X-`id`-Team.1", "red-team"),))
    request = Request("POST", "/", (("content-type", "text/plain"),), b"say red-team and sesame")
    line = curl_line(target, request)
    sent = run(line, stub, MY_KEY="sesame", X__ID__TEAM_1="red-team")

    assert [] == [secret for secret in ("sesame", "red-team", "word1") if secret in line]
    assert {"content-type: text/plain", "Authorization: Bearer sesame", "X-`id`-Team.1: red-team"} == set(
        sent.headers
    )
    assert b"say *** and ***" == sent.body


def test_a_line_is_one_line_that_a_shell_can_split() -> None:
    for body in BODIES:
        line = curl_line(PLAIN, Request("POST", "/", (), body))

        assert line.isprintable()
        assert "curl" in shlex.split(line)


def test_a_head_request_uses_curls_own_flag() -> None:
    assert "curl --head http://host.test/prefix/info" == curl_line(PLAIN, Request("HEAD", "/info"))


def test_a_get_is_plain() -> None:
    assert "curl -i http://host.test/prefix/info" == curl_line(PLAIN, Request("GET", "/info"))


@pytest.mark.parametrize(
    ("method", "content", "flags"),
    [
        ("GET", None, "-i"),
        ("GET", b"{}", "-i -X GET"),
        ("HEAD", None, "--head"),
        ("HEAD", b"{}", "-i -X HEAD"),
        ("POST", None, "-i -X POST"),
        ("POST", b"{}", "-i"),
        ("DELETE", None, "-i -X DELETE"),
    ],
)
def test_there_is_no_needless_flag(method: str, content: bytes | None, flags: str) -> None:
    line = curl_line(PLAIN, Request(method, "/info", (), content))

    assert f"curl {flags} http://host.test/prefix/info" == line.partition(" -H ")[0]


def test_brackets_of_an_address_are_no_pattern() -> None:
    assert "curl -i -g 'http://[::1]/'" == curl_line(Target("http://[::1]"), Request("GET", "/"))


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
@needs_bash
@pytest.mark.parametrize(
    "request_",
    [
        Request("GET", "/info"),
        Request("HEAD", "/health"),
        Request("POST", "/tokenize", (("content-type", "application/json"),), b'{"inputs":"a b"}'),
        Request("OPTIONS", "/generate"),
        Request("POST", "/generate?x=[1-3]&y={a,b}", (("content-type", "application/json"),), b"\0"),
    ],
    ids=lambda request: f"{request.method} {request.path}",
)
def test_the_real_curl_gets_the_answer_that_the_suite_gets(request_: Request, tgi_server: Running) -> None:
    assert BASH
    target = Target(tgi_server.url)
    with contextlib.closing(httpx.Client()) as client:
        expected = client.request(
            request_.method, target.url + request_.path, headers=request_.headers, content=request_.content
        )
    done = subprocess.run(  # noqa: S603 - the line under test
        [BASH, "-c", curl_line(target, request_)], capture_output=True, check=True, timeout=30
    )
    head, _, body = done.stdout.partition(b"\r\n\r\n")

    assert (expected.status_code, expected.content) == (int(head.split()[1]), body)


def test_an_anonymous_request_has_no_key() -> None:
    target = Target("http://host.test", Key("MY_KEY", "sesame"))

    assert "MY_KEY" not in curl_line(target, Request("GET", "/", anonymous=True))
    assert "MY_KEY" not in curl_line(target, Request("GET", "/", (("authorization", "Basic eA=="),)))
    assert "$MY_KEY" in curl_line(target, Request("GET", "/"))


def test_a_missing_content_type_stays_missing() -> None:
    assert "-H Content-Type: --data-raw" in curl_line(PLAIN, Request("POST", "/", (), b"x"))


def test_a_long_body_is_described_in_a_comment() -> None:
    content = b'{"a": "\n;touch x\x1b' + b"b" * LONGEST_BODY
    line = curl_line(PLAIN, Request("POST", "/", (), content))

    assert line.isprintable()
    assert f"the {len(content)} bytes" in line
    assert len(line) < 300


def test_it_accepts_any_certificate_where_the_run_did() -> None:
    request = Request("GET", "/info")

    assert "curl -i --insecure https://host.test/info" == curl_line(
        Target("https://host.test", insecure=True), request
    )
    assert "--insecure" not in curl_line(Target("https://host.test"), request)
