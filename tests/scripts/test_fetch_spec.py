"""The command that fetches a server's document: its exit codes, its reports, and the file that it writes."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.conftest import Reply

from tgi_document.pinned import pinned_document

if TYPE_CHECKING:
    from tests.conftest import Site

ROOT = Path(__file__).parents[2]
KEY = "sesame-4711"


def fetch_spec(*arguments: object, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "scripts" / "fetch_spec.py"), *map(str, arguments)]
    environment = {**os.environ, **variables}
    return subprocess.run(  # noqa: S603 (the project's own command)
        command, capture_output=True, text=True, check=False, env=environment, timeout=60
    )


def serve(site: Site, document: object) -> None:
    site.replies["/api-doc/openapi.json"] = Reply(json.dumps(document).encode())


@pytest.fixture
def changed() -> dict[str, Any]:
    document = copy.deepcopy(pinned_document())
    del document["components"]["schemas"]["Token"]["properties"]["special"]
    document["paths"]["/generate"]["post"]["description"] = "Other prose."
    return document


def test_a_server_with_the_pinned_document_is_the_same(site: Site) -> None:
    serve(site, pinned_document())
    done = fetch_spec(site.url)
    assert (0, "no changes\n") == (done.returncode, done.stdout[-11:])
    assert f"{site.url}/api-doc/openapi.json (a usual place)\n" == done.stderr


def test_prints_changes(site: Site, changed: dict[str, Any]) -> None:
    serve(site, changed)
    done = fetch_spec(site.url)
    assert done.returncode == 1
    assert (
        "Breaking for readers\n  Token (in responses)\n    member removed: special (boolean)\n" in done.stdout
    )


def test_prints_changes_as_json(site: Site, changed: dict[str, Any]) -> None:
    serve(site, changed)
    value = json.loads(fetch_spec(site.url, "--format", "json").stdout)
    assert ["member removed"] == [change["kind"] for change in value["changes"]]
    assert f"{site.url}/api-doc/openapi.json" == value["new"]["source"]


def test_writes_what_was_served(site: Site, changed: dict[str, Any], tmp_path: Path) -> None:
    serve(site, changed)
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    assert fetch_spec(site.url, "--out", first).returncode == 1
    fetch_spec(site.url, "--out", second)
    assert changed == json.loads(first.read_bytes())
    assert first.read_bytes() == second.read_bytes()
    assert {first, second} == set(tmp_path.iterdir())


@pytest.mark.parametrize(
    "body", [b"<html></html>", b'{"openapi": "3.0', b'{"swagger": "2.0"}', b"openapi: 3.0.3", b"{}"]
)
def test_keeps_the_old_file_when_there_is_no_document(site: Site, body: bytes, tmp_path: Path) -> None:
    site.replies["/openapi.json"] = Reply(body)
    file = tmp_path / "spec.json"
    file.write_text("old")
    done = fetch_spec(site.url, "--out", file)
    assert (2, "", 1) == (done.returncode, done.stdout, done.stderr.count("\n"))
    assert done.stderr.startswith(f"fetch_spec.py: {site.url}/openapi.json: ")
    assert "old" == file.read_text()


def test_says_that_a_file_cannot_be_written(site: Site, changed: dict[str, Any], tmp_path: Path) -> None:
    serve(site, changed)
    done = fetch_spec(site.url, "--out", tmp_path / "absent" / "spec.json")
    assert (2, "", 1) == (done.returncode, done.stdout, done.stderr.count("\n"))
    assert "spec.json: cannot be written (No such file or directory), expected a writable file" in done.stderr


def test_refuses_a_server_that_is_no_tgi(site: Site) -> None:
    serve(site, {"openapi": "3.1.0", "paths": {"/pets": {"get": {"responses": {}}}}})
    done = fetch_spec(site.url)
    assert (2, "") == (done.returncode, done.stdout)
    assert "no TGI's document, expected at least one of its operations, such as POST /generate" in done.stderr


def test_sends_a_key_and_shows_it_nowhere(site: Site) -> None:
    site.key = KEY
    serve(site, pinned_document())
    done = fetch_spec(site.url, "--api-key-env", "A_KEY", "--header", "X-Team: blue-team", A_KEY=KEY)
    assert done.returncode == 0
    assert "blue-team" == site.requests[-1][1]["x-team"]
    wrong = fetch_spec(
        site.url, "--api-key-env", "A_KEY", "--header", "X-Team: blue-team", A_KEY="wrong-4711"
    )
    assert wrong.returncode == 2
    assert "expected another API key than the one in environment variable A_KEY" in wrong.stderr
    assert not [secret for secret in (KEY, "wrong-4711", "blue-team") if secret in done.stderr + wrong.stderr]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ((), "Missing argument 'URL'."),
        (
            ("http://127.0.0.1:9", "--format", "yaml"),
            "'yaml' is not one of 'text', 'json', 'markdown', 'github'.",
        ),
        (
            ("http://127.0.0.1:9", "--api-key-env", "NOT_SET_ANYWHERE"),
            "NOT_SET_ANYWHERE: not set",
        ),
        (("http://127.0.0.1:9", "--header", "secret"), "a header without a colon (6 characters)"),
        (("http://127.0.0.1:9", "--timeout", "0"), "0.0 is not in the range"),
        (("http://127.0.0.1:9", "--timeout", "nan"), "--timeout nan: not a number, expected seconds"),
        (("http://127.0.0.1:9", "--nonsense"), "--nonsense"),
        (("here",), '"here": not the URL of a server'),
    ],
)
def test_misuse_is_one_line(arguments: tuple[str, ...], expected: str) -> None:
    done = fetch_spec(*arguments)
    assert (2, "", 1) == (done.returncode, done.stdout, done.stderr.count("\n"))
    assert expected in done.stderr
