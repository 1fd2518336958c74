"""Send a request to each URL as a user of a load run does, in a process of its own, since Locust changes it.

Writes a line of JSON for each: what came, the seconds that it took, and what was counted by the end of it.
"""

from __future__ import annotations

import json
import sys
import time

import gevent
from locust.env import Environment

from tgi_conformance.http.exchange import Request
from tgi_conformance.load.plan import FormPlan, Plan
from tgi_conformance.load.tally import Tally
from tgi_conformance.load.users import HERE, GenerateStreamUser, NoAnswerError

TIMEOUT = 1.0
FORM = FormPlan("generate-stream", "nothing", prompts=(("Hello", None),))


def read(url: str) -> tuple[str, int]:
    """Give the body or why there is none, and the number of events."""
    try:
        response, timing = _user(url).exchange(Request("POST", "/generate_stream", (), b"{}"))
    except NoAnswerError as error:
        return str(error), 0
    return response.text, len(timing.events)


def counted(url: str) -> int:
    """Ask once, and send what was seen while the answer is under way; give how many were counted after it."""
    user = _user(url)
    user.on_start()
    asking = gevent.spawn(user.ask)
    gevent.sleep(0)
    HERE.tally = Tally()
    asking.join()
    return HERE.tally.of(FORM.label).asked


def _user(url: str) -> GenerateStreamUser:
    GenerateStreamUser.host = url
    return GenerateStreamUser(Environment())


if __name__ == "__main__":
    HERE.begin(Plan(forms=(FORM,), timeout=TIMEOUT))
    for argument in sys.argv[1:]:
        began = time.monotonic()
        found = read(argument)
        seconds = time.monotonic() - began
        sys.stdout.write(json.dumps([*found, seconds, counted(argument)]) + "\n")
