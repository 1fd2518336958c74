"""How fast the reference server's engine writes, by way of choosing: steps a second on one core."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tgi_reference.engine import Engine, SamplingParameters

if TYPE_CHECKING:
    from collections.abc import Callable

_PROMPT = "What is Deep Learning?"
_STEPS = 10_000
_SCHEMA = {
    "type": "object",
    "properties": {"city": {"type": "string"}, "days": {"type": "integer"}, "tags": {"type": "array"}},
    "required": ["city", "days", "tags"],
}


def steps_per_second(engine: Engine, parameters: Callable[[int], SamplingParameters]) -> float:
    """Write at least ``_STEPS`` tokens in runs with parameters by run number."""
    ids = engine.encode(_PROMPT).ids
    count, runs = 0, 0
    start = time.perf_counter()
    while count < _STEPS:
        count += sum(1 for _ in engine.generate(ids, parameters(runs)))
        runs += 1
    return count / (time.perf_counter() - start)


def main() -> None:
    """Print one line a way of choosing."""
    start = time.perf_counter()
    engine = Engine()
    print(f"{'start':<28}{(time.perf_counter() - start) * 1e3:>10.0f} ms")
    grammar = engine.compile_grammar("json", _SCHEMA)
    ways: dict[str, Callable[[int], SamplingParameters]] = {
        "greedy": lambda run: SamplingParameters(max_new_tokens=1000 + run % 2),
        "greedy, 20 tokens": lambda run: SamplingParameters(max_new_tokens=20 + run % 2),
        "greedy, 5 top tokens": lambda run: SamplingParameters(max_new_tokens=200 + run % 2, top_n_tokens=5),
        "greedy, 4 stop strings": lambda run: SamplingParameters(
            max_new_tokens=200 + run % 2, stop=("#",) * 4
        ),
        "greedy, penalties": lambda run: SamplingParameters(
            max_new_tokens=200 + run % 2, repetition_penalty=1.2, frequency_penalty=0.5
        ),
        "sampled": lambda run: SamplingParameters(max_new_tokens=200, do_sample=True, seed=run),
        "sampled, warped": lambda run: SamplingParameters(
            max_new_tokens=200, temperature=0.7, top_k=50, top_p=0.95, typical_p=0.95, seed=run
        ),
        "sampled, JSON grammar": lambda run: SamplingParameters(
            max_new_tokens=200, do_sample=True, seed=run, grammar=grammar
        ),
    }
    for name, parameters in ways.items():
        rate = steps_per_second(engine, parameters)
        print(f"{name:<28}{rate:>10,.0f} steps/s{1e6 / rate:>10.1f} µs a step")


if __name__ == "__main__":
    main()
