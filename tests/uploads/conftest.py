"""One who sends, by the tus protocol as a client writes it."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from django.test import Client

PIECE = "application/offset+octet-stream"
TUS = {"Tus-Resumable": "1.0.0"}


class Sender:
    def __init__(self, person: Any, project: Any) -> None:
        self.client = Client()
        self.client.force_login(person)
        self.project = project

    def begin(self, name: str, size: int, **told: str) -> Any:
        words = {"filename": name, "project": self.project.slug, **told}
        header = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in words.items())
        return self.client.post(
            "/api/v1/sent-files/", headers=TUS | {"Upload-Length": str(size), "Upload-Metadata": header}
        )

    def send(self, address: str, content: bytes, *, offset: int, **headers: str) -> Any:
        told = TUS | {"Upload-Offset": str(offset)} | {key.replace("_", "-"): value for key, value in headers.items()}
        return self.client.patch(address, content, content_type=PIECE, headers=told)

    def offset(self, address: str) -> int:
        return int(self.client.head(address, headers=TUS).headers["Upload-Offset"])

    def whole(self, name: str, content: bytes) -> str:
        """The id of an upload that has come."""
        begun = self.begin(name, len(content))
        self.send(begun.headers["Location"], content, offset=0)
        return str(begun.json()["id"])


@pytest.fixture
def sender(contributor, project) -> Sender:
    return Sender(contributor, project)
