"""The recorded exchanges of real TGI routers, as values."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from attrs import frozen

FOLDER = Path(__file__).parent.parent / "data" / "transcripts"


@frozen
class Recording:
    """One exchange: ``server`` is the set-up it was recorded with, ``answer`` the recorded answer."""

    name: str
    server: str
    method: str
    path: str
    headers: dict[str, str]
    body: bytes | None
    answer: dict[str, Any]

    @property
    def sent(self) -> Any:
        """The request's body as JSON, or none where it is not."""
        try:
            return json.loads(self.body or b"null")
        except ValueError:
            return None


def recordings(release: str = "3.3.6") -> list[Recording]:
    """All of a release, in the order of the file."""
    lines = (FOLDER / f"tgi-{release}.jsonl").read_text("utf-8").splitlines()
    return [_recording(json.loads(line)) for line in lines]


def _recording(line: dict[str, Any]) -> Recording:
    request = line["request"]
    return Recording(
        name=line["name"],
        server=line["server"],
        method=request["method"],
        path=request["path"],
        headers=request["headers"],
        body=_body(request),
        answer=line["response"],
    )


def _body(request: dict[str, Any]) -> bytes | None:
    if "body_base64" in request:
        return base64.b64decode(request["body_base64"])
    if "body_repeat" in request:
        prefix, character, count, suffix = request["body_repeat"]
        return f"{prefix}{character * count}{suffix}".encode()
    return None if request.get("body") is None else request["body"].encode()
