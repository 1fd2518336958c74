"""Answers that requirements share are requested once, kept whole, and kept in little memory."""

from __future__ import annotations

import json
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

from tests.conformance.factories import make_session
from tests.conformance.hostile import answer, answering, hostile

from tgi_conformance.http.target import Target
from tgi_conformance.protocol.forms import GENERATE
from tgi_conformance.session.response_cache import ResponseCache

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Twice: 1\r\nX-Twice: 2\r\n"
TOKENS = [{"id": place, "text": f" word{place}", "logprob": -place / 7} for place in range(500)]
BODY = json.dumps({"generated_text": "é", "details": {"tokens": TOKENS}}).encode()


def test_an_answer_is_kept_whole() -> None:
    with hostile(answering(answer(BODY, HEAD))) as server:
        cache = ResponseCache(make_session(Target(server.url)).sender)
        fresh, sent = cache.get(GENERATE.ask())
        kept, sent_again = cache.get(GENERATE.ask())

    assert (True, False) == (sent, sent_again)
    assert fresh == kept
    assert ["1", "2"] == kept.response.headers.get_list("x-twice")
    assert fresh.response.headers.raw == kept.response.headers.raw
    assert fresh.response.arrivals == kept.response.arrivals
    assert (fresh.failed_before, fresh.reconnected) == (kept.failed_before, kept.reconnected)


def test_threads_that_ask_for_the_same_answer_share_one_request() -> None:
    with hostile(answering(answer(BODY))) as server, ThreadPoolExecutor(8) as threads:
        cache = ResponseCache(make_session(Target(server.url)).sender)
        found = list(threads.map(cache.get, [GENERATE.ask()] * 8))

    assert 1 == sum(sent for _, sent in found)
    assert 1 == cache.sender.usage.requests
    assert {BODY} == {exchange.response.body for exchange, _ in found}


def test_answers_take_a_fraction_of_their_size() -> None:
    with hostile(answering(answer(BODY))) as server:
        cache = ResponseCache(make_session(Target(server.url)).sender)
        cache.get(GENERATE.ask("Word 0"))
        tracemalloc.start()
        try:
            for number in range(1, 41):
                cache.get(GENERATE.ask(f"Word {number}"))
            taken, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()

    assert taken < 40 * len(BODY) / 2
