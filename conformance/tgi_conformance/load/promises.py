"""What a deployment promises under load, each as the report shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from tgi_conformance.protocol.forms import Form
    from tgi_conformance.protocol.routes import Route

LIMIT = "#/components/schemas/Info/properties/max_concurrent_requests"


@frozen
class Promise:
    """One promise, of every form or of one route.

    Attributes:
        slug: The end of its id.
        statement, source, why: As those of a requirement.
        streamed: Whether only streams can break it.
        dialects: The dialects whose answers can break it; empty for all.
        tolerated: The share of requests that may break it by chance before it fails.
        timed: Whether a client that is too slow could seem to break it.
    """

    slug: str
    statement: str
    source: str
    why: str
    streamed: bool = False
    dialects: tuple[str, ...] = ()
    tolerated: float = 0.0
    timed: bool = False

    def applies_to(self, form: Form) -> bool:
        """Whether answers of a form can break it."""
        return (form.streamed or not self.streamed) and form.dialect in (self.dialects or (form.dialect,))

    def id_of(self, place: Form | Route) -> str:
        """Return its id at a form or route."""
        return f"{place.name}.{'streamed-' if place.is_switched else ''}{self.slug}"


OWN = Promise(
    "answers-are-not-mixed-up-under-load",
    "Each request gets its own answer, whatever is answered at the same time.",
    "behaviour.md#limits",
    "No user may ever receive the answer to another user's request.",
)
ANSWERED = Promise(
    "requests-are-answered-under-load",
    "Each request is answered whole with 200, or refused for overload.",
    "behaviour.md#limits",
    "What fails under load fails when it is needed most.",
    tolerated=0.001,
    timed=True,
)
COUNTED = Promise(
    "counts-add-up-under-load",
    "The stated numbers of tokens are those of the answer and of its prompt.",
    "behaviour.md#details",
    "Users are billed by these numbers.",
)
ORDERED = Promise(
    "streams-are-in-order-under-load",
    "The events of a stream come in their order.",
    "behaviour.md#streams",
    "A client shows the pieces as they come.",
    streamed=True,
)
ENDED = Promise(
    "streams-end-under-load",
    "Each stream ends with its last event, which occurs only once.",
    "behaviour.md#streams",
    "A client cannot tell a whole answer from one that was cut off.",
    streamed=True,
)
REFUSED = Promise(
    "refusals-are-told-under-load",
    "A refusal for overload is 429 with an ErrorResponse; a `Retry-After` is in seconds or a date.",
    LIMIT,
    "Clients wait and retry on 429 only.",
)
MODEL = Promise(
    "model-is-the-same-under-load",
    "Each answer names the model that the first one named.",
    "behaviour.md#openai-style-routes",
    "A gateway that mixes up backends answers with another model.",
    dialects=("chat", "completions"),
)
DOCUMENTED = Promise(
    "answers-fit-the-document-under-load",
    "A sample of the answers fits the document, to the last member and the framing of streams.",
    "behaviour.md#limits",
    "A typed client can read only what is documented.",
)
OF_FORMS = (OWN, ANSWERED, COUNTED, ORDERED, ENDED, REFUSED, MODEL, DOCUMENTED)

HEALTHY = Promise(
    "health-stays-200-under-load",
    "/health is 200 while many requests are answered.",
    "#/paths/~1health/get/responses/200",
    "An orchestrator restarts what is busy, and makes the load of the others worse.",
    timed=True,
)
LIMITED = Promise(
    "limit-is-kept-under-load",
    "Each router behind the URL serves at most `max_concurrent_requests` requests at a time.",
    LIMIT,
    "The limit keeps the memory of the accelerator from running out.",
    timed=True,
)
ROOM = Promise(
    "refused-only-beyond-the-limit-under-load",
    "No request is refused for overload while fewer are sent at a time than `max_concurrent_requests`.",
    LIMIT,
    "Slots that are never freed add up to an outage.",
)
FREED = Promise(
    "slots-are-free-after-load",
    "Once the load is over, as many requests are served at a time as before.",
    LIMIT,
    "Slots that are never freed add up to an outage.",
)
