"""Requests are adapted to an older release, and the release of a deployment is recognised."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from packaging.version import Version

from tgi_conformance.contract.contract import contract_of, pinned_contract
from tgi_conformance.contract.request_adapter import MODEL, adapter_of
from tgi_conformance.contract.served import Served
from tgi_conformance.protocol import forms as api
from tgi_conformance.session.capabilities import Capabilities

INTERFACE = Path(__file__).parents[2] / "data" / "interface"


def document(release: str) -> Any:
    return json.loads((INTERFACE / f"tgi-{release}.json").read_text("utf-8"))


def adapted(release: str, body: Any, path: str) -> Any:
    contract = contract_of(document(release), Version(release))
    return adapter_of(contract).adapt(api.post(path, body)).json


@pytest.mark.parametrize("release", ["1.4.5", "2.0.4"])
def test_a_model_is_added_if_the_release_requires_one(release: str) -> None:
    body = {"messages": [], "max_tokens": 2}

    assert {**body, "model": MODEL} == adapted(release, body, "/v1/chat/completions")
    assert {**body, "model": "mine"} == adapted(release, {**body, "model": "mine"}, "/v1/chat/completions")


def test_an_array_of_one_prompt_becomes_a_string() -> None:
    assert {"prompt": "x", "model": MODEL} == adapted("1.4.5", {"prompt": ["x"]}, "/v1/completions")
    assert {"prompt": ["x", "y"], "model": MODEL} == adapted(
        "1.4.5", {"prompt": ["x", "y"]}, "/v1/completions"
    )


@pytest.mark.parametrize("body", [[], None, "text", 5])
def test_a_body_that_is_no_object_is_unchanged(body: Any) -> None:
    assert body == adapted("2.0.4", body, "/v1/completions")


def test_a_model_can_be_named_wherever_there_is_one() -> None:
    adapter = adapter_of(pinned_contract()).naming_everywhere("mine")

    for path in ("/v1/chat/completions", "/v1/completions"):
        assert {"max_tokens": 1, "model": "mine"} == adapter.adapt(api.post(path, {"max_tokens": 1})).json
        assert {"model": "other"} == adapter.adapt(api.post(path, {"model": "other"})).json
    request = api.post("/generate", {"inputs": "x"})
    assert request is adapter.adapt(request)


def test_other_paths_and_releases_are_unchanged() -> None:
    request = api.post("/v1/chat/completions", {"messages": []})

    assert request is adapter_of(pinned_contract()).adapt(request)
    assert {"inputs": "x"} == adapted("2.0.4", {"inputs": "x"}, "/generate")


def test_the_release_is_that_of_info_or_else_of_the_document() -> None:
    served = Served(document("2.4.1"))

    assert Version("2.4.1") == Capabilities(documented=served.release).version
    assert Version("3.0.0") == Capabilities(info={"version": "3.0.0"}, documented=served.release).version
    assert Capabilities(info={"version": "latest"}).version is None


def test_a_document_of_another_api_names_no_release() -> None:
    assert "" == Served({"info": {"title": "A gateway", "version": "0.1.0"}}).release
    assert "" == Served(problem="none").release


def test_an_older_release_without_a_document_is_assumed() -> None:
    assert contract_of(None, Version("2.4.1")).assumed
    assert not contract_of(None, None).assumed
    assert not contract_of(document("2.4.1"), Version("2.4.1")).assumed


def test_older_names_of_limits_are_known() -> None:
    assert 512 == Capabilities(info={"max_input_length": 512}).limit("max_input_tokens")
    assert 0 == Capabilities(info={"max_stop_sequences": 0}).limit("max_stop_sequences")
    assert Capabilities(info={"max_stop_sequences": True}).limit("max_stop_sequences") is None
