"""The catalogue as files: a JSON Schema (2020-12) of each type's data, and one page for people."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from mlops.events.catalogue import GROUPS, TYPES
from mlops.events.catalogue.described import VERSION, EventType

INTRODUCTION = """# Events

Every act and every finding of a worker is one event. Subscriptions deliver them as CloudEvents 1.0:

```json
{
  "specversion": "1.0",
  "id": "0b7e…",
  "source": "/projects/churn",
  "type": "mlops.model.registered",
  "subject": "models/churn:3",
  "time": "2026-05-04T09:30:00.123456Z",
  "datacontenttype": "application/json",
  "dataschema": "urn:mlops-studio:event:mlops.model.registered:1.0",
  "actor": "olga",
  "reason": "",
  "sequence": "00000000000000004711",
  "data": {"name": "churn", "version": 3, "tags": {"area": "churn"}}
}
```

`sequence` grows within the whole server: of two events of one subject the later has the larger. `actor` is `system`
for workers. `reason` says why, in words. Within version %(version)s of the schemas members are added, none is taken
away and none changes its meaning: ignore members and types that you do not know.

This page and the schemas are written by `python -m mlops.events.catalogue docs/events`.
"""


def documents() -> dict[str, str]:
    """File name to content."""
    schemas = {f"{name}.json": json.dumps(schema(one), indent=2) + "\n" for name, one in sorted(TYPES.items())}
    return {"README.md": _page(), **schemas}


def schema(one: EventType) -> dict[str, Any]:
    """For receivers, who take members that they do not know; `check` is stricter with our own acts."""
    made: dict[str, Any] = msgspec.json.schema(one.data)
    parts = made.pop("$defs", {})
    reference = made.pop("$ref", "")
    body = parts.pop(reference.rsplit("/", 1)[-1], made)
    body = _open({**body, "$defs": parts} if parts else body)
    body.pop("title", None)
    body.pop("description", None)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:mlops-studio:event:{one.name}:{VERSION}",
        "title": one.title,
        "description": f"{one.when} Subject: {one.subject}",
        **body,
    }


def _open(part: Any) -> Any:
    if isinstance(part, dict):
        return {key: _open(value) for key, value in part.items() if (key, value) != ("additionalProperties", False)}
    return [_open(one) for one in part] if isinstance(part, list) else part


def _page() -> str:
    lines = [INTRODUCTION % {"version": VERSION}]
    for title, group in GROUPS.items():
        lines += [f"## {title}", "", "| type | raised when | subject | data |", "|---|---|---|---|"]
        for one in group:
            members = ", ".join(f"`{field.encode_name}`" for field in msgspec.structs.fields(one.data)) or "–"
            link = f"[`{one.name}`]({one.name}.json)"
            lines.append(f"| {link} | {one.when} | `{one.subject}` | {members} |")
        lines.append("")
    return "\n".join(lines)
