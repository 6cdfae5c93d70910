"""The command against a real server, as the owner of the project."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from mlops.client.main import main


class Said:
    def __init__(self, status: int, out: str, errors: str) -> None:
        self.status, self.out, self.errors = status, out, errors

    @property
    def value(self) -> Any:
        return json.loads(self.out)


Mlops = Callable[..., Said]


@pytest.fixture
def mlops(capsys: pytest.CaptureFixture[str]) -> Mlops:
    def run(*words: str) -> Said:
        try:
            status = main(words)
        except SystemExit as ended:
            status = int(ended.code or 0)
        said = capsys.readouterr()
        return Said(status, said.out, said.err)

    return run


@pytest.fixture
def signed_in(mlops: Mlops, live_server: Any, owner: Any, project: Any, monkeypatch: pytest.MonkeyPatch) -> Mlops:
    from mlops.accounts.actions import create_token

    monkeypatch.setenv("MLOPS_URL", live_server.url)
    monkeypatch.setenv("MLOPS_TOKEN", create_token(owner, name="tests"))
    return mlops
