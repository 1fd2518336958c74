"""Faults and variants: listed, refused when misspelt, told at the start, repeatable, off unless asked for."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from tests.reference.raw_http import exchange

from tgi_reference.api.access_log import AccessLog
from tgi_reference.cli import faults, note, serve, variants
from tgi_reference.compose import compose, running
from tgi_reference.engine import Engine
from tgi_reference.injection.catalogues import all_faults, all_variants
from tgi_reference.injection.hooks import Catalogue, Injection
from tgi_reference.injection.middleware import InjectionMiddleware
from tgi_reference.settings import Settings

if TYPE_CHECKING:
    import click

EVERY = [*all_faults(), *all_variants()]
ASK = json.dumps({"inputs": "What is Deep Learning?", "parameters": {"max_new_tokens": 3}}).encode()
JSON = {"content-type": "application/json"}


@pytest.mark.parametrize("injection", EVERY, ids=lambda one: one.name)
def test_statement_is_one_sentence_in_a_line(injection: Injection) -> None:
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", injection.name)
    assert re.fullmatch(r"\S.{8,}\.", injection.statement)
    assert injection.hooks


def test_two_of_a_name_are_refused() -> None:
    catalogue = Catalogue("fault")

    def same(body: object, _: object) -> object:
        """Do nothing."""
        return body

    catalogue.answer()(same)

    with pytest.raises(ValueError, match="two faults are called same"):
        catalogue.answer()(same)


@pytest.mark.parametrize("flag", ["--fault", "--variant"])
def test_misspelt_name_is_one_line_with_a_suggestion(flag: str) -> None:
    result = CliRunner().invoke(serve, [flag, "crlf-line-end"])

    assert 2 == result.exit_code
    assert 1 == len(result.output.splitlines())
    assert f"unknown {flag.strip('-')} 'crlf-line-end'; did you mean" in result.output


def test_faults_are_told_at_the_start() -> None:
    settings = Settings(faults=("stop-is-ignored", "seed-is-ignored"), variants=("crlf-line-ends",))

    told = note(settings, "http://127.0.0.1:1")

    assert "Faults: stop-is-ignored, seed-is-ignored. Variants: crlf-line-ends." in told
    assert "Faults: none." in note(Settings(), "http://127.0.0.1:1")


def test_without_injections_there_is_no_middleware_for_them() -> None:
    fault = next(iter(all_faults()))
    plain, broken = (compose(Settings(), injections, Engine()).app for injections in ((), (fault,)))

    assert isinstance(plain, AccessLog)
    assert isinstance(broken, AccessLog)
    assert not isinstance(plain.app, InjectionMiddleware)
    assert isinstance(broken.app, InjectionMiddleware)


@pytest.mark.parametrize(("command", "catalogue"), [(faults, all_faults()), (variants, all_variants())])
def test_injections_are_listed(command: click.Command, catalogue: Catalogue) -> None:
    listed = CliRunner().invoke(command, []).output
    as_json = json.loads(CliRunner().invoke(command, ["--json"]).output)

    assert [one.name for one in catalogue] == [line.split()[0] for line in listed.splitlines()]
    assert [{"name": one.name, "statement": one.statement} for one in catalogue] == as_json


def statuses(seed: int) -> list[int]:
    with running(Settings(faults=("some-requests-are-server-errors",), fault_seed=seed)) as server:
        return [exchange(server.url, "POST", "/generate", JSON, ASK).status for _ in range(30)]


def test_chance_in_faults_is_seeded() -> None:
    first = statuses(1)

    assert first == statuses(1)
    assert {200, 500} == set(first)
    assert first != statuses(2)


def test_fault_of_one_route_leaves_others_alone() -> None:
    with running(Settings(faults=("generated-text-is-missing",))) as server:
        broken = json.loads(exchange(server.url, "POST", "/generate", JSON, ASK).body)
        whole = exchange(server.url, "GET", "/info")

    assert "generated_text" not in broken
    assert "model_id" in json.loads(whole.body)


def test_request_passes_unchanged_where_no_fault_is_about_it() -> None:
    odd = b'{"inputs":"caf\\u00e9", "parameters":{"max_new_tokens": 2,"details":true,"seed":null}} trailing'
    with running(Settings()) as plain, running(Settings(faults=("metrics-are-empty",))) as other:
        answers = [exchange(one.url, "POST", "/generate", JSON, odd) for one in (plain, other)]

    assert answers[0].status == answers[1].status == 200
    assert answers[0].body == answers[1].body


def test_request_at_the_size_limit_is_refused_as_ever() -> None:
    with running(Settings(faults=("stop-is-ignored",), payload_limit=100)) as server:
        refused = exchange(server.url, "POST", "/generate", JSON, b'{"inputs":"' + b"a" * 200 + b'"}')

    assert 413 == refused.status
