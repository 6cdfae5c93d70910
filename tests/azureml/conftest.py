"""The command of the shell against the server's application, in one transaction: nothing is sent over a network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from django.test import Client

from mlops.client.calling import connection_in_use
from mlops.client.connection import Connection
from mlops.client.credentials import Credentials
from mlops.client.main import main
from tests.client.conftest import Said

Shell = Callable[..., Said]


class InProcess(httpx.BaseTransport):
    """Requests to Django's test client, which leaves the test's transaction open."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = Client(raise_request_exception=False).generic(
            request.method,
            request.url.raw_path.decode(),
            request.read(),
            content_type=request.headers.get("content-type", ""),
            headers={"authorization": request.headers["authorization"]},
        )
        content = b"".join(answer.streaming_content) if answer.streaming else answer.content
        return httpx.Response(answer.status_code, headers=dict(answer.items()), content=content, request=request)


@pytest.fixture
def shell(db: None, owner: Any, project: Any, capsys: pytest.CaptureFixture[str]) -> Iterator[Shell]:
    from mlops.accounts.actions import create_token

    connection = Connection(Credentials("http://testserver", "", "tests"))
    connection._http = httpx.Client(
        transport=InProcess(),
        base_url="http://testserver",
        headers={"Authorization": f"Bearer {create_token(owner, name='tests')}"},
    )
    before = connection_in_use.set(connection)

    def run(*words: str) -> Said:
        try:
            status = main(words)
        except SystemExit as ended:
            status = int(ended.code or 0)
        said = capsys.readouterr()
        return Said(status, said.out, said.err)

    yield run
    connection_in_use.reset(before)
