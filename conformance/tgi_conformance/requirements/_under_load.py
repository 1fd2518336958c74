"""What `tgi-conformance load` checks: requirements that need many users, and so have no check of their own.

Each is a promise of every form or of one route; the users in load/ check it in every answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from tgi_conformance.protocol.forms import STREAMED, UNSTREAMED
from tgi_conformance.protocol.routes import HEALTH, INFO
from tgi_conformance.requirements._declaration import id_of
from tgi_conformance.results.levels import Depth, Level

if TYPE_CHECKING:
    from tgi_conformance.protocol.forms import Form
    from tgi_conformance.protocol.routes import Route

LIMIT = "#/components/schemas/Info/properties/max_concurrent_requests"
CATEGORY = "load"


@frozen
class LoadRequirement:
    """A promise at one form or route, described as a Requirement is.

    Attributes:
        id, operation, statement, source, why: As those of a Requirement.
        fails_if: What the check compares: what it sees where the promise is broken.
        level, category, depth, needs, since: The same for all of them.
    """

    id: str
    operation: str
    statement: str
    source: str
    why: str
    fails_if: str
    level: Level = Level.MUST
    category: str = CATEGORY
    depth: Depth = Depth.LOAD
    needs: tuple[str, ...] = ()
    since: str = ""

    @property
    def route(self) -> str:
        """The first word of the id."""
        return self.id.partition(".")[0]


@frozen
class Promise:
    """One promise, of every form or of one route.

    Attributes:
        slug: The end of its id.
        statement, source, why, fails_if: As those of a LoadRequirement.
        streamed: Whether only streams can break it.
        dialects: The dialects whose answers can break it; empty for all.
        tolerated: The share of requests that may break it by chance before it fails.
        timed: Whether a client that is too slow could seem to break it.
    """

    slug: str
    statement: str
    source: str
    why: str
    fails_if: str
    streamed: bool = False
    dialects: tuple[str, ...] = ()
    tolerated: float = 0.0
    timed: bool = False

    def applies_to(self, form: Form) -> bool:
        """Whether answers of a form can break it."""
        return (form.streamed or not self.streamed) and form.dialect in (self.dialects or (form.dialect,))

    def at(self, place: Form | Route) -> LoadRequirement:
        """Return the requirement at a form or route."""
        return LoadRequirement(
            id_of(place, self.slug), place.operation, self.statement, self.source, self.why, self.fails_if
        )


OWN = Promise(
    "answers-are-not-mixed-up-under-load",
    "Each request gets its own answer, whatever is answered at the same time.",
    "behaviour.md#limits",
    "No user may ever receive the answer to another user's request.",
    "an answer is not that of its request",
)
ANSWERED = Promise(
    "requests-are-answered-under-load",
    "Each request is answered whole with 200, or refused for overload.",
    "behaviour.md#limits",
    "What fails under load fails when it is needed most.",
    "more than 1 request in 1,000 ends with an error, without a whole answer, or after `--timeout`; "
    "up to that it is intermittent",
    tolerated=0.001,
    timed=True,
)
COUNTED = Promise(
    "counts-add-up-under-load",
    "The stated numbers of tokens are those of the answer and of its prompt.",
    "behaviour.md#details",
    "Users are billed by these numbers.",
    "a number of tokens is not that of the answer or of the prompt, or a sum is wrong",
)
ORDERED = Promise(
    "streams-are-in-order-under-load",
    "The events of a stream come in their order.",
    "behaviour.md#streams",
    "A client shows the pieces as they come.",
    "an `index` is out of order, or pieces do not make up the text",
    streamed=True,
)
ENDED = Promise(
    "streams-end-under-load",
    "Each stream ends with its last event, which occurs only once.",
    "behaviour.md#streams",
    "A client cannot tell a whole answer from one that was cut off.",
    "the last event is missing, repeated or not last; `[DONE]` likewise",
    streamed=True,
)
REFUSED = Promise(
    "refusals-are-told-under-load",
    "A refusal for overload is 429 with an ErrorResponse; a `Retry-After` is in seconds or a date.",
    LIMIT,
    "Clients wait and retry on 429 only.",
    "a 429 has another form than TGI's (a gateway's own is valid), or `Retry-After` is neither seconds nor "
    "a date",
)
MODEL = Promise(
    "model-is-the-same-under-load",
    "Each answer names the model that the first one named.",
    "behaviour.md#openai-style-routes",
    "A gateway that mixes up backends answers with another model.",
    "an answer names another model than the first answer did",
    dialects=("chat", "completions"),
)
DOCUMENTED = Promise(
    "answers-fit-the-document-under-load",
    "A sample of the answers fits the document, to the last member and the framing of streams.",
    "behaviour.md#limits",
    "A typed client can read only what is documented.",
    "an answer of the sample does not fit the document",
)
OF_FORMS = (OWN, ANSWERED, COUNTED, ORDERED, ENDED, REFUSED, MODEL, DOCUMENTED)

HEALTHY = Promise(
    "health-stays-200-under-load",
    "/health is 200 while many requests are answered.",
    "#/paths/~1health/get/responses/200",
    "An orchestrator restarts what is busy, and makes the load of the others worse.",
    "`/health`, which one more user asks twice a second, is not 200",
    timed=True,
)
LIMITED = Promise(
    "limit-is-kept-under-load",
    "Each router behind the URL serves at most `max_concurrent_requests` requests at a time.",
    LIMIT,
    "The limit keeps the memory of the accelerator from running out.",
    "more requests are served at a time than `max_concurrent_requests` (with `--replicas`)",
    timed=True,
)
ROOM = Promise(
    "refused-only-beyond-the-limit-under-load",
    "No request is refused for overload while fewer are sent at a time than `max_concurrent_requests`.",
    LIMIT,
    "Slots that are never freed add up to an outage.",
    "a router refuses a request though it has room (with `--replicas`)",
)
FREED = Promise(
    "slots-are-free-after-load",
    "Once the load is over, as many requests are served at a time as before.",
    LIMIT,
    "Slots that are never freed add up to an outage.",
    "fewer simultaneous requests are served after the load than before",
)


def load_requirements() -> tuple[LoadRequirement, ...]:
    """Give what `tgi-conformance load` checks, by route."""
    found = [
        promise.at(form)
        for form in (*UNSTREAMED, *STREAMED)
        for promise in OF_FORMS
        if promise.applies_to(form)
    ]
    found += [HEALTHY.at(HEALTH), LIMITED.at(INFO), ROOM.at(INFO), FREED.at(INFO)]
    return tuple(sorted(found, key=lambda one: one.route))
