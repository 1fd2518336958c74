"""Which shard a process is, from a flag or from what a scheduler sets."""

from __future__ import annotations

import pytest

from tgi_conformance.config.usage_error import UsageError
from tgi_conformance.fleet.shard import Shard, shard_of

KUBERNETES = {"JOB_COMPLETION_INDEX": "2", "JOB_COMPLETIONS": "50"}
GITLAB = {"CI_NODE_INDEX": "3", "CI_NODE_TOTAL": "50"}
SLURM = {
    "SLURM_ARRAY_TASK_ID": "12",
    "SLURM_ARRAY_TASK_MIN": "10",
    "SLURM_ARRAY_TASK_MAX": "59",
    "SLURM_ARRAY_TASK_COUNT": "50",
}


@pytest.mark.parametrize("text", ["1/1", "3/50", "50/50"])
def test_a_shard_reads_as_it_is_written(text: str) -> None:
    assert text == str(shard_of(text, {}))


@pytest.mark.parametrize("environment", [KUBERNETES, GITLAB, SLURM], ids=["kubernetes", "gitlab", "slurm"])
def test_auto_reads_what_the_scheduler_sets(environment: dict[str, str]) -> None:
    assert Shard(3, 50) == shard_of("auto", environment)


def test_slurm_may_count_by_steps() -> None:
    steps = {
        **SLURM,
        "SLURM_ARRAY_TASK_ID": "14",
        "SLURM_ARRAY_TASK_STEP": "2",
        "SLURM_ARRAY_TASK_MAX": "108",
    }

    assert Shard(3, 50) == shard_of("auto", steps)


def test_the_flag_wins_over_the_environment() -> None:
    assert Shard(1, 2) == shard_of("1/2", GITLAB)


@pytest.mark.parametrize(
    ("text", "environment", "complaint"),
    [
        ("0/5", {}, "shard 0 of 5: expected I/N with I from 1 to N"),
        ("6/5", {}, "shard 6 of 5"),
        ("1/0", {}, "shard 1 of 0"),
        ("3", {}, "--shard 3: expected I/N"),
        ("-1/5", {}, "expected I/N"),
        ("1/2/3", {}, "expected I/N"),
        ("auto", {}, "expected one of JOB_COMPLETION_INDEX, CI_NODE_INDEX, SLURM_ARRAY_TASK_ID"),
        ("auto", {"JOB_COMPLETION_INDEX": "2"}, "JOB_COMPLETIONS = '': expected a number"),
        ("auto", {**KUBERNETES, "JOB_COMPLETION_INDEX": "50"}, "shard 51 of 50"),
        ("auto", {"CI_NODE_INDEX": "x", "CI_NODE_TOTAL": "2"}, "CI_NODE_INDEX = 'x'"),
        ("auto", {**SLURM, "SLURM_ARRAY_TASK_ID": "9"}, "shard 0 of 50"),
        ("auto", {**SLURM, "SLURM_ARRAY_TASK_STEP": "5"}, "by steps of 5"),
        # --array=1,3,7: the third task must not be taken for the shard that the second one is
        (
            "auto",
            {
                "SLURM_ARRAY_TASK_ID": "3",
                "SLURM_ARRAY_TASK_MIN": "1",
                "SLURM_ARRAY_TASK_MAX": "7",
                "SLURM_ARRAY_TASK_COUNT": "3",
            },
            "the 3 tasks of the array 1-7 are not in steps of 1",
        ),
        ("auto", {**KUBERNETES, **GITLAB}, "JOB_COMPLETION_INDEX and CI_NODE_INDEX are set"),
    ],
)
def test_what_is_no_shard_is_a_one_line_error(text: str, environment: dict[str, str], complaint: str) -> None:
    with pytest.raises(UsageError) as raised:
        shard_of(text, environment)

    assert complaint in str(raised.value)
    assert "\n" not in str(raised.value)
