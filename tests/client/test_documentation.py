"""The code in docs/client.md runs as it stands, one block after the other."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.client.test_reference_server import STREAMS, UNARY

from tgi_client import Client

if TYPE_CHECKING:
    import pytest

    from tgi_reference.server import Running

PAGE = Path(__file__).parent.parent.parent / "docs" / "client.md"
TEXT = PAGE.read_text(encoding="utf-8")
CODE = "\n".join(re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL))


def test_the_code_runs(tgi_server: Running, capsys: pytest.CaptureFixture[str]) -> None:
    code = CODE.replace("http://127.0.0.1:3000", tgi_server.url)
    names: dict[str, Any] = {"__name__": "page"}
    try:
        exec(compile(code, str(PAGE), "exec"), names)  # noqa: S102 (our own page)
    finally:
        for client in [value for value in names.values() if isinstance(value, Client)]:
            client.get_httpx_client().close()
    shown = capsys.readouterr().out
    assert "not raised Input validation error" in shown
    assert "generate 404" in shown


def test_every_operation_is_shown_in_both_styles() -> None:
    params: list[Any] = [*UNARY, *STREAMS]
    names = {param.values[0].__name__.rsplit(".", 1)[-1] for param in params}
    first, _, asynchronous = TEXT.partition("## Asynchronously")
    for name in names:
        assert re.search(rf"\b{name}\.(sync|stream|sync_detailed)\(", first), name
        assert re.search(rf"\b{name}\b", asynchronous.partition("## Streams")[0]), name
