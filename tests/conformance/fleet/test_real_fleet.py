"""A fleet of real servers, some of them faulty: in one process, in shards, and with shards killed."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import yaml
from click.testing import CliRunner, Result

from tgi_common.plural import counted
from tgi_conformance.cli.main import main

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COMMAND = [sys.executable, "-m", "tgi_conformance"]
SIZE, SHARDS = 13, 3
FAULTS = ["--fault", "generated-tokens-are-missing", "--fault", "info-lacks-a-limit"]
CHECKED = ["--depth", "smoke", "--only", "info", "--only", "generate", "--only", "health"]
SLOW = [*CHECKED, "--rate", "40"]  # requests a second, so that a shard can be killed before it has finished
KILLED = (1, 2)
SECONDS = 60  # that anything here may take


@pytest.fixture(scope="module")
def fleet_file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Serve a fleet, and give the list of its targets."""
    command = [*COMMAND, "serve", "--port", "0", "--quiet", "--fleet", str(SIZE), *FAULTS]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603 - our own
        assert server.stdout
        url = server.stdout.readline().split()[-1]
        file = tmp_path_factory.mktemp("fleet") / "fleet.yaml"
        file.write_text(httpx.get(url).text)
        yield file
        server.terminate()


def run(*words: object) -> Result:
    return CliRunner().invoke(main, list(map(str, words)))


def found(folder: Path) -> dict[str, Any]:
    """Return what the reports in a folder say, without times and what takes part in them."""
    return {
        path.stem: essence(json.loads(path.read_text("utf-8"))) for path in sorted(folder.glob("t*.json"))
    }


def essence(report: dict[str, Any]) -> Any:
    kept = ("id", "level", "outcome", "cases", "expected", "symptoms", "reason", "statement")
    results = [{name: one[name] for name in kept} for one in report["requirements"]]
    return [report[name] for name in ("target", "server", "verdict", "reason", "summary")], results


def killed_in_the_middle(file: Path, shard: int, folder: Path) -> None:
    """Start a shard, and kill it as soon as its part has the first result of its second target."""
    part = folder / f"part-{shard}-of-{SHARDS}.jsonl"
    words = [
        "run",
        "--targets",
        file,
        *SLOW,
        "--shard",
        f"{shard}/{SHARDS}",
        "--jobs",
        "1",
        "--part",
        part,
    ]
    with subprocess.Popen([*COMMAND, *map(str, words)], stderr=subprocess.DEVNULL) as process:  # noqa: S603
        deadline = time.monotonic() + SECONDS
        while time.monotonic() < deadline and process.poll() is None:
            text = part.read_text("utf-8") if part.exists() else ""
            if '"event":"result"' in text.rpartition('"event":"report"')[2] and '"event":"report"' in text:
                break
            time.sleep(0.002)
        process.kill()
    assert -signal.SIGKILL == process.returncode


@pytest.fixture(scope="module")
def whole(fleet_file: Path) -> dict[str, Any]:
    """Return what one process reports."""
    folder = fleet_file.parent / "whole"
    done = run("run", "--targets", fleet_file, *CHECKED, "--reports", folder)
    assert 1 == done.exit_code, done.stderr
    reports = found(folder)
    assert SIZE == len(reports)
    assert {"conforms", "does not conform"} == {facts[2] for facts, _ in reports.values()}
    return reports


def test_shards_merged_are_what_one_process_reports(
    fleet_file: Path, whole: dict[str, Any], tmp_path: Path
) -> None:
    for shard in range(1, SHARDS + 1):
        done = run(
            "run", "--targets", fleet_file, *CHECKED, "--shard", f"{shard}/{SHARDS}", "--part", tmp_path
        )
        assert done.exit_code in {0, 1}, done.stderr
    merged = run("merge", tmp_path, "--expect", SHARDS, "--reports", tmp_path / "merged")

    assert 1 == merged.exit_code, merged.stderr
    assert whole == found(tmp_path / "merged")


def test_killed_shards_are_named_keep_what_they_had_and_go_on(
    fleet_file: Path, whole: dict[str, Any], tmp_path: Path
) -> None:
    for shard in KILLED:
        killed_in_the_middle(fleet_file, shard, tmp_path)
    run("run", "--targets", fleet_file, *SLOW, "--shard", f"{SHARDS}/{SHARDS}", "--part", tmp_path)
    broken = run("merge", tmp_path, "--reports", tmp_path / "broken")
    assert broken.exit_code != 2, broken.stderr
    reports = found(tmp_path / "broken")
    unfinished = {name for name, (facts, _) in reports.items() if facts[2] == "could not tell"}
    header = json.loads((tmp_path / f"part-1-of-{SHARDS}.jsonl").read_text("utf-8").partition("\n")[0])
    shard_of = {one["target"]: one["shard"] for one in header["fleet"]}

    assert set(KILLED) == {shard_of[name] for name in unfinished}
    assert [(name, whole[name]) for name in whole if name not in unfinished] == [
        (name, report) for name, report in reports.items() if name not in unfinished
    ]
    for name in unfinished:
        (_, _, _, reason, _), results = reports[name]
        assert re.match(f"shard {shard_of[name]}/{SHARDS} ended before it", reason), reason
        assert all(result in whole[name][1] for result in results)
        assert f"{name}: inconclusive: {reason}" in broken.stdout
    for shard in KILLED:
        part = tmp_path / f"part-{shard}-of-{SHARDS}.jsonl"
        again = ["run", "--targets", fleet_file, *SLOW, "--shard", f"{shard}/{SHARDS}"]
        refused = run(*again, "--part", tmp_path)
        assert 2 == refused.exit_code
        assert f"{part}: already exists; --resume {part} continues it" in refused.stderr
        done = run(*again, "--resume", part)
        rest = sum(shard_of[name] == shard for name in unfinished)
        assert f"; {rest} of {counted(rest, 'target')}" in done.stderr
    run("merge", tmp_path, "--reports", tmp_path / "resumed")

    assert whole == found(tmp_path / "resumed")


def test_a_target_split_over_shards_is_what_one_process_reports(fleet_file: Path, tmp_path: Path) -> None:
    (first, *_) = yaml.safe_load(fleet_file.read_text("utf-8"))
    words = ["run", first["url"], *CHECKED]
    run(*words, "--json", tmp_path / "t-whole.json")
    for shard in (1, 2):
        run(*words, "--shard", f"{shard}/2", "--split", "requirements", "--part", tmp_path)
    merged = run("merge", tmp_path, "--json", tmp_path / "t-merged.json")
    reports = found(tmp_path)

    assert 0 == merged.exit_code, merged.stderr
    assert reports["t-whole"] == reports["t-merged"]
