"""JavaScript for Node.js; in a browser the endpoint must allow the page's origin, and the key is no secret there."""

from __future__ import annotations

import json
from typing import Any

from mlops.deployments.snippets.literals import double_quoted


def program(uri: str, body: Any) -> str:
    return f"""const body = {json.dumps(body, ensure_ascii=False, indent=2)};
const answer = await fetch({double_quoted(uri)}, {{
  method: "POST",
  headers: {{
    Authorization: `Bearer ${{process.env.ENDPOINT_KEY}}`,
    "Content-Type": "application/json",
  }},
  body: JSON.stringify(body),
}});
if (!answer.ok) throw new Error(`${{answer.status}}: ${{await answer.text()}}`);
console.log(JSON.stringify(await answer.json()));
"""
