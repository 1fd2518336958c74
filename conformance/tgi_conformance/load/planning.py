"""Make the plan of a load run: ask the deployment alone, before anybody else of the run asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve

from tgi_conformance.contract.contract import pinned_contract
from tgi_conformance.http.exchange import Exchange, NoAnswerError, Request
from tgi_conformance.load.checks import judge, prompt_tokens
from tgi_conformance.load.mix import FORMS, label_of
from tgi_conformance.load.plan import LENGTH, NOTHING, TEXT, FormPlan, Plan
from tgi_conformance.load.questions import questions
from tgi_conformance.protocol.answers import read_answer
from tgi_conformance.protocol.forms import PROMPT, Form, member
from tgi_conformance.requirements._counting import bare, counted, counting
from tgi_conformance.requirements._under_load import ANSWERED, OWN
from tgi_conformance.requirements._verify import OK, TERMINATED
from tgi_conformance.results.outcomes import InconclusiveError
from tgi_conformance.session.retries import send_with_retries

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tgi_conformance.load.mix import Mix
    from tgi_conformance.session.session import Session

FEW_TEXTS = 32  # as many grammars as TGI keeps compiled
SLOW = 0.05  # seconds to compile a grammar
ROUNDS = 3  # of two requests each; the least counts, since a deployment may pause
LENGTHS = 24  # prompts of different lengths
INDEX = "#/components/schemas/StreamResponse/properties/index"


def make_plan(session: Session, mix: Mix, **rest: Any) -> tuple[Plan, dict[str, str]]:
    """Make the plan for what of the mix the deployment offers.

    `rest` are the members of the plan that the deployment does not decide about.

    Returns:
        The plan, and for each form that is not offered the evidence, by its label.
    """
    wanted = [label for label, weight in mix.users.items() if weight]
    absent = session.capabilities.absent
    lacking = {label: absent[FORMS[label].operation] for label in wanted if FORMS[label].operation in absent}
    plan = Plan(
        forms=(),
        characters=mix.characters,
        health="GET /health" not in absent,
        naming=tuple(sorted(session.sender.adapter.naming)),
        single=tuple(sorted(session.sender.adapter.single)),
        **rest,
    )
    forms = tuple(
        _excused(session, plan, _form_plan(session, plan, mix, FORMS[label]))
        for label in wanted
        if label not in lacking
    )
    return evolve(plan, forms=forms), lacking


def _form_plan(session: Session, plan: Plan, mix: Mix, form: Form) -> FormPlan:
    offers_count = session.contract.has
    asked = counted(form) if all(map(offers_count, counting(form))) else {}
    parameters = {**asked, **bare(form)} if form.dialect == "generate" else asked
    version = session.capabilities.version
    by_text = FormPlan(
        label_of(form),
        TEXT,
        parameters=parameters,
        prompts=((PROMPT, None),),
        model=_model(form, _answer(session, form.ask(tokens=1, **parameters))),
        numbered=session.contract.has(INDEX),
        terminated=version is None or version.release >= TERMINATED,
    )
    count, why = _by_text(session, plan, by_text)
    if not why:
        few = mix.texts or (FEW_TEXTS if _compiles_slowly(session, plan, by_text) else None)
        return evolve(by_text, prompts=((PROMPT, count),), texts=few)
    prompts = _prompts(session, form, parameters)
    if prompts:
        return evolve(by_text, proof=LENGTH, without=why, prompts=prompts)
    why = f"{why}, and its answers do not tell how long their prompts were"
    return evolve(by_text, proof=NOTHING, without=why)


def _excused(session: Session, plan: Plan, form: FormPlan) -> FormPlan:
    """Excuse an older release from what its answers break without any load: it never promised that."""
    if session.contract is pinned_contract():
        return form
    question = next(questions(plan, form, 0))
    exchange = _answer(session, question.request)
    if exchange is None:
        return form
    broken = judge(form, question, exchange.response).violations
    return evolve(form, excused={one.promise.slug: one.actual for one in broken})


def _by_text(session: Session, plan: Plan, form: FormPlan) -> tuple[int | None, str]:
    """Ask for one text by a grammar; give the prompt tokens that are stated, and why it fails or nothing."""
    evidence = session.capabilities.absent.get("grammar")
    if form.form.dialect == "completions":
        return None, f"{form.form.path} takes no grammar"
    if evidence:
        return None, evidence
    question = next(questions(plan, form))
    exchange = _answer(session, question.request)
    if exchange is None:
        return None, f"{form.form.path} does not answer a request with a grammar"
    judged = judge(form, question, exchange.response)
    broken = {violation.promise for violation in judged.violations} & {OWN, ANSWERED}
    if judged.refused or broken:
        return None, f"{form.form.path} does not keep to a grammar that leaves one text"
    return prompt_tokens(exchange.response, read_answer(form.form, exchange)), ""


def _compiles_slowly(session: Session, plan: Plan, form: FormPlan) -> bool:
    """Tell whether a new grammar takes the deployment long; one that it has seen is in a cache."""
    asked = questions(plan, form)
    costs = []
    for _ in range(ROUNDS):
        question = next(asked)
        first, again = (_answer(session, question.request) for _ in range(2))
        if first is None or again is None:
            return False
        costs.append(first.response.seconds - again.response.seconds)
    return min(costs) > SLOW


def _prompts(
    session: Session, form: Form, parameters: Mapping[str, Any]
) -> tuple[tuple[str, int | None], ...]:
    """Find prompts of which the deployment counts different numbers of tokens; empty if it does not."""
    found: dict[int, str] = {}
    for length in range(1, LENGTHS + 1):
        prompt = " ".join(["count", *["one"] * length])
        exchange = _answer(session, form.ask(prompt, tokens=1, **parameters))
        stated = prompt_tokens(exchange.response, read_answer(form, exchange)) if exchange else None
        if stated is None or stated in found:
            return ()
        found[stated] = prompt
    return tuple((prompt, count) for count, prompt in found.items())


def _answer(session: Session, request: Request) -> Exchange | None:
    try:
        exchange = send_with_retries(session.sender, request)
    except (NoAnswerError, InconclusiveError):
        return None
    return exchange if exchange.response.status == OK else None


def _model(form: Form, exchange: Exchange | None) -> str | None:
    if form.dialect == "generate" or exchange is None:
        return None
    response = exchange.response
    bodies: Iterable[Any] = (
        (event.json_or_none for event in response.stream.events) if form.streamed else (response.json,)
    )
    models = (member(body, "model") for body in bodies)
    return next((model for model in models if isinstance(model, str)), None)
