"""Seeds beyond what a signed integer holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tgi_conformance.requirements._naming import parameter, words
from tgi_conformance.requirements._verify import expect_answer, expect_equal, is_refused
from tgi_conformance.results.outcomes import UnsupportedError

if TYPE_CHECKING:
    from tgi_conformance.protocol.forms import Form
    from tgi_conformance.requirements._declare import Catalogue
    from tgi_conformance.session.context import Context

LARGE = (
    2**63 + 2**40 + 5
)  # negative where 64 bits are read with a sign, another number where they are a double


def large_seeds(catalogue: Catalogue, form: Form) -> None:
    """A seed of a form is a number of 64 bits, none of which is a sign."""

    @catalogue.add(
        words(form, "large-seed-is-reported-as-given"),
        f"A `seed` of {LARGE} is refused, or taken and reported as it is.",
        source="behaviour.md#validation",
        operation=form.operation,
        needs=(parameter(form, "seed"),),
        why="Half of all drawn seeds are as large: one that is reported otherwise repeats nothing.",
    )
    def check(context: Context) -> None:
        exchange = context.send(form.ask(tokens=1, details=True, do_sample=True, seed=LARGE))
        if is_refused(exchange):
            raise UnsupportedError("seeds beyond a signed integer are refused, as the document's int64 says")
        expect_equal(LARGE, expect_answer(form, exchange).seed, "details.seed", exchange)
