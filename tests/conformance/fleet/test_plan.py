"""The plan of a fleet: whole targets or pieces, their budgets, and the digest that parts must share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from tgi_conformance.config.estimate import expected_usage
from tgi_conformance.config.settings import Settings, run_config_of
from tgi_conformance.config.targets import NamedConfig
from tgi_conformance.fleet.plan import Plan, plan_of
from tgi_conformance.http.target import Key
from tgi_conformance.requirements import requirements
from tgi_conformance.results.report import WHOLE_RUN

if TYPE_CHECKING:
    from tgi_conformance.config.run_config import RunConfig

SECRET = "sesame-open"  # noqa: S105 - it stands for one


def targets(count: int, **settings: object) -> list[NamedConfig]:
    config = run_config_of(Settings("http://h.test", **settings))  # type: ignore[arg-type]
    return [
        NamedConfig(f"t{n}", evolve(config, target=evolve(config.target, url=f"http://h.test/{n}")))
        for n in range(count)
    ]


def test_whole_targets_are_each_in_one_shard() -> None:
    plan = plan_of(targets(20, depth="smoke"), 3)

    assert [f"t{n}" for n in range(20)] == [piece.named.name for piece in plan.pieces]
    assert 20 == sum(len(plan.of_shard(shard)) for shard in (1, 2, 3))
    assert {(1, 1)} == {(piece.number, piece.total) for piece in plan.pieces}


def test_a_target_that_is_too_large_is_split_by_requirements() -> None:
    (large,), small = targets(1), targets(6, depth="smoke", only=("info",))[1:]
    plan = plan_of([large, *small], 4, split=True)
    pieces = [piece for piece in plan.pieces if piece.target == "t0"]
    selected = [{one.id for one in piece.named.config.selected} for piece in pieces]
    looking_back = {one.id for one in requirements() if one.route == WHOLE_RUN}

    assert 1 < len(pieces) <= 4
    assert len(pieces) == len({piece.shard for piece in pieces})
    assert {one.id for one in large.config.selected} == set().union(*selected)
    for one in selected:
        for other in selected:
            assert one is other or one & other == looking_back
    assert ["t1", "t2", "t3", "t4", "t5"] == [p.named.name for p in plan.pieces if p.target != "t0"]


def test_what_must_run_alone_is_in_one_piece() -> None:
    plan = plan_of(targets(1), 4, split=True)
    alone = {one.id for one in requirements() if (one.alone or one.hurts) and one.route != WHOLE_RUN}
    having = [p for p in plan.pieces if alone & {one.id for one in p.named.config.selected}]

    assert 1 == len(having)


def pieces_of(total: int, **settings: object) -> list[RunConfig]:
    return [piece.named.config for piece in plan_of(targets(1, **settings), total, split=True).pieces]


def test_pieces_together_keep_the_budgets_and_the_rate_that_were_asked_for() -> None:
    pieces = pieces_of(4, max_requests=1000, max_tokens=9000, rate=10)
    requests = [config.bounds.requests or 0 for config in pieces]
    tokens = [config.bounds.generated_tokens or 0 for config in pieces]
    used = [expected_usage(config) for config in pieces]

    assert max(map(sum, used)) / min(map(sum, used)) < 1.5
    assert 1000 - len(pieces) <= sum(requests) <= 1000
    assert 9000 - len(pieces) <= sum(tokens) <= 9000
    for (expected, _), budget in zip(used, requests, strict=True):
        assert abs(budget - 1000 * expected / sum(one for one, _ in used)) <= 1
    assert [2.5] * 4 == [config.bounds.requests_per_second for config in pieces]


# What pieces used on the reference server, of what they are expected to use: at most 1.4 times the requests
# and 1.9 times the tokens, since each asks for answers that one run would share.
@pytest.mark.parametrize("depth", ["smoke", "standard"])
@pytest.mark.parametrize("total", [2, 4, 8, 16])
def test_the_default_budgets_have_room_for_what_every_piece_asks_again(depth: str, total: int) -> None:
    for config in pieces_of(total, depth=depth):
        requests, tokens = expected_usage(config)
        assert 2 * requests <= (config.bounds.requests or 0)
        assert 2.5 * tokens <= (config.bounds.generated_tokens or 0)


def test_the_digest_says_what_is_checked_and_how() -> None:
    def digest(count: int = 3, shards: int = 2, **settings: object) -> str:
        return plan_of(targets(count, **settings), shards).digest

    others = {digest(count=4), digest(shards=3), digest(depth="smoke"), digest(seed=1), digest(strict=True)}

    assert digest() == digest()
    assert 5 == len(others - {digest()})


def test_the_digest_does_not_depend_on_secrets() -> None:
    def plan(secret: str) -> Plan:
        config = run_config_of(Settings("http://h.test", headers=(f"x-token: {secret}",)), Key("K", secret))
        return plan_of([NamedConfig("one", config)])

    assert plan(SECRET).digest == plan("another").digest


def test_the_digest_does_not_depend_on_what_was_imported_first(monkeypatch: pytest.MonkeyPatch) -> None:
    before = plan_of(targets(3), 2).digest
    monkeypatch.setattr("tgi_conformance.fleet.plan.requirements", lambda: requirements()[::-1])

    assert before == plan_of(targets(3), 2).digest
