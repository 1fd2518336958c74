"""Seeds that do not fit a signed 64-bit integer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgi_conformance.protocol.forms import GENERATE, GENERATE_STREAM
from tgi_conformance.requirements._declaration import requirement
from tgi_conformance.requirements._naming import parameter
from tgi_conformance.requirements._verify import expect_answer, expect_equal, is_refused
from tgi_conformance.results.outcomes import UnsupportedError

if TYPE_CHECKING:
    from tgi_conformance.protocol.forms import Form
    from tgi_conformance.session.context import Context

LARGE = 2**63 + 2**40 + 5  # negative as a signed 64-bit integer, and rounded as a double


@requirement(
    "large-seed-is-reported-as-given",
    f"A `seed` of {LARGE} is refused, or used and reported exactly.",
    forms=(GENERATE, GENERATE_STREAM),
    source="behaviour.md#validation",
    category="sampling",
    needs=(parameter(GENERATE, "seed"),),
    why="Half of all random 64-bit seeds are this large; a seed that is reported wrong repeats nothing.",
)
def large_seed_is_reported_as_given(context: Context, form: Form) -> None:
    exchange = context.send(form.ask(tokens=1, details=True, do_sample=True, seed=LARGE))
    if is_refused(exchange):
        raise UnsupportedError("seeds above the maximum of int64 are refused, as the document allows")
    expect_equal(LARGE, expect_answer(form, exchange).seed, "details.seed", exchange)
