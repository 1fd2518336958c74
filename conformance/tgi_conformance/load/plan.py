"""What the users of a load run ask, decided by whoever leads the run and sent to every process."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from attrs import asdict, field, frozen

from tgi_conformance.contract.request_adapter import RequestAdapter
from tgi_conformance.load.mix import FORMS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tgi_conformance.protocol.forms import Form

TEXT, LENGTH, NOTHING = "text", "length", "nothing"


@frozen
class FormPlan:
    """How one form is asked, and by what its answers are known.

    Attributes:
        label: The form's label in the mix.
        proof: `text` if a grammar leaves one text, `length` if prompts differ in how many tokens they have,
            `nothing` if the answers to different requests cannot be told apart.
        without: Why the answers have no better proof; empty if they have the best.
        parameters: What each request asks for besides.
        prompts: Prompts, and how many tokens the deployment counted of each when it was sent alone; the count
            is None if the deployment states none.
        texts: How many different texts are asked for; None: each request asks for its own.
        model: The model that the first answer named; None if it named none.
        numbered: Whether events have an `index`.
        terminated: Whether streams end with `[DONE]`.
        excused: What an answer of an older release breaks that came alone, by the slug of the promise.
    """

    label: str
    proof: str
    without: str = ""
    parameters: Mapping[str, Any] = field(factory=dict)
    prompts: tuple[tuple[str, int | None], ...] = ()
    texts: int | None = None
    model: str | None = None
    numbered: bool = True
    terminated: bool = True
    excused: Mapping[str, str] = field(factory=dict)

    @property
    def form(self) -> Form:
        """The form."""
        return FORMS[self.label]


@frozen
class Plan:
    """What the users ask.

    Attributes:
        forms: The forms that the deployment offers.
        characters: How long the texts are that grammars leave.
        pace: How many seconds a user lets pass from one request to the next; 0 for none.
        timeout: How many seconds an answer may take.
        health: Whether the deployment offers `/health`.
        insecure, ca: Whose certificates are accepted.
        key_name: The environment variable with the API key, in every process; empty for none.
        naming, single: Paths whose bodies an older release needs in another form; see RequestAdapter.
    """

    forms: tuple[FormPlan, ...]
    characters: int = 5
    pace: float = 0.0
    timeout: float = 60.0
    health: bool = True
    insecure: bool = False
    ca: str = ""
    key_name: str = ""
    naming: tuple[str, ...] = ()
    single: tuple[str, ...] = ()

    @property
    def adapter(self) -> RequestAdapter:
        """Adapts requests to an older release."""
        return RequestAdapter(frozenset(self.naming), frozenset(self.single))

    def form(self, label: str) -> FormPlan | None:
        """Return the plan of a form; None if the deployment does not offer it."""
        return next((one for one in self.forms if one.label == label), None)

    def write(self) -> str:
        """Write it as JSON, as it is sent to every process."""
        return json.dumps(asdict(self))


def read_plan(text: str) -> Plan:
    """Read what `Plan.write` wrote."""
    value = json.loads(text)
    forms = (
        FormPlan(**{**one, "prompts": tuple((prompt, count) for prompt, count in one["prompts"])})
        for one in value.pop("forms")
    )
    naming, single = (tuple(value.pop(name)) for name in ("naming", "single"))
    return Plan(forms=tuple(forms), naming=naming, single=single, **value)
