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


def test_several_urls_give_a_matrix_even_if_one_cannot_be_reached(
    tmp_path: Path, tgi_server: Running
) -> None:
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


def test_a_file_lists_targets_with_keys_and_settings(
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
        ("- {url: 'http://h', rate: -1}", "at least 0"),
        ("- {url: 'http://h', name: a/b}", "expected letters"),
        ("- {url: 'http://h', only: hens}", "target 1: unknown route, category or requirement 'hens'"),
        ("- {url: 'http://h', api-key-env: NO_SUCH_KEY}", "target 1: --api-key-env NO_SUCH_KEY"),
        ("- {url: 'ftp://h'}", 'target 1: "ftp://h"'),
        ("- {url: 'http://h'}\n- {url: 'http://h'}", "two targets have the name 'h'"),
    ],
)
def test_an_invalid_file_is_a_one_line_error(tmp_path: Path, text: str, complaint: str) -> None:
    file = tmp_path / "targets.yaml"
    file.write_text(text)
    done = ran("--targets", str(file))

    assert 2 == done.exit_code
    (line,) = done.stderr.splitlines()
    assert complaint in line


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ([NOWHERE, "http://127.0.0.1:2", "--json", "a.json"], "use --reports FOLDER"),
        ([NOWHERE, "--targets", "t.yaml"], "cannot be combined with a URL"),
        ([NOWHERE, NOWHERE], "two targets have the name"),
        ([NOWHERE, "--fail-on", "regression"], "require each other"),
        ([NOWHERE, "--baseline", "a.json"], "require each other"),
        ([NOWHERE, "--fail-on", "regression", "nowhere.json"], "nowhere.json: cannot be read"),
        ([NOWHERE, "--fail-on", "always"], "always"),
    ],
)
def test_wrong_usage_is_a_one_line_error(
    words: list[str], complaint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = ran(*words)

    assert 2 == done.exit_code
    (line,) = done.stderr.splitlines()
    assert complaint in line
