"""The locustfile of `tgi-conformance load`, which also runs on a Locust cluster of your own.

    locust -f "$(tgi-conformance load --print-locustfile)" --host https://your.host --users 200 --master
    locust -f "$(tgi-conformance load --print-locustfile)" --worker --master-host …

Whoever leads the run (the master, or the only process) asks the deployment first, sends the plan to every
worker with Locust's own message that starts its users, gathers what they saw, and writes the report.
"""

from __future__ import annotations

import logging
import sys
import time
import traceback
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import gevent
from locust import events
from locust.runners import STATE_MISSING, LocalRunner, MasterRunner, WorkerRunner

from tgi_common.access import AccessError
from tgi_conformance.config.usage_error import UsageError
from tgi_conformance.load.plan import read_plan
from tgi_conformance.load.tally import Tally
from tgi_conformance.load.users import (
    FORM_USERS,
    HERE,
    ChatUser,
    CompletionsUser,
    GenerateStreamUser,
    GenerateUser,
    HealthUser,
    InvocationsUser,
    RootUser,
    StreamedChatUser,
    StreamedCompletionsUser,
    StreamedInvocationsUser,
    StreamedRootUser,
)

if TYPE_CHECKING:
    from argparse import ArgumentParser
    from collections.abc import Callable

    from locust import User
    from locust.env import Environment

    from tgi_conformance.load.leading import Lead

__all__ = [
    "ChatUser",
    "CompletionsUser",
    "GenerateStreamUser",
    "GenerateUser",
    "HealthUser",
    "InvocationsUser",
    "RootUser",
    "StreamedChatUser",
    "StreamedCompletionsUser",
    "StreamedInvocationsUser",
    "StreamedRootUser",
]

LOG = logging.getLogger("tgi_conformance.load")
REPORT = "tgi-load-report.json"
MESSAGE = "tgi_conformance"  # from a worker: what it saw
FINISH = "tgi_conformance_finish"  # to a worker: stop asking, and send the rest
INTERVAL = 2.0  # seconds between two messages
TICK = 0.05  # seconds between two looks at the clock
GRACE = 120.0  # seconds that answers which are under way may take at the end, if the plan allows as many
INTERRUPTED_GRACE = 5.0  # seconds of the same where nobody wants the rest any more
SPARE = 10.0  # seconds more for the workers' last messages
WRONG_USAGE = 2
LONGEST = 300  # characters of an error
ALONE = "local"  # the name of a process that leads and asks


def _options(parser: ArgumentParser) -> None:
    group = parser.add_argument_group("tgi-conformance")
    group.add_argument("--tgi-mix", metavar="FILE", default="", help="YAML file with the mix of users.")
    group.add_argument(
        "--tgi-rate", metavar="N", type=float, help="Requests per second of all users together."
    )
    group.add_argument("--tgi-replicas", metavar="N", type=int, help="Number of routers behind the URL.")
    group.add_argument("--tgi-timeout", metavar="SECONDS", type=float, default=60.0, help="Per answer.")
    group.add_argument("--tgi-wait", metavar="SECONDS", type=float, default=0.0, help="For loading.")
    group.add_argument("--tgi-api-key-env", metavar="NAME", default="", help="Variable with the API key.")
    group.add_argument("--tgi-ca", metavar="FILE", default="", help="PEM file with certificates to trust.")
    group.add_argument("--tgi-insecure", action="store_true", help="Accept any certificate.")
    group.add_argument(
        "--tgi-deviations", metavar="FILE", default="", help="YAML file with your own known deviations."
    )
    group.add_argument("--tgi-report", metavar="FILE", default=REPORT, help="Where to write the report.")
    group.add_argument("--tgi-plan", default="", help="Set by whoever leads the run; not for you.")


def _start(environment: Environment, **_: Any) -> None:
    """Take the part of this process: a master leads, a worker asks, a process that is alone does both."""
    runner = environment.runner
    if isinstance(runner, WorkerRunner):
        _Asking(environment, partial(runner.send_message, MESSAGE)).register()
        return
    lead = _lead(environment)
    leading = _Leading(environment, lead)
    if lead.blocker:
        leading.write()
        sys.exit(0)
    _choose_users(environment, lead)
    asking = None
    if isinstance(runner, LocalRunner):
        asking = _Asking(environment, partial(lead.take, ALONE))
    leading.register(asking)


def _lead(environment: Environment) -> Lead:
    """Ask the deployment what it offers; ends the process if what was asked for cannot be done."""
    logging.getLogger("httpx").setLevel(logging.WARNING)
    # Imported late, since a worker does not need the suite's checks and their libraries.
    from tgi_conformance.load.leading import Asked, Lead  # noqa: PLC0415
    from tgi_conformance.results.deviations import DeviationsError  # noqa: PLC0415

    options = environment.parsed_options
    if options is None or not environment.host:
        _refuse("--host URL is missing, which says what to ask")
    try:
        return Lead.start(
            Asked(
                url=environment.host,
                mix=Path(options.tgi_mix) if options.tgi_mix else None,
                offered=options.tgi_rate,
                replicas=options.tgi_replicas,
                timeout=options.tgi_timeout,
                wait=options.tgi_wait,
                key_name=options.tgi_api_key_env,
                ca=Path(options.tgi_ca) if options.tgi_ca else None,
                insecure=options.tgi_insecure,
                deviations=Path(options.tgi_deviations) if options.tgi_deviations else None,
            )
        )
    except (AccessError, UsageError, DeviationsError) as error:
        _refuse(str(error))


def _refuse(message: str) -> NoReturn:
    LOG.error("%s", message)
    sys.exit(WRONG_USAGE)


def _choose_users(environment: Environment, lead: Lead) -> None:
    """Leave the users of the mix, with its weights; the health of what has none is not looked at."""
    plan = lead.outcome.plan if lead.outcome else None
    labels = {form.label for form in plan.forms} if plan else set()
    for label, weight in lead.mix.users.items():
        FORM_USERS[label].weight = weight
    chosen: set[type[User]] = {user for label, user in FORM_USERS.items() if label in labels}
    if plan and plan.health:
        chosen.add(HealthUser)
    environment.user_classes[:] = [user for user in environment.user_classes if user in chosen]


class _Asking:
    """What a process does whose users ask: it tells whoever leads the run what they saw."""

    def __init__(self, environment: Environment, send: Callable[[Any], None]) -> None:
        self.environment = environment
        self.send = send
        self.warned = False
        self.crash = ""
        self.since = time.perf_counter()
        self.processor = time.process_time()
        self.greenlets: list[gevent.Greenlet[..., None]] = []

    def register(self) -> None:
        """Listen to Locust, and to whoever leads the run."""
        _listen(self.environment.events.test_start, self.on_start)
        _listen(self.environment.events.cpu_warning, self.on_warning)
        _listen(self.environment.events.user_error, self.on_crash)
        runner = self.environment.runner
        if isinstance(runner, WorkerRunner):
            runner.register_message(FINISH, self.on_finish, concurrent=True)

    def on_start(self, **_: Any) -> None:
        """Take the plan, before the users begin."""
        options = self.environment.parsed_options
        HERE.begin(read_plan(options.tgi_plan if options else ""))
        self.since, self.processor = time.perf_counter(), time.process_time()
        gevent.killall(self.greenlets)
        self.greenlets = [gevent.spawn(self.watch), gevent.spawn(self.keep_sending)]

    def on_warning(self, **_: Any) -> None:
        """Remember that Locust says that this process is too busy."""
        self.warned = True

    def on_crash(self, exception: Exception, **_: Any) -> None:
        """Remember an error in a user's own code."""
        last = traceback.extract_tb(exception.__traceback__)[-1]
        place = f"{Path(last.filename).name}:{last.lineno}"
        self.crash = self.crash or f"{type(exception).__name__}: {exception} at {place}"[:LONGEST]

    def on_finish(self, msg: Any, **_: Any) -> None:
        """Finish in a worker."""
        self.finish(msg.data["patience"])

    def watch(self) -> None:
        """Look at the clock, and see how late it is: other greenlets and processes take time too."""
        while True:
            before = time.perf_counter()
            gevent.sleep(TICK)
            HERE.tally.lateness.add_seconds(max(time.perf_counter() - before - TICK, 0.0))

    def keep_sending(self) -> None:
        """Send again and again what came since."""
        while True:
            gevent.sleep(INTERVAL)
            self.flush(done=False)

    def flush(self, *, done: bool, missing: int = 0) -> None:
        """Send what came since the last time; `missing` answers had not come when nobody waited any more."""
        tally, HERE.tally = HERE.tally, Tally()
        samples, HERE.samples = HERE.samples, []
        now, processor = time.perf_counter(), time.process_time()
        tally.seconds, tally.processor = now - self.since, processor - self.processor
        self.since, self.processor = now, processor
        wire = {
            "tally": tally.wire(),
            "samples": samples,
            "warned": self.warned,
            "done": done,
            "crash": self.crash,
            "missing": missing,
        }
        self.send({**wire, "time": time.time()})

    def finish(self, patience: float) -> None:
        """Let answers that are under way come for so many seconds, and send the rest."""
        HERE.stopped = time.perf_counter()
        end = time.monotonic() + patience
        while HERE.busy and time.monotonic() < end:
            gevent.sleep(TICK)
        gevent.killall(self.greenlets)
        self.flush(done=True, missing=HERE.busy)


class _Leading:
    """What the master does, or the only process: it hands out the plan, gathers, and writes the report."""

    def __init__(self, environment: Environment, lead: Lead) -> None:
        self.environment = environment
        self.lead = lead
        self.asking: _Asking | None = None
        self.began = False
        self.ended = False

    def register(self, asking: _Asking | None) -> None:
        """Listen to Locust, and to the workers; the users of this process begin after the plan is made."""
        self.asking = asking
        hooks, runner = self.environment.events, self.environment.runner
        _listen(hooks.test_start, self.on_start)
        _listen(hooks.test_stopping, self.on_stopping)
        _listen(hooks.quitting, self.on_quitting)
        if isinstance(runner, MasterRunner):
            runner.register_message(MESSAGE, self.on_message)
        if asking is not None:
            asking.register()

    def on_start(self, **_: Any) -> None:
        """Hand out the plan; Locust sends its options to the workers with the message that starts them."""
        runner, options = self.environment.runner, self.environment.parsed_options
        if runner is None or options is None or self.ended:
            return
        self.began = True
        names = list(runner.clients) if isinstance(runner, MasterRunner) else [ALONE]
        looking = HealthUser in self.environment.user_classes
        users = max(runner.target_user_count - looking, 1)
        options.tgi_plan = self.lead.loading(users, names)

    def on_message(self, msg: Any, **_: Any) -> None:
        """Take what a worker saw."""
        self.lead.take(msg.node_id, msg.data)

    def on_quitting(self, **_: Any) -> None:
        """Remember an end that comes before its time; one at the right time stops the users first."""
        if self.began and not self.ended:
            self.lead.interrupt()

    def on_stopping(self, **_: Any) -> None:
        """End the run: get what the processes have left, and write the report."""
        if not self.began or self.ended:
            return
        self.ended = True
        self.lead.loaded()
        runner, patience = self.environment.runner, self.patience
        if self.asking is not None:
            self.asking.finish(patience)
        if isinstance(runner, MasterRunner):
            runner.send_message(FINISH, {"patience": patience})
            self.await_workers(runner, patience + SPARE)
        self.write()

    @property
    def patience(self) -> float:
        """How many seconds answers may take that are under way at the end: a little more than a timeout."""
        if self.lead.interrupted:
            return INTERRUPTED_GRACE
        return min(GRACE, self.lead.asked.timeout + 1)

    def await_workers(self, runner: MasterRunner, seconds: float) -> None:
        """Wait until each worker that is still there has sent what it had, but not for ever."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            there = {client.id for client in runner.clients.values() if client.state != STATE_MISSING}
            if not there & self.lead.waiting:
                return
            gevent.sleep(TICK)

    def write(self) -> None:
        """Write the report, and let Locust end with the exit code of the verdict."""
        # Imported late, since a worker writes none.
        from tgi_conformance.reports.files import write_atomically  # noqa: PLC0415
        from tgi_conformance.reports.json_report import write_json  # noqa: PLC0415

        options, report = self.environment.parsed_options, self.lead.report()
        path = Path(options.tgi_report if options else REPORT)
        write_atomically(path, write_json(report))
        self.environment.process_exit_code = report.verdict.exit_code
        verdict = ": ".join(filter(None, (report.verdict.value, report.reason)))
        LOG.info("%s %s", report.target, verdict)
        LOG.info("The report is in %s; `tgi-conformance load --read %s` shows it", path, path)


def _listen(hook: Any, listener: Callable[..., None]) -> None:
    """Have Locust call a function; its own method for that has no types."""
    hook.add_listener(listener)


_listen(events.init_command_line_parser, _options)
_listen(events.init, _start)
