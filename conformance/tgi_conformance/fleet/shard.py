"""Which shard of how many a process is: `3/50`, or what a scheduler set in the environment."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from attrs import frozen

from tgi_conformance.config.usage_error import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

AUTO = "auto"
MOST_SHARDS = 999_999
FORM = re.compile(r"(\d{1,6})/(\d{1,6})")
EXPECTED = "expected I/N with I from 1 to N, such as 3/50, or auto"


@frozen
class Shard:
    """The shard `index`, counted from 1, of `count`."""

    index: int
    count: int

    def __str__(self) -> str:
        """Return the form that `shard_of` reads."""
        return f"{self.index}/{self.count}"


WHOLE = Shard(1, 1)


def shard_of(text: str, environment: Mapping[str, str]) -> Shard:
    """Read `3/50`; of `auto`, read the variables of Kubernetes, GitLab or Slurm.

    Raises:
        UsageError: The text is not a shard, or the environment has none, or those of two schedulers.
    """
    if text == AUTO:
        return _from_environment(environment)
    found = FORM.fullmatch(text)
    if not found:
        raise UsageError(f"--shard {text}: {EXPECTED}")
    return _checked(int(found[1]), int(found[2]), f"--shard {text}")


def _checked(index: int, count: int, where: str) -> Shard:
    if not 1 <= index <= count:
        raise UsageError(f"{where}: shard {index} of {count}: {EXPECTED}")
    return Shard(index, count)


def _from_environment(environment: Mapping[str, str]) -> Shard:
    present = [name for name in SCHEDULERS if environment.get(name)]
    if not present:
        raise UsageError(f"--shard auto: expected one of {', '.join(SCHEDULERS)} in the environment")
    if len(present) > 1:
        raise UsageError(f"--shard auto: {' and '.join(present)} are set; expected one, or --shard I/N")
    (name,) = present
    return SCHEDULERS[name](environment)


def _kubernetes(environment: Mapping[str, str]) -> Shard:
    """An Indexed Job counts from 0, and does not set the number of completions by itself."""
    index = _number(environment, "JOB_COMPLETION_INDEX")
    return _checked(index + 1, _number(environment, "JOB_COMPLETIONS"), "JOB_COMPLETION_INDEX")


def _gitlab(environment: Mapping[str, str]) -> Shard:
    """A job with `parallel` counts from 1."""
    index = _number(environment, "CI_NODE_INDEX")
    return _checked(index, _number(environment, "CI_NODE_TOTAL"), "CI_NODE_INDEX")


def _slurm(environment: Mapping[str, str]) -> Shard:
    """A job array counts from its own least id, by its own step."""
    task = _number(environment, "SLURM_ARRAY_TASK_ID")
    least = _number(environment, "SLURM_ARRAY_TASK_MIN")
    step = _number(environment, "SLURM_ARRAY_TASK_STEP", "1")
    if step < 1 or (task - least) % step:
        raise UsageError(
            f"SLURM_ARRAY_TASK_ID = {task}: expected a task of an array from {least} by steps of {step}"
        )
    count = _number(environment, "SLURM_ARRAY_TASK_COUNT")
    most = _number(environment, "SLURM_ARRAY_TASK_MAX", str(least + (count - 1) * step))
    if most != least + (count - 1) * step:
        raise UsageError(
            f"--shard auto: the {count} tasks of the array {least}-{most} are not in steps of {step}: "
            "expected no gaps, or --shard I/N"
        )
    return _checked((task - least) // step + 1, count, "SLURM_ARRAY_TASK_ID")


def _number(environment: Mapping[str, str], name: str, default: str = "") -> int:
    text = environment.get(name) or default
    if not re.fullmatch(r"\d{1,9}", text):
        raise UsageError(f"--shard auto: {name} = {text!r}: expected a number in the environment")
    return int(text)


SCHEDULERS: Mapping[str, Callable[[Mapping[str, str]], Shard]] = {
    "JOB_COMPLETION_INDEX": _kubernetes,
    "CI_NODE_INDEX": _gitlab,
    "SLURM_ARRAY_TASK_ID": _slurm,
}
"""The variable that each scheduler sets, and what reads its shard."""
