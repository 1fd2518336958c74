"""Check a sample of the answers in depth: the schema of each body and event, the framing of streams."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import define, field

from tgi_conformance.http.exchange import EVENT_STREAM, JSON, Exchange
from tgi_conformance.load.checks import Violation
from tgi_conformance.load.mix import FORMS
from tgi_conformance.protocol.under_load import OK
from tgi_conformance.requirements import _under_load as promises
from tgi_conformance.requirements._declaration import id_of
from tgi_conformance.requirements._verify import expect, expect_fits, expect_media_type
from tgi_conformance.requirements.answers import json_events
from tgi_conformance.results.outcomes import shown
from tgi_conformance.session.context import Context

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgi_conformance.protocol.forms import Form
    from tgi_conformance.session.session import Session

# The requirements that say the same of an answer that comes alone: known deviations from them count here too.
UNSTREAMED, STREAMED = "answer-fits-the-document", "events-fit-the-document"


@define
class Sample:
    """The answers that were checked in depth.

    Attributes:
        session: Has the document, and the known deviations.
        checked: How many answers of each form were checked, by its label.
    """

    session: Session
    checked: dict[str, int] = field(factory=dict)

    def check(self, label: str, exchange: Exchange) -> Iterator[Violation]:
        """Check one answer; yields what it breaks."""
        form = FORMS[label]
        if exchange.response.status != OK or exchange.response.is_overload:
            return
        self.checked[label] = self.checked.get(label, 0) + 1
        context = Context(id_of(form, STREAMED if form.streamed else UNSTREAMED), self.session)
        with context.case():
            _fits(context, form, exchange)
        for unmet in context.failures:
            yield Violation(promises.DOCUMENTED, unmet.expected, shown(unmet.actual))


def _fits(context: Context, form: Form, exchange: Exchange) -> None:
    media_type = EVENT_STREAM if form.streamed else JSON
    expect_media_type(exchange, media_type)
    pointer = context.contract.operation(form.operation).response_pointer(OK, media_type)
    if not form.streamed:
        expect_fits(context, exchange, exchange.response.json, pointer)
        return
    faults = exchange.response.stream.faults
    expect(not faults, "an event stream without faults", "; ".join(faults[:3]), exchange)
    for event in json_events(exchange):
        expect_fits(context, exchange, event, pointer)
