"""docs/interface.md cites recordings and places that exist."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tgi_document.pinned import pinned_document

ROOT = Path(__file__).parents[2]
NOTES = (ROOT / "docs" / "interface.md").read_text("utf-8")
ROWS = [line.strip("| ").split(" | ") for line in NOTES.splitlines() if line.startswith("| ")]
TRANSCRIPTS = ROOT / "tests" / "data" / "transcripts" / "tgi-3.3.6.jsonl"


def test_cited_recordings_exist() -> None:
    lines = TRANSCRIPTS.read_text("utf-8").splitlines()
    recorded = {json.loads(line)["name"] for line in lines}
    cited = {name for row in ROWS for name in re.findall("`([^`]+)`", row[-1])}

    assert set() == cited - recorded
    assert cited


def test_named_members_exist() -> None:
    schemas = pinned_document()["components"]["schemas"]
    named = set(re.findall(r"`([A-Z]\w+)\.(\w+)`", NOTES))
    missing = [pair for pair in named if pair[1] not in schemas[pair[0]]["properties"]]

    assert [] == missing
    assert named


def test_every_row_has_its_recording() -> None:
    told = {"recording", "---", "source"}

    assert [] == [row for row in ROWS if len(row) != 4 or not ("`" in row[-1] or row[-1] in told)]
