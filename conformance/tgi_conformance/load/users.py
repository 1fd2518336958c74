"""The users: each asks one form again and again, and checks every answer.

This module and locustfile.py run inside Locust, and are the only ones that import it: Locust makes gevent
replace Python's sockets and threads in its whole process.
"""

from __future__ import annotations

import itertools
import os
import time
from typing import TYPE_CHECKING, Any, ClassVar

import gevent
import httpx
from attrs import define, field
from locust import FastHttpUser, constant, task
from locust.contrib.fasthttp import FAILURE_EXCEPTIONS
from locust.exception import CatchResponseError
from locust.user.wait_time import constant_pacing

from tgi_common.access import parse_header, trust
from tgi_common.content_encoding import EncodingError, decoder
from tgi_conformance.http.exchange import Exchange, Request, Response
from tgi_conformance.load.checks import Violation, judge, seen
from tgi_conformance.load.mix import FORMS, label_of
from tgi_conformance.load.questions import questions
from tgi_conformance.load.tally import Tally, Timing, request_wire, response_wire
from tgi_conformance.protocol.forms import (
    CHAT,
    CHAT_STREAM,
    COMPLETIONS,
    COMPLETIONS_STREAM,
    GENERATE,
    GENERATE_STREAM,
    INVOCATIONS,
    INVOCATIONS_STREAM,
    ROOT,
    ROOT_STREAM,
    Form,
)
from tgi_conformance.protocol.routes import HEALTH, example_of
from tgi_conformance.protocol.under_load import OK
from tgi_conformance.requirements._under_load import ANSWERED, HEALTHY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from locust.env import Environment

    from tgi_conformance.load.plan import Plan
    from tgi_conformance.load.questions import Question

LARGEST = 4 * 1024 * 1024  # bytes of an answer
BLOCK = 64 * 1024
LONGEST = 300  # characters of an error
FAILED_PAUSE, LONGEST_WAIT = 0.25, 5.0  # seconds
ANY_STATUS = frozenset(range(100, 600))
WHOLE = "a whole answer, or a refusal for overload"
HEALTH_PAUSE = 0.5  # seconds between two looks at /health
SAMPLE_PAUSE = 1.0  # seconds between two answers of a form that are checked in depth
MOST_SAMPLES = 64  # that wait to be sent


class NoAnswerError(Exception):
    """No answer came that is whole, of limited size, and in time."""


@define
class Here:
    """What the users of this process share.

    Attributes:
        plan: What they ask; None until it came.
        tally: What they saw since it was last sent.
        samples: Answers to be checked in depth: label, request and response of each.
        stopped: When the load was over and nobody began to ask any more, by time.perf_counter; None before.
        busy: How many of them wait for an answer.
        headers: The user's own and the one with the API key, sent with each request.
    """

    plan: Plan | None = None
    tally: Tally = field(factory=Tally)
    samples: list[list[Any]] = field(factory=list)
    stopped: float | None = None
    busy: int = 0
    headers: dict[str, str] = field(factory=dict)
    _sampled: dict[str, float] = field(factory=dict)
    _numbers: Iterator[int] = field(factory=itertools.count)

    def begin(self, plan: Plan) -> None:
        """Take the plan of a run that begins."""
        self.plan, self.tally, self.samples, self.stopped = plan, Tally(), [], None
        lines = filter(None, os.environ.get("TGI_CONFORMANCE_HEADER", "").split("\n"))
        self.headers = dict(map(parse_header, lines))
        if plan.key_name:
            self.headers["Authorization"] = f"Bearer {os.environ[plan.key_name]}"

    @property
    def overtime(self) -> float:
        """For how many seconds the load has been over."""
        return 0.0 if self.stopped is None else time.perf_counter() - self.stopped

    def number(self) -> int:
        """Give another number to each user of this process."""
        return next(self._numbers)

    def sample(self, label: str, exchange: Exchange) -> None:
        """Keep an answer for the checks in depth now and then."""
        now = time.monotonic()
        if now - self._sampled.get(label, -SAMPLE_PAUSE) >= SAMPLE_PAUSE and len(self.samples) < MOST_SAMPLES:
            self._sampled[label] = now
            self.samples.append([label, request_wire(exchange.request), response_wire(exchange.response)])


HERE = Here()


class AskingUser(FastHttpUser):
    """Sends requests of the suite, reads each answer within limits, and tells Locust how long it took."""

    abstract = True
    insecure = False

    def __init__(self, environment: Environment) -> None:
        plan = HERE.plan
        if plan is not None:
            self.network_timeout = self.connection_timeout = plan.timeout
            ca, insecure = plan.ca or None, plan.insecure
            self.ssl_context_factory = lambda: trust(ca, insecure=insecure)  # type: ignore[arg-type]
        super().__init__(environment)
        agent: Any = self.client.client
        agent.valid_response_codes, agent.redirect_response_codes = ANY_STATUS, frozenset()

    def exchange(self, request: Request) -> tuple[Response, Timing]:
        """Send a request and read its answer.

        Raises:
            NoAnswerError: No answer came that is whole, of limited size, and in time.
        """
        plan, began = HERE.plan, time.perf_counter()
        timeout = plan.timeout if plan else 0.0
        # Locust takes a gevent.Timeout for a broken connection, so it raises another error.
        late = NoAnswerError(f"no whole answer within {timeout:g} s")
        try:
            with gevent.Timeout(timeout, late):
                return self._exchange(request, began)
        except (*FAILURE_EXCEPTIONS, EncodingError) as error:
            told = " ".join(f"{type(error).__name__}: {error}".split())[:LONGEST]
            raise NoAnswerError(f"the connection broke: {told}") from None

    def _exchange(self, request: Request, began: float) -> tuple[Response, Timing]:
        headers = {**dict(request.headers), **HERE.headers, "Accept-Encoding": "identity"}
        if self.client.auth_header:
            headers.setdefault("Authorization", self.client.auth_header)
        url = f"{self.client.base_url}{request.path}"
        answer = self.client.client.urlopen(url, request.method, payload=request.content, headers=headers)
        raw = answer._response  # noqa: SLF001 - Locust's own readers do not tell when a line came
        try:
            found = httpx.Headers(list(raw.headers))
            body, events = _read(raw, began, streamed="text/event-stream" in found.get("content-type", ""))
        finally:
            raw.release()
        whole = time.perf_counter() - began
        body = b"".join(decoder(found.get("content-encoding")).feed(body))
        timing = Timing(whole, tuple(events), HERE.overtime)
        return Response(raw.get_code(), found, body, whole), timing

    def tell(self, request: Request, name: str, seconds: float, problem: str = "", length: int = 0) -> None:
        """Count an answer in Locust's own tables, as failed if there is a problem."""
        self.environment.events.request.fire(
            request_type=request.method,
            name=name,
            response_time=seconds * 1000,
            response_length=length,
            exception=CatchResponseError(problem) if problem else None,
            context={},
        )


def _read(answer: Any, began: float, *, streamed: bool) -> tuple[bytes, list[float]]:
    """Read a body, and when each event of a stream was complete."""
    events: list[float] = []
    body, rest = bytearray(), b""
    for piece in _pieces(answer):
        body += piece
        if len(body) > LARGEST:
            raise NoAnswerError(f"more than {LARGEST:,} bytes")
        if streamed:
            *lines, rest = (rest + piece).split(b"\n")
            events += [time.perf_counter() - began] * sum(line in {b"", b"\r"} for line in lines)
    return bytes(body), events


def _pieces(answer: Any) -> Iterator[bytes]:
    """Yield a body as it comes; Locust's own readers wait for the end of a line, however long it is."""
    while True:
        if answer._body_buffer:  # noqa: SLF001
            piece = bytes(answer._body_buffer)  # noqa: SLF001
            answer._body_buffer.clear()  # noqa: SLF001
            yield piece
        elif answer.message_complete:
            return
        else:
            received = answer._sock.recv(BLOCK)  # noqa: SLF001
            answer.feed(received)
            if not received and not answer.message_complete:
                raise NoAnswerError("the connection broke: it ended before the answer")


class FormUser(AskingUser):
    """Asks one form."""

    abstract = True
    form: ClassVar[Form]

    def on_start(self) -> None:
        """Choose what this user asks for."""
        plan = HERE.plan
        mine = plan.form(label_of(self.form)) if plan is not None else None
        if plan is None or mine is None:
            raise RuntimeError(f"{label_of(self.form)} is not part of the plan")
        self._mine = mine
        self._label = mine.label
        self._questions: Iterator[Question] = questions(
            plan, mine, HERE.number() if mine.proof != "text" else None
        )
        self._pacing = constant_pacing(plan.pace) if plan.pace else constant(0)
        gevent.sleep((HERE.number() % 97) / 97 * plan.pace)  # or all of them ask at the same moments

    def wait_time(self) -> float:
        """Keep the pace of the plan."""
        return float(self._pacing(self))

    @task
    def ask(self) -> None:
        """Ask once, and check the answer."""
        if HERE.stopped is not None:
            gevent.sleep(1)
            return
        HERE.busy += 1
        try:
            self._ask(next(self._questions))
        finally:
            HERE.busy -= 1

    def _ask(self, question: Question) -> None:
        request, began = question.request, time.perf_counter()
        try:
            response, timing = self.exchange(request)
        except NoAnswerError as error:
            route = HERE.tally.of(self._label)  # only now, since it is sent and replaced now and then
            route.failed += 1
            route.violate(Violation(ANSWERED, WHOLE, str(error)), request)
            self.tell(request, self._label, time.perf_counter() - began, str(error))
            gevent.sleep(FAILED_PAUSE)
            return
        exchange, judged = Exchange(request, response), judge(self._mine, question, response)
        HERE.tally.of(self._label).record(judged, exchange, timing)
        HERE.sample(self._label, exchange)
        problem = judged.violations[0].promise.slug if judged.violations else ""
        self.tell(request, self._label, timing.whole, problem, len(response.body))
        if judged.refused or any(violation.promise is ANSWERED for violation in judged.violations):
            gevent.sleep(_wait(response))


def _wait(response: Response) -> float:
    """Return the seconds to wait after a refusal or an error: as Retry-After says, within limits."""
    asked = response.headers.get("retry-after", "")
    return min(float(asked[:9]), LONGEST_WAIT) if asked.isascii() and asked.isdigit() else FAILED_PAUSE


class GenerateUser(FormUser):
    """Asks /generate."""

    form = GENERATE


class GenerateStreamUser(FormUser):
    """Asks /generate_stream."""

    form = GENERATE_STREAM


class RootUser(FormUser):
    """Asks /, unstreamed."""

    form = ROOT


class StreamedRootUser(FormUser):
    """Asks /, streamed."""

    form = ROOT_STREAM


class ChatUser(FormUser):
    """Asks /v1/chat/completions, unstreamed."""

    form = CHAT


class StreamedChatUser(FormUser):
    """Asks /v1/chat/completions, streamed."""

    form = CHAT_STREAM


class CompletionsUser(FormUser):
    """Asks /v1/completions, unstreamed."""

    form = COMPLETIONS


class StreamedCompletionsUser(FormUser):
    """Asks /v1/completions, streamed."""

    form = COMPLETIONS_STREAM


class InvocationsUser(FormUser):
    """Asks /invocations, unstreamed."""

    form = INVOCATIONS


class StreamedInvocationsUser(FormUser):
    """Asks /invocations, streamed."""

    form = INVOCATIONS_STREAM


class HealthUser(AskingUser):
    """Looks at /health, beside those who ask for answers."""

    fixed_count = 1
    wait_time = constant(HEALTH_PAUSE)

    @task
    def look(self) -> None:
        """Look once."""
        plan = HERE.plan
        if plan is None or HERE.stopped is not None:
            return
        HERE.busy += 1
        try:
            self._look()
        finally:
            HERE.busy -= 1

    def _look(self) -> None:
        request, began = example_of(HEALTH), time.perf_counter()
        response = None
        try:
            response, _ = self.exchange(request)
        except NoAnswerError as error:
            told = str(error)
        else:
            told = "" if response.status == OK else seen(response)
        route = HERE.tally.of(HEALTH.name)
        if told:
            route.failed += 1
            route.violate(Violation(HEALTHY, "status 200", told), request, response)
        else:
            route.answered += 1
        self.tell(request, HEALTH.name, time.perf_counter() - began, told)


FORM_USERS: dict[str, type[FormUser]] = {
    label_of(user.form): user
    for user in (
        GenerateUser,
        GenerateStreamUser,
        RootUser,
        StreamedRootUser,
        ChatUser,
        StreamedChatUser,
        CompletionsUser,
        StreamedCompletionsUser,
        InvocationsUser,
        StreamedInvocationsUser,
    )
}
assert FORM_USERS.keys() == FORMS.keys()  # noqa: S101 - a form without a user would never be asked
