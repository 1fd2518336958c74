"""Merging parts gives what one run would have given, and names what is missing."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.conformance.fleet.parts import (
    report_of,
    targets,
    unsharded,
    without_times,
    write_fleet,
    write_part,
    write_target,
)

from tgi_conformance.engine.run import INTERRUPTED
from tgi_conformance.fleet.combine import Found, combined
from tgi_conformance.fleet.merge import fleet_of, merge
from tgi_conformance.fleet.part import PartError, read_part
from tgi_conformance.fleet.part_line import sealed
from tgi_conformance.fleet.part_writer import PartWriter
from tgi_conformance.fleet.plan import plan_of
from tgi_conformance.results.levels import Verdict

if TYPE_CHECKING:
    from pathlib import Path

    from tgi_conformance.fleet.merge import Fleet
    from tgi_conformance.results.report import Report


def reports(fleet: Fleet) -> dict[str, Report]:
    return {column.name: column.report for column in fleet.columns()}


@pytest.mark.parametrize("shards", [1, 3, 8])
def test_merged_parts_are_what_one_run_gives(tmp_path: Path, shards: int) -> None:
    fleet = targets(10)
    merged = merge(write_fleet(tmp_path / "parts", plan_of(fleet, shards)), shards)

    assert unsharded(tmp_path / "one", fleet) == reports(merged)
    assert {named.name: report_of(named) for named in fleet} == reports(merged)
    assert () == merged.problems


@pytest.fixture(scope="module")
def two_parts(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Give the parts of a fleet of four in two shards."""
    return write_fleet(tmp_path_factory.mktemp("two"), plan_of(targets(4), 2))


@pytest.fixture(scope="module")
def four_parts(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Give the parts of a fleet of five in four shards."""
    return write_fleet(tmp_path_factory.mktemp("four"), plan_of(targets(5), 4))


@settings(max_examples=10)
@given(order=st.permutations(range(4)))
def test_the_order_of_the_parts_does_not_matter(four_parts: list[Path], order: list[int]) -> None:
    assert reports(merge(four_parts)) == reports(merge([four_parts[place] for place in order]))


def test_a_split_target_is_put_together(tmp_path: Path) -> None:
    fleet = targets(1, only=("info", "generate"))
    plan = plan_of(fleet, 3, split=True)
    whole = unsharded(tmp_path / "one", fleet)["t0"]
    (merged,) = reports(merge(write_fleet(tmp_path / "parts", plan))).values()

    assert len(plan.pieces) > 1
    assert without_times(whole) == without_times(merged)
    assert sum(piece.named.config.selected != [] for piece in plan.pieces) == len(plan.pieces)


def test_a_missing_part_is_named_and_nothing_else_is_lost(tmp_path: Path) -> None:
    fleet = targets(10)
    parts = write_fleet(tmp_path / "parts", plan_of(fleet, 4))
    lost = {piece.target for piece in plan_of(fleet, 4).of_shard(2)}
    merged = merge([path for path in parts if "part-2-" not in path.name])
    whole = unsharded(tmp_path / "one", fleet)

    assert ("the part of shard 2/4 is missing",) == merged.problems
    for name, report in reports(merged).items():
        if name in lost:
            assert (Verdict.COULD_NOT_TELL, "the part of shard 2/4 is missing") == (
                report.verdict,
                report.reason,
            )
        else:
            assert whole[name] == report


@settings(max_examples=40)
@given(share=st.floats(0, 1))
def test_a_part_that_was_cut_off_keeps_what_it_had(two_parts: list[Path], share: float) -> None:
    one, complete = two_parts
    two = complete.with_suffix(".cut")
    whole = reports(merge(two_parts))
    data = complete.read_bytes()
    two.write_bytes(data[: int(share * len(data))])
    merged = merge([one, two])
    of_two = {piece.target for piece in read_part(one).header.fleet if piece.shard == 2}

    for name, report in reports(merged).items():
        if name not in of_two:
            assert whole[name] == report
            continue
        kept = {result.id: result for result in report.requirements}
        assert kept.items() <= {result.id: result for result in whole[name].requirements}.items()
        assert report == whole[name] or (
            report.verdict is Verdict.COULD_NOT_TELL and "shard 2/2" in report.reason
        )
    assert share < 1 or whole == reports(merged)


@settings(max_examples=40)
@given(line=st.integers(0, 1000), junk=st.sampled_from([b"{", b"", b"[]", b'{"event":"result"}', b"\xff"]))
def test_a_broken_line_costs_only_its_target(two_parts: list[Path], line: int, junk: bytes) -> None:
    one, complete = two_parts
    path = complete.with_suffix(".broken")
    whole = reports(merge(two_parts))
    lines = complete.read_bytes().splitlines()
    place = 1 + line % (len(lines) - 1)
    lines[place] = junk
    path.write_bytes(b"\n".join(lines) + b"\n")
    merged = merge([one, path])
    differing = {name for name, report in reports(merged).items() if report != whole[name]}

    assert len(differing) <= 1
    assert (f"{path}: 1 line cannot be read, the first is line {place + 1}",) == merged.problems
    for name in differing:
        report = reports(merged)[name]
        assert Verdict.COULD_NOT_TELL is report.verdict
        assert f"{path.name} is broken at line {place + 1}" == report.reason


@settings(max_examples=60)
@given(share=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_damaged_byte_is_named_and_costs_only_its_target(
    two_parts: list[Path], share: float, bit: int
) -> None:
    one, complete = two_parts
    path = complete.with_suffix(".damaged")
    whole = reports(merge(two_parts))
    data = bytearray(complete.read_bytes())
    data[int(share * len(data))] ^= 1 << bit
    path.write_bytes(data)
    merged = merge([one, path])
    of_one = {piece.target for piece in read_part(one).header.fleet if piece.shard == 1}
    differing = {name: report for name, report in reports(merged).items() if report != whole[name]}

    assert merged.problems or differing or data.count(b"\n") < complete.read_bytes().count(b"\n")
    assert not of_one & set(differing)
    assert {Verdict.COULD_NOT_TELL} >= {report.verdict for report in differing.values()}


def test_a_line_that_is_too_long_costs_only_itself(
    two_parts: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    one, complete = two_parts
    path = complete.with_suffix(".long")
    whole = reports(merge(two_parts))
    first, *rest = complete.read_bytes().splitlines(keepends=True)
    longest = 2 * max(map(len, (first, *rest)))
    monkeypatch.setattr("tgi_conformance.fleet.part.LONGEST", longest)
    path.write_bytes(first + b"x" * 5 * longest + b"\n" + b"".join(rest))
    merged = merge([one, path])

    assert whole == reports(merged)
    assert (f"{path}: 1 line cannot be read, the first is line 2",) == merged.problems
    assert path.stat().st_size == read_part(path).end


def forged(path: Path, place: int, changes: dict[str, Any]) -> Path:
    """Write a part again with other members in one of its lines, under a checksum that is right."""
    lines = path.read_bytes().splitlines()
    event = json.loads(lines[place])
    del event["crc32"]
    event = {**event, **changes} if place == 0 else {**event, "result": {**event["result"], **changes}}
    other = path.with_suffix(".forged")
    other.write_bytes(b"\n".join([*lines[:place], sealed(event).rstrip(), *lines[place + 1 :]]) + b"\n")
    return other


@pytest.mark.parametrize(
    "changes",
    [
        {"shards": 10**9},
        {"shard": 3},
        {"shard": "1"},
        {"target": "../../outside"},
        {"target": ".hidden"},
        {"target": 1},
        {"requirements": "x"},
        {"name": "t0"},
    ],
    ids=str,
)
def test_a_header_that_no_shard_writes_is_refused(two_parts: list[Path], changes: dict[str, Any]) -> None:
    one, two = two_parts
    fleet = json.loads(two.read_bytes().partition(b"\n")[0])["fleet"]
    if not changes.keys() & {"shard", "shards"}:
        changes = {"fleet": [{**piece, **changes} for piece in fleet]}
    merged = merge([one, forged(two, 0, changes)])

    assert (
        f"{two.with_suffix('.forged')}: is broken at line 1, which says whose part it is" in merged.problems
    )
    assert set(reports(merged)) == {piece["target"] for piece in fleet}


@pytest.mark.parametrize(
    "changes",
    [
        {"id": 5},
        {"statement": ["a"]},
        {"reason": "\ud800"},
        {"seconds": "x"},
        {"cases": None},
        {"symptoms": [1]},
        {"response": {"events": 5, "headers": []}},
    ],
    ids=str,
)
def test_a_result_that_no_report_can_show_is_a_broken_line(
    two_parts: list[Path], changes: dict[str, Any]
) -> None:
    one, two = two_parts
    other = forged(two, 2, changes)

    assert (f"{other}: 1 line cannot be read, the first is line 3",) == merge([one, other]).problems


def test_a_shard_that_was_repeated_counts_once_and_the_better_part_counts(tmp_path: Path) -> None:
    fleet = targets(6)
    plan = plan_of(fleet, 2)
    one, two = write_fleet(tmp_path / "parts", plan)
    again = tmp_path / "parts" / "again.jsonl"
    shutil.copy(two, again)
    two.write_bytes(two.read_bytes()[: len(two.read_bytes()) // 2])

    assert unsharded(tmp_path / "one", fleet) == reports(merge([one, two, again]))


def test_a_target_that_was_gone_on_with_is_judged_by_all_its_results(tmp_path: Path) -> None:
    (named,) = targets(1)
    whole = report_of(named)
    first, rest = whole.requirements[:5], whole.requirements[5:]
    path = tmp_path / "part.jsonl"
    writer = PartWriter(path)
    writer.header(plan_of([named]), 1)
    interrupted = evolve(
        whole, requirements=first, verdict=Verdict.COULD_NOT_TELL, reason="the run was interrupted"
    )
    write_target(writer, named, interrupted, frozenset())
    writer.close()
    before = reports(merge([path]))["t0"]
    writer = PartWriter(path)
    later = evolve(whole, requirements=rest, verdict=Verdict.CONFORMS)
    write_target(writer, named, later, frozenset(one.id for one in first))
    writer.close()

    assert (Verdict.COULD_NOT_TELL, first) == (before.verdict, before.requirements)
    assert "the run was interrupted: 5 of" in before.reason
    assert without_times(whole) == without_times(reports(merge([path]))["t0"])


def test_a_shard_shows_its_own_targets(tmp_path: Path) -> None:
    plan = plan_of(targets(10), 3)
    fleet = fleet_of(read_part(write_part(tmp_path, plan, 2)))

    assert tuple(piece.target for piece in plan.of_shard(2)) == fleet.names


def test_parts_of_different_runs_are_not_merged(tmp_path: Path) -> None:
    one, _ = write_fleet(tmp_path / "a", plan_of(targets(4), 2))
    _, other = write_fleet(tmp_path / "b", plan_of(targets(4, seed=1), 2))
    (third, *_) = write_fleet(tmp_path / "c", plan_of(targets(4), 3))

    with pytest.raises(PartError, match="is of another run than"):
        merge([one, other])
    with pytest.raises(PartError, match="of 3 shards"):
        merge([one, third])
    with pytest.raises(PartError, match=r"--expect 5: .* is one of 2 parts"):
        merge([one], 5)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "is empty, expected a part"),
        ("hello\n", "not a part, expected a file of `run --shard`"),
        ("[]\n", "not a part"),
        ('{"event":"result"}\n', "not a part"),
        ('{"event":"part","format":9}\n', "a part of format 9, expected 2"),
        ('{"event":"part","format":2}\n', "is broken at line 1"),
    ],
)
def test_what_is_no_part_is_a_one_line_error(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "part.jsonl"
    path.write_text(text)
    with pytest.raises(PartError) as raised:
        merge([path])

    assert complaint in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_file_that_is_no_part_is_named_beside_those_that_are(tmp_path: Path) -> None:
    one, two = write_fleet(tmp_path, plan_of(targets(4), 2))
    two.write_text("hello\n")
    merged = merge([one, two, tmp_path / "nowhere.jsonl"])

    assert 3 == len(merged.problems)
    assert any("nowhere.jsonl: cannot be read" in problem for problem in merged.problems)
    assert "the part of shard 2/2 is missing" in merged.problems


def test_pieces_with_a_gap_could_not_tell_even_if_the_rest_fails() -> None:
    (named,) = targets(1)
    report = evolve(report_of(named), verdict=Verdict.DOES_NOT_CONFORM)

    assert Verdict.COULD_NOT_TELL is combined([Found(report, "a gap")]).verdict
    assert report == combined([Found(report)])


def test_an_interrupted_target_says_so_once(tmp_path: Path) -> None:
    (named,) = targets(1)
    writer = PartWriter(tmp_path / "part.jsonl", durable=False)
    writer.header(plan_of([named]), 1)
    nothing = evolve(report_of(named), requirements=(), verdict=Verdict.COULD_NOT_TELL, reason=INTERRUPTED)
    writer.report(named.name, nothing)
    writer.close()
    (report,) = reports(merge([tmp_path / "part.jsonl"])).values()

    assert f"{INTERRUPTED}: 0 of {len(named.config.selected)} requirements were checked" == report.reason
