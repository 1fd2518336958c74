"""Requests, each of which asks for something that only it can get."""

from __future__ import annotations

import random
from string import ascii_lowercase, digits
from typing import TYPE_CHECKING

from attrs import frozen

from tgi_conformance.load.plan import TEXT
from tgi_conformance.protocol.under_load import asking_for

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tgi_conformance.http.exchange import Request
    from tgi_conformance.load.plan import FormPlan, Plan

ALPHABET = digits + ascii_lowercase
STEP = 7_368_787  # prime, and no factor of a power of 36: every text comes once before any comes again
END = 4  # tokens that an answer may need besides its text
FEW = 3  # tokens of an answer that is known by the length of its prompt


@frozen
class Question:
    """A request, and what its answer must be.

    Attributes:
        request: The request.
        limit: How many tokens it asks for at most.
        text: The only text that its grammar leaves; empty if it has no grammar.
        prompt_tokens: How many tokens the deployment counted of the same prompt when it was sent alone; None
            if it states none.
    """

    request: Request
    limit: int
    text: str = ""
    prompt_tokens: int | None = None


def texts(characters: int, most: int | None = None, start: int | None = None) -> Iterator[str]:
    """Yield texts of so many letters and digits, each once until all, or the `most` allowed, were there.

    Processes start at random places, so that two rarely ask for the same text at the same time.
    """
    size = len(ALPHABET) ** characters
    first = random.randrange(size) if start is None else start  # noqa: S311 - no secret
    number = random.randrange(most) if most and start is None else 0  # noqa: S311
    base = 0 if most else first
    while True:
        yield written((base + number * STEP) % size, characters)
        number = (number + 1) % (most or size)


def written(number: int, characters: int) -> str:
    """Write a number in letters and digits."""
    text = ""
    for _ in range(characters):
        number, rest = divmod(number, len(ALPHABET))
        text = ALPHABET[rest] + text
    return text


def questions(plan: Plan, form: FormPlan, start: int | None = None) -> Iterator[Question]:
    """Yield the requests of one user of a form, without end; users start at different places."""
    adapter = plan.adapter
    if form.proof == TEXT:
        prompt, count = form.prompts[0]
        limit = plan.characters + END
        for text in texts(plan.characters, form.texts, start):
            request = asking_for(form.form, text, prompt=prompt, tokens=limit, **form.parameters)
            yield Question(adapter.adapt(request), limit, text, count)
    else:
        # A user keeps its prompt, so that users who ask at the same time have others.
        place = random.randrange(len(form.prompts)) if start is None else start  # noqa: S311
        prompt, count = form.prompts[place % len(form.prompts)]
        request = adapter.adapt(form.form.ask(prompt, tokens=FEW, **form.parameters))
        while True:
            yield Question(request, FEW, prompt_tokens=count)
