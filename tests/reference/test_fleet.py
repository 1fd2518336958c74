"""Many reference servers in one process: prefixes, settings, faults, and a list of them."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import httpx
import pytest
import yaml

from tgi_reference.fleet import FIRST_FAULTY, PECULIARITIES, FleetApp, Member, members_of
from tgi_reference.settings import Settings, SettingsError

FAULTS = ("health-has-a-body", "info-lacks-a-limit")


def asked(members: tuple[Member, ...], *paths: str) -> list[httpx.Response]:
    async def ask() -> list[httpx.Response]:
        transport = httpx.ASGITransport(FleetApp(members))
        async with httpx.AsyncClient(transport=transport, base_url="http://fleet.test:81") as client:
            return [await client.get(path) for path in paths]

    return asyncio.run(ask())


@pytest.fixture(scope="module")
def members() -> tuple[Member, ...]:
    return members_of(Settings(quiet=True, faults=FAULTS), 23)


def test_each_member_has_settings_of_its_own(members: tuple[Member, ...]) -> None:
    answers = asked(members, *(f"/{member.name}/info" for member in members[: len(PECULIARITIES)]))
    facts: list[dict[str, Any]] = [answer.json() for answer in answers]

    assert [f"reference-model-{n + 1}" for n in range(len(facts))] == [one["model_id"] for one in facts]
    assert {1024, 2048} == {one["max_total_tokens"] for one in facts}


def test_each_tenth_member_has_one_of_the_faults_in_turn(members: tuple[Member, ...]) -> None:
    faulty = {member.name: member.settings.faults for member in members if member.settings.faults}

    assert {"t03": FAULTS[:1], "t13": FAULTS[1:], "t23": FAULTS[:1]} == faulty
    assert "t03" == members[FIRST_FAULTY - 1].name
    good, bad = asked(members, "/t04/health", "/t03/health")
    assert b"" == good.content != bad.content


def test_without_names_the_faults_are_spread_over_the_catalogue() -> None:
    chosen = Counter(fault for one in members_of(Settings(), 500) for fault in one.settings.faults)
    others = {fault for one in members_of(Settings(fault_seed=1), 500) for fault in one.settings.faults}

    assert 50 == len(chosen) == sum(chosen.values())
    assert others != set(chosen)


def test_the_list_is_a_file_of_targets(members: tuple[Member, ...]) -> None:
    (answer,) = asked(members, "/fleet.yaml")
    targets = yaml.safe_load(answer.text)

    assert [member.name for member in members] == [one["name"] for one in targets]
    assert "http://fleet.test:81/t01" == targets[0]["url"]


def test_other_paths_are_not_there(members: tuple[Member, ...]) -> None:
    assert [404, 404, 404] == [one.status_code for one in asked(members, "/", "/t99/info", "/t01/nothing")]


def test_an_unknown_fault_is_told() -> None:
    with pytest.raises(SettingsError, match="health-has-a-body"):
        members_of(Settings(faults=("health-has-a-bdy",)), 3)
