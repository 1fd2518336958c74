"""Several deployments side by side: real servers, one broken, one that is not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from tgi_conformance.cli.main import main
from tgi_conformance.reports.read_json import read_report
from tgi_reference.compose import running
from tgi_reference.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tgi_reference.server import Running

NOWHERE = "http://127.0.0.1:1"
SMOKE = ["--depth", "smoke", "--only", "info", "--only", "generate"]


@pytest.fixture(scope="module")
def locked() -> Iterator[Running]:
    with running(Settings(api_key="sesame-open")) as server:
        yield server


def ran(*words: str) -> Result:
    return CliRunner().invoke(main, ["run", *words])


def test_urls_end_with_a_matrix_whatever_one_of_them_does(tmp_path: Path, tgi_server: Running) -> None:
    page = tmp_path / "m.html"
    done = ran(tgi_server.url, NOWHERE, *SMOKE, "--html", str(page), "--reports", str(tmp_path / "all"))
    names = [url.removeprefix("http://").replace(":", "-") for url in (tgi_server.url, NOWHERE)]

    assert 3 == done.exit_code, done.output
    assert f"{names[0]}: conforms" in done.output
    assert f"{names[1]}: could not tell  the deployment cannot be reached" in done.output
    assert names[1] in page.read_text("utf-8")
    written = {path.name for path in (tmp_path / "all").iterdir()}
    assert {f"{name}{end}" for name in (*names, "matrix") for end in (".html",)} <= written
    assert read_report(tmp_path / "all" / f"{names[0]}.json").target == tgi_server.url


def test_a_file_names_targets_with_keys_and_settings(
    tmp_path: Path, tgi_server: Running, locked: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOCKED_KEY", "sesame-open")
    file = tmp_path / "targets.yaml"
    file.write_text(
        f"- {{name: open, url: '{tgi_server.url}', depth: smoke, only: info}}\n"
        f"- {{name: locked, url: '{locked.url}', api-key-env: LOCKED_KEY, only: [info, models]}}\n"
    )
    done = ran("--targets", str(file), "--depth", "smoke", "--reports", str(tmp_path))
    reports = {name: read_report(tmp_path / f"{name}.json") for name in ("open", "locked")}

    assert 0 == done.exit_code, done.output
    assert {"info"} == {r.route for r in reports["open"].requirements}
    assert {"info", "models"} == {r.route for r in reports["locked"].requirements}
    assert not [path for path in tmp_path.iterdir() if b"sesame-open" in path.read_bytes()]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "expected a list of targets"),
        ("[]", "expected a list of targets"),
        ("{", "cannot be read"),
        ("[1]", "target 1: expected a url"),
        ("- {name: a}", "target 1: expected a url"),
        ("- {url: 'http://h', depht: smoke}", "unknown setting 'depht'; did you mean 'depth'?"),
        ("- {url: 'http://h', depth: deep}", "expected smoke, standard, exhaustive, load"),
        ("- {url: 'http://h', seed: x}", "seed = 'x': expected int"),
        ("- {url: 'http://h', seed: true}", "expected int"),
        ("- {url: 'http://h', rate: -1}", "from 0 up"),
        ("- {url: 'http://h', name: a/b}", "is no word"),
        ("- {url: 'http://h', only: hens}", "target 1: unknown route 'hens'"),
        ("- {url: 'http://h', api-key-env: NO_SUCH_KEY}", "target 1: --api-key-env NO_SUCH_KEY"),
        ("- {url: 'ftp://h'}", 'target 1: "ftp://h"'),
        ("- {url: 'http://h'}\n- {url: 'http://h'}", "two targets are called 'h'"),
    ],
)
def test_a_wrong_file_is_told_in_one_line(tmp_path: Path, text: str, complaint: str) -> None:
    file = tmp_path / "targets.yaml"
    file.write_text(text)
    done = ran("--targets", str(file))

    assert 2 == done.exit_code
    (line,) = done.stderr.splitlines()
    assert complaint in line


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ([NOWHERE, "http://127.0.0.1:2", "--json", "a.json"], "expected --reports FOLDER"),
        ([NOWHERE, "--targets", "t.yaml"], "expected no URL beside it"),
        ([NOWHERE, NOWHERE], "two targets are called"),
        ([NOWHERE, "--fail-on", "regression"], "belong together"),
        ([NOWHERE, "--baseline", "a.json"], "belong together"),
        ([NOWHERE, "--fail-on", "regression", "nowhere.json"], "nowhere.json: cannot be read"),
        ([NOWHERE, "--fail-on", "always"], "always"),
    ],
)
def test_wrong_usage_is_told_in_one_line(
    words: list[str], complaint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = ran(*words)

    assert 2 == done.exit_code
    (line,) = done.stderr.splitlines()
    assert complaint in line
