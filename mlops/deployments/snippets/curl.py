"""curl in a shell."""

from __future__ import annotations

from typing import Any

from mlops.deployments.snippets.literals import compact, single_quoted_shell


def program(uri: str, body: Any) -> str:
    return f"""curl --fail-with-body {single_quoted_shell(uri)} \\
  -H "Authorization: Bearer $ENDPOINT_KEY" \\
  -H 'Content-Type: application/json' \\
  -d {single_quoted_shell(compact(body))}
"""
