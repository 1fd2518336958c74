"""What happened on the way from a document to a client: ten lines, all of it, and as JSON."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from tgi_common.plural import counted
from tgi_common.text import visible

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tgi_client_generator.generate import Generated
    from tgi_document.repairs import Change
    from tgi_document.walk import Document

CORRECTION = "correction"

_MOST_RULES = 4
_MOST_LOSSES = 4
_LONGEST_LINE = 200


def summary(document: Document, generated: Generated) -> list[str]:
    """Tell in at most ten lines what was read, mended, corrected, named otherwise and lost."""
    changes, losses = generated.changes, generated.losses
    corrections = [change for change in changes if change.rule == CORRECTION]
    others = [change for change in changes if change.rule != CORRECTION and not change.loses]
    reason = generated.not_corrected
    lines = [
        f"document: {_title(document)}, {counted(generated.operations_in, 'operation')}",
        f"repairs and names: {_by_rule(others)}",
        f"corrections: {f'none, {reason}' if reason else f'{len(corrections)} applied, the whole set'}",
        f"losses: {_by_rule(losses)}",
        *(f"  {_loss(change)}" for change in losses[:_MOST_LOSSES]),
    ]
    if len(losses) > _MOST_LOSSES:
        lines.append(f"  and {len(losses) - _MOST_LOSSES} more")
    if changes:
        lines.append("-v tells each, --report FILE writes them as JSON")
    return [visible(line, _LONGEST_LINE) for line in lines]


def every_change(changes: Iterable[Change]) -> list[str]:
    """Tell each change in a line, losses as such."""
    return [f"loss: {_loss(change)}" if change.loses else str(change) for change in changes]


def as_json(document: Document, source: str, generated: Generated) -> str:
    """Write all of it for programs."""
    value = {
        "document": {"source": source, "openapi": document.get("openapi"), **_info(document)},
        "operations": {"in": generated.operations_in, "out": generated.operations_out},
        "corrections": {
            "applied": generated.not_corrected is None,
            "reason": generated.not_corrected,
        },
        "changes": [
            {"rule": change.rule, "pointer": change.pointer, "what": change.what}
            for change in generated.changes
        ],
        "losses": [
            {"pointer": change.pointer, "keyword": change.loses, "what": change.what}
            for change in generated.losses
        ],
    }
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def refusal(losses: list[Change]) -> str:
    """Say what `--strict` refuses."""
    more = f" (and {len(losses) - 1} more)" if len(losses) > 1 else ""
    return f"--strict: {_loss(losses[0])}{more}"


def _loss(change: Change) -> str:
    return f"{change.pointer}: {change.loses}: {change.what}"


def _title(document: Document) -> str:
    info = _info(document)
    return f"{info['title']} {info['version']}".strip() + f", OpenAPI {document.get('openapi')}"


def _info(document: Document) -> dict[str, Any]:
    info = document.get("info", {})
    return {key: str(info.get(key, "")) for key in ("title", "version")}


def _by_rule(changes: list[Change]) -> str:
    if not changes:
        return "none"
    counts = Counter(change.rule for change in changes).most_common()
    told = [f"{rule} {count}" for rule, count in counts[:_MOST_RULES]]
    more = [f"{len(counts) - _MOST_RULES} other rules"] if len(counts) > _MOST_RULES else []
    return f"{len(changes)} ({', '.join([*told, *more])})"
