"""The flags that divide several deployments, and the command that merges: what they refuse, how they end."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from attrs import evolve
from click.testing import CliRunner, Result
from tests.conformance.fleet.parts import targets, write_fleet

from tgi_conformance.cli.main import main
from tgi_conformance.fleet.part import read_part
from tgi_conformance.fleet.plan import plan_of
from tgi_conformance.reports.read_json import read_report

if TYPE_CHECKING:
    from tgi_reference.server import Running

INFO = ["--depth", "smoke", "--only", "info"]
NOWHERE = "http://127.0.0.1:1"


def ran(*words: object) -> Result:
    return CliRunner().invoke(main, list(map(str, words)))


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("JOB_COMPLETION_INDEX", "CI_NODE_INDEX", "SLURM_ARRAY_TASK_ID"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--shard", "9/8"], "--shard 9/8: shard 9 of 8"),
        (["--shard", "auto"], "--shard auto: expected one of JOB_COMPLETION_INDEX"),
        (["--split", "requirements"], "--split requirements: needs --shard I/N"),
        (["--part", "a", "--resume", "b"], "--part and --resume: use one of them, not both"),
        (["--part", "nowhere/a.jsonl"], "the folder nowhere does not exist"),
        (["--resume", "pyproject.toml"], "not a part"),
        (["--jobs", "0"], "--jobs"),
    ],
)
def test_wrong_usage_is_a_one_line_error(words: list[str], complaint: str) -> None:
    Path("pyproject.toml").write_text("[project]\n")
    done = ran("run", NOWHERE, *words)

    assert 2 == done.exit_code, done.output
    (line,) = done.stderr.splitlines()
    assert complaint in line


def test_the_environment_is_read_only_if_asked_for(
    tgi_server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI_NODE_INDEX", "2")
    monkeypatch.setenv("CI_NODE_TOTAL", "2")
    plain = ran("run", tgi_server.url, *INFO, "--json", "plain.json")
    done = ran("run", tgi_server.url, *INFO, "--shard", "auto")

    assert (0, 0) == (plain.exit_code, done.exit_code), done.output
    assert read_report(Path("plain.json")).requirements
    assert 2 == read_part(Path("part-2-of-2.jsonl")).header.shard


def test_a_shard_without_targets_passes_and_has_a_part(tgi_server: Running) -> None:
    for shard in (1, 2):
        done = ran("run", tgi_server.url, *INFO, "--shard", f"{shard}/2")
        assert 0 == done.exit_code, done.output
        assert f"part-{shard}-of-2.jsonl: the part of shard {shard}/2; `tgi-conformance merge`" in done.stderr
    merged = ran("merge", ".", "--expect", 2, "--json", "merged.json", "--junit", "merged.xml")

    assert 0 == merged.exit_code, merged.output
    assert tgi_server.url == read_report(Path("merged.json")).target


@pytest.mark.parametrize("flag", ["--part", "--resume"])
def test_a_name_without_a_suffix_is_a_folder_that_shards_share(tgi_server: Running, flag: str) -> None:
    for shard in (1, 2):
        done = ran("run", tgi_server.url, *INFO, "--shard", f"{shard}/2", flag, "new/parts")
        assert 0 == done.exit_code, done.output

    assert ["part-1-of-2.jsonl", "part-2-of-2.jsonl"] == sorted(
        path.name for path in Path("new/parts").iterdir()
    )


def test_what_could_not_be_judged_is_tried_again_and_a_verdict_stays(tgi_server: Running) -> None:
    Path("fleet.yaml").write_text(
        f"- {{name: up, url: '{tgi_server.url}'}}\n- {{name: down, url: '{NOWHERE}'}}\n"
    )
    words = ["run", "--targets", "fleet.yaml", *INFO, "--resume", "part.jsonl"]
    first, again = ran(*words), ran(*words)

    assert (3, 3) == (first.exit_code, again.exit_code)
    assert "2 of 2 targets" in first.stderr
    assert "goes on" not in first.stderr
    assert "part.jsonl: continuing; 1 of 2 targets already have a verdict\n" in again.stderr
    assert "up:" not in again.stderr
    assert "1 of 1 target" in again.stderr


def test_a_part_of_other_settings_is_not_gone_on_with(tgi_server: Running) -> None:
    ran("run", tgi_server.url, *INFO, "--part", "part.jsonl")
    other = ran("run", tgi_server.url, *INFO, "--seed", 1, "--resume", "part.jsonl")
    shard = ran("run", tgi_server.url, *INFO, "--shard", "1/2", "--resume", "part.jsonl")

    assert (2, 2) == (other.exit_code, shard.exit_code)
    assert "part.jsonl: is of another run" in other.stderr


def test_no_secret_is_in_a_part(tgi_server: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_KEY", "sesame-open")
    ran(
        "run",
        tgi_server.url,
        *INFO,
        "--api-key-env",
        "SOME_KEY",
        "--header",
        "x-a: hush-hush",
        "--part",
        "p.jsonl",
    )
    text = Path("p.jsonl").read_text("utf-8")

    assert tgi_server.url in text
    assert "sesame-open" not in text
    assert "hush-hush" not in text


@pytest.mark.parametrize(
    ("lost", "flags", "code"),
    [(None, [], 1), (2, [], 1), (2, ["--on-inconclusive", "fail"], 1)],
)
def test_merge_ends_as_run_does(tmp_path: Path, lost: int | None, flags: list[str], code: int) -> None:
    for part in write_fleet(tmp_path / "parts", plan_of(targets(30), 4)):
        if lost is not None and f"part-{lost}-" in part.name:
            part.unlink()
    done = ran("merge", tmp_path / "parts", *flags, "--html", "fleet.html", "--markdown", "fleet.md")

    assert code == done.exit_code, done.output
    assert ("inconclusive: the part of shard 2/4 is missing" in done.output) == (lost is not None)
    assert "30 targets at depth standard: " in done.stdout
    assert "30 targets at depth standard: " in Path("fleet.html").read_text("utf-8")


def test_missing_parts_alone_give_3(tmp_path: Path) -> None:
    parts = write_fleet(tmp_path / "parts", plan_of(targets(5, only=("health",)), 3))
    codes = [ran("merge", *(other for other in parts if other is not part)).exit_code for part in parts]

    assert [3, 3, 3] == codes
    assert 0 == ran("merge", *parts).exit_code


@pytest.mark.parametrize("given", ["nothing.jsonl", "."])
def test_without_any_part_there_is_nothing_to_merge(given: str) -> None:
    done = ran("merge", given)

    assert 2 == done.exit_code
    assert 1 == len(done.stderr.splitlines())


@pytest.mark.parametrize("count", [2, 25])
def test_a_target_called_as_a_page_keeps_its_reports(tmp_path: Path, count: int) -> None:
    first, second, *rest = targets(count, only=("health",))
    fleet = [evolve(first, name="fleet"), evolve(second, name="matrix"), *rest]
    parts = write_fleet(tmp_path / "parts", plan_of(fleet, 2))
    done = ran("merge", *parts, "--reports", "reports")

    assert done.exit_code in {0, 1}, done.output
    for name in ("fleet", "matrix"):
        report = read_report(Path(f"reports/{name}-2.json"))
        assert next(one.config.target.url for one in fleet if one.name == name) == report.target
        assert report.target in Path(f"reports/{name}-2.html").read_text("utf-8")
    assert 'href="fleet-2.html"' in Path("reports/fleet.html").read_text("utf-8")
    assert f"{count} targets" in Path("reports/fleet.md").read_text("utf-8")
    assert (count <= 20) == Path("reports/matrix.html").exists()


def test_a_report_that_cannot_be_written_is_named_with_the_reason(tmp_path: Path) -> None:
    parts = write_fleet(tmp_path / "parts", plan_of(targets(2, only=("health",)), 2))
    Path("reports/t1.html").mkdir(parents=True)
    done = ran("merge", *parts, "--reports", "reports")

    assert 2 == done.exit_code
    assert "t1.html: cannot be written (Is a directory)" in done.stderr
    assert Path("reports/t0.html").is_file()
