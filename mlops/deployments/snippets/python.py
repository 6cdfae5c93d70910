"""Python with requests."""

from __future__ import annotations

from pprint import pformat
from typing import Any


def program(uri: str, body: Any) -> str:
    return f"""import os

import requests

body = {pformat(body, sort_dicts=False, width=100)}
answer = requests.post(
    {uri!r},
    json=body,
    headers={{"Authorization": "Bearer " + os.environ["ENDPOINT_KEY"]}},
    timeout=60,
)
if not answer.ok:
    raise SystemExit(f"{{answer.status_code}}: {{answer.text}}")
print(answer.json())
"""
