"""The recipes for Kubernetes fit their published schemas, and their commands end as the page says."""

from __future__ import annotations

import copy
import json
import os
import re
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from jsonschema import Draft7Validator

from tgi_conformance.cli.merge import merge_command
from tgi_conformance.cli.run import run_command
from tgi_conformance.fleet.shard import Shard, shard_of
from tgi_conformance.results.levels import Verdict

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgi_reference.pytest_plugin import ServerFactory
    from tgi_reference.server import Running

ROOT = Path(__file__).parents[1]
FOLDER, SCHEMAS = ROOT / "examples" / "deploy", ROOT / "tests" / "data" / "schemas"
PAGE = "".join((ROOT / "docs" / name).read_text("utf-8") for name in ("recipes.md", "scale.md"))
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
CRDS = {
    "AnalysisTemplate": "analysis-template.json",
    "Rollout": "rollout.json",
    "Canary": "canary.json",
    "InferenceService": "inference-service.json",
    "Workflow": "workflow.json",
}
DEFINITIONS = {
    "Job": "io.k8s.api.batch.v1.Job",
    "Deployment": "io.k8s.api.apps.v1.Deployment",
    "Service": "io.k8s.api.core.v1.Service",
}
SECONDS = {"s": 1, "m": 60, "h": 3600}


def documents() -> list[tuple[str, dict[str, Any]]]:
    """Give each document of the recipes, and its name: file and kind."""
    return [
        (f"{path.stem}-{document['kind']}", document)
        for path in sorted(FOLDER.glob("*.yaml"))
        for document in yaml.safe_load_all(path.read_text("utf-8"))
    ]


DOCUMENTS = documents()
NAMES = [f"{name}-{number}" for number, (name, _) in enumerate(DOCUMENTS)]
every_document = pytest.mark.parametrize("document", [document for _, document in DOCUMENTS], ids=NAMES)


@cache
def schema_of(kind: str) -> Any:
    """Give the schema of a kind; members that it does not name are errors, as for `kubectl apply`."""
    if kind in CRDS:
        return strict(json.loads((SCHEMAS / CRDS[kind]).read_text("utf-8")))
    definitions = strict(json.loads((SCHEMAS / "kubernetes.json").read_text("utf-8")))
    return {**definitions, "$ref": f"#/definitions/{DEFINITIONS[kind]}"}


def strict(schema: Any) -> Any:
    if isinstance(schema, list):
        return [strict(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {name: strict(one) for name, one in schema.items()}
    closed = isinstance(schema.get("properties"), dict) and not schema.get(
        "x-kubernetes-preserve-unknown-fields"
    )
    return {"additionalProperties": False, **inner} if closed else inner


def problems(document: dict[str, Any]) -> list[str]:
    found = [
        f"{error.json_path}: {error.message}"
        for error in Draft7Validator(schema_of(document["kind"])).iter_errors(document)
    ]
    return found or [problem for one in embedded(document) for problem in problems(one)]


def embedded(document: dict[str, Any]) -> list[dict[str, Any]]:
    """Give what a controller makes of a document; some CRDs describe it less exactly than Kubernetes does."""
    if document["kind"] == "AnalysisTemplate":
        metrics = document["spec"]["metrics"]
        return [
            {"apiVersion": "batch/v1", "kind": "Job", "spec": metric["provider"]["job"]["spec"]}
            for metric in metrics
        ]
    if document["kind"] == "Rollout":
        spec = {name: document["spec"][name] for name in ("selector", "template")}
        return [{"apiVersion": "apps/v1", "kind": "Deployment", "spec": spec}]
    if document["kind"] == "Workflow":
        return [_job_of(document["spec"], one["container"]) for one in containers_of(document)]
    return []


def containers_of(workflow: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the templates of a workflow that start a pod."""
    return [template for template in workflow["spec"]["templates"] if "container" in template]


def _job_of(spec: dict[str, Any], container: dict[str, Any]) -> dict[str, Any]:
    """Make a Job of the pod that a template starts, with the volumes and the security of the workflow."""
    pod = {
        "restartPolicy": "Never",
        "securityContext": spec["securityContext"],
        "volumes": [*spec["volumes"], {"name": "parts", "emptyDir": {}}],
        "containers": [{"name": "main", **container}],
    }
    return {"apiVersion": "batch/v1", "kind": "Job", "spec": {"template": {"spec": pod}}}


@every_document
def test_a_document_fits_its_schema(document: dict[str, Any]) -> None:
    assert [] == problems(document)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], str]]:
    """Yield each member below `spec`: the path to its object, and its name."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield path, name
            yield from places(inner, (*path, name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from places(inner, (*path, number))


FREE = {"matchLabels", "selector", "labels", "annotations", "requests", "limits", "metadata"}


def misspelled(document: dict[str, Any]) -> Iterator[tuple[dict[str, Any], tuple[Any, ...]]]:
    """Give the document with each member of its `spec` misspelled in turn, and the place of the member."""
    for path, name in places(document["spec"]):
        if path and path[-1] in FREE:  # the names of their members are the user's
            continue
        broken = copy.deepcopy(document)
        place = broken["spec"]
        for step in path:
            place = place[step]
        place[f"{name}x"] = place.pop(name)
        yield broken, (*path, name)


@every_document
def test_a_misspelled_member_does_not_fit(document: dict[str, Any]) -> None:
    for broken, place in misspelled(document):
        assert problems(broken), place


@pytest.mark.parametrize(
    ("kind", "path", "wrong"),
    [
        ("Job", ("spec", "backoffLimit"), "2"),
        ("Job", ("spec", "template", "spec", "containers"), {}),
        ("AnalysisTemplate", ("spec", "metrics"), "conformance"),
        ("Rollout", ("spec", "strategy", "canary", "steps"), "none"),
        ("Canary", ("spec", "analysis", "webhooks", 0, "type"), "some-time"),
        ("InferenceService", ("spec", "predictor", "canaryTrafficPercent"), "none"),
        ("Workflow", ("spec", "templates", 0, "dag", "tasks"), {}),
        ("Workflow", ("spec", "templates", 1, "container", "args"), "run"),
    ],
)
def test_a_wrong_value_does_not_fit(kind: str, path: tuple[Any, ...], wrong: Any) -> None:
    broken = copy.deepcopy(next(document for _, document in DOCUMENTS if document["kind"] == kind))
    place: Any = broken
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = wrong

    assert problems(broken)


def test_the_page_shows_each_file_whole() -> None:
    blocks = re.findall(r"```(?:yaml|dockerfile)\n(.*?)```", PAGE, re.DOTALL)

    assert [] == [path.name for path in FOLDER.iterdir() if path.read_text("utf-8") not in blocks]


def pods(value: Any) -> Iterator[dict[str, Any]]:
    """Yield the specifications of pods whose containers run the suite."""
    if isinstance(value, dict):
        containers = value.get("containers")
        if isinstance(containers, list) and any("tgi-conformance" in one["image"] for one in containers):
            yield value
        for inner in value.values():
            yield from pods(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from pods(inner)


PODS = [pod for _, document in DOCUMENTS for pod in pods(document)]


def commands() -> dict[str, list[str]]:
    """Give what each recipe runs, without the name of the command."""
    found = {
        f"{name} {number}": container["args"]
        for name, document in DOCUMENTS
        for pod in pods(document)
        for number, container in enumerate(pod["containers"])
        if container["args"][0] == "run"
    }
    for name, document in DOCUMENTS:
        if document["kind"] == "Workflow":
            found[name] = containers_of(document)[0]["container"]["args"]
    (webhook,) = [
        hook
        for _, document in DOCUMENTS
        if document["kind"] == "Canary"
        for hook in document["spec"]["analysis"]["webhooks"]
    ]
    return {**found, "flagger": webhook["metadata"]["cmd"].split()[1:]}


COMMANDS = commands()
every_command = pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)


@every_command
def test_a_command_is_taken(words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    context = run_command.make_context("run", words[1:])

    assert "run" == words[0]
    assert "TGI_KEY" == context.params["api_key_env"]
    assert context.params["wait"] > 0


def ran(words: list[str], url: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a recipe's command on a server of this machine, at once."""
    fast = [url if "://" in word or "args.url" in word else word for word in words]
    command = [sys.executable, "-m", "tgi_conformance", *fast, "--wait", "0"]
    return subprocess.run(  # noqa: S603 - our own command
        command,
        env={**os.environ, "TGI_KEY": "sesame", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_command_ends_as_the_page_says(tgi_server: Running, tgi_server_factory: ServerFactory) -> None:
    words = COMMANDS["kubernetes-job-Job 0"]
    broken = tgi_server_factory(faults=["generated-tokens-are-missing"])

    assert 0 == ran(words, tgi_server.url).returncode
    assert 1 == ran(words, broken.url).returncode
    assert 2 == ran(words, tgi_server.url, TGI_KEY="").returncode
    assert 3 == ran(words, "http://127.0.0.1:9").returncode


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_flaggers_load_tester_runs_the_command(tgi_server: Running) -> None:
    command = " ".join(["tgi-conformance", *COMMANDS["flagger"]]).replace("http://tgi-canary", tgi_server.url)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(  # noqa: S603
        ["bash", "-c", command],  # noqa: S607
        env={**os.environ, "PATH": path, "TGI_KEY": "sesame"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert 0 == done.returncode, done.stderr
    assert done.stdout.startswith(f"{tgi_server.url} conforms.")


def jobs(value: Any) -> Iterator[dict[str, Any]]:
    """Yield the specifications of Jobs that check one deployment."""
    if isinstance(value, dict):
        if "podFailurePolicy" in value and "completions" not in value:
            yield value
        for inner in value.values():
            yield from jobs(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from jobs(inner)


JOBS = [job for _, document in DOCUMENTS for job in jobs(document)]


def test_a_job_is_repeated_only_if_the_run_could_not_tell() -> None:
    codes = {verdict.exit_code for verdict in Verdict} | {2}

    assert 3 == len(JOBS)
    for job in JOBS:
        (rule,) = job["podFailurePolicy"]["rules"]
        fatal = rule["onExitCodes"]
        assert ("FailJob", "In") == (rule["action"], fatal["operator"])
        assert codes - {0, Verdict.COULD_NOT_TELL.exit_code} == set(fatal["values"])
        assert [fatal["containerName"]] == [one["name"] for one in job["template"]["spec"]["containers"]]
        assert "Never" == job["template"]["spec"]["restartPolicy"]  # which the policy needs


def seconds_of(words: list[str], flag: str) -> float:
    text = " ".join(words).replace("=", " ")
    found = re.search(rf"--{flag} ([0-9]+)", text)
    assert found
    return float(found[1])


def longest(words: list[str]) -> float:
    return seconds_of(words, "wait") + seconds_of(words, "max-seconds")


def test_nothing_ends_a_run_before_its_own_limits() -> None:
    for job in JOBS:
        (container,) = job["template"]["spec"]["containers"]
        assert job["activeDeadlineSeconds"] > (1 + job["backoffLimit"]) * longest(container["args"])
    (canary,) = [document for _, document in DOCUMENTS if document["kind"] == "Canary"]
    timeout = canary["spec"]["analysis"]["webhooks"][0]["timeout"]
    assert int(timeout[:-1]) * SECONDS[timeout[-1]] > longest(COMMANDS["flagger"])
    tester = next(one for pod in PODS for one in pod["containers"] if one["name"] == "tester")
    assert f"-timeout={timeout}" in tester["args"]


def fleet_job() -> dict[str, Any]:
    """Give the specification of the Indexed Job."""
    (found,) = [one["spec"] for _, one in DOCUMENTS if one.get("spec", {}).get("completionMode")]
    return dict(found)


def test_a_shard_goes_on_only_if_it_could_not_tell() -> None:
    job = fleet_job()
    verdicts, drained = job["podFailurePolicy"]["rules"]
    codes = {verdict.exit_code for verdict in Verdict} | {2}

    assert ("FailIndex", "In") == (verdicts["action"], verdicts["onExitCodes"]["operator"])
    assert codes - {0, Verdict.COULD_NOT_TELL.exit_code} == set(verdicts["onExitCodes"]["values"])
    assert "Ignore" == drained["action"]
    assert job["maxFailedIndexes"] == job["completions"]
    assert job["backoffLimitPerIndex"] > 0
    (retry,) = [
        one["retryStrategy"]["expression"]
        for _, document in DOCUMENTS
        if document["kind"] == "Workflow"
        for one in containers_of(document)
        if "retryStrategy" in one
    ]
    assert f"!(asInt(lastRetry.exitCode) in {sorted(codes - {0, Verdict.COULD_NOT_TELL.exit_code})})" in retry


def test_a_job_and_its_merge_use_the_parts_of_one_run() -> None:
    jobs = [document for name, document in DOCUMENTS if name == "fleet-job-Job"]
    folders = [
        mount["subPath"]
        for document in jobs
        for container in document["spec"]["template"]["spec"]["containers"]
        for mount in container["volumeMounts"]
        if mount["name"] == "parts"
    ]

    assert 2 == len(folders)
    assert 1 == len(set(folders))


def test_the_reports_of_a_workflow_outlive_its_volumes() -> None:
    (workflow,) = [document["spec"] for _, document in DOCUMENTS if document["kind"] == "Workflow"]
    (merge,) = [one["container"] for one in workflow["templates"] if one["name"] == "merge"]
    (folder,) = [word.partition("=")[2] for word in merge["args"] if word.startswith("--reports=")]
    (mount,) = [one for one in merge["volumeMounts"] if folder.startswith(f"{one['mountPath']}/")]

    assert mount["name"] in {one["name"] for one in workflow["volumes"] if "persistentVolumeClaim" in one}
    assert workflow["executor"]["serviceAccountName"]  # Argo demands it where the token is not mounted
    assert {"enableServiceLinks": False} == yaml.safe_load(workflow["podSpecPatch"])


def test_shards_of_the_recipes_are_merged_as_many_as_there_are() -> None:
    job = fleet_job()
    (container,) = job["template"]["spec"]["containers"]
    environment = {one["name"]: one.get("value") for one in container["env"]}
    merges = [
        one["args"]
        for _, document in DOCUMENTS
        for pod in [*pods(document), *pods(embedded(document))]
        for one in pod["containers"]
        if one["args"][0] == "merge"
    ]

    assert str(job["completions"]) == environment["JOB_COMPLETIONS"]
    assert Shard(8, 8) == shard_of("auto", {**environment, "JOB_COMPLETION_INDEX": "7"})
    assert 2 == len(merges)
    for words in merges:
        assert f"--expect={job['completions']}" in words
        assert "merge" == merge_command.make_context("merge", words[1:]).info_name


def test_pods_run_without_rights_and_without_variables_of_services() -> None:
    assert 6 == len(PODS)
    for pod in PODS:
        assert pod["enableServiceLinks"] is False
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        for container in pod["containers"]:
            assert container["securityContext"]["readOnlyRootFilesystem"] is True
            assert "/tmp" in [mount["mountPath"] for mount in container["volumeMounts"]]  # noqa: S108


def test_a_variable_of_a_service_would_be_refused(tgi_server: Running) -> None:
    done = ran(["run", tgi_server.url], tgi_server.url, TGI_CONFORMANCE_PORT="tcp://10.0.0.1:80")

    assert 2 == done.returncode
    assert "TGI_CONFORMANCE_PORT" in done.stderr


def test_images_have_the_version_that_this_is() -> None:
    texts = [PAGE, *(path.read_text("utf-8") for path in FOLDER.iterdir())]
    tags = {tag for text in texts for tag in re.findall(r"/tgi-conformance(?:-flagger)?:([\w.]+)", text)}

    assert {VERSION} == tags
