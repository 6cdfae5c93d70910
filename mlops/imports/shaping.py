"""Imports as REST tells them. No answer holds a secret."""

from __future__ import annotations

from typing import Any

from mlops.imports.models import Finding, Import


def shaped(row: Import) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "project": row.project.slug,
        "source": row.source,
        "address": row.address,
        "file_name": row.file_name,
        "state": row.state,
        "reason": row.reason,
        "hint": row.hint,
        "state_since": row.state_since.isoformat(),
        "stage": row.stage,
        "done": row.done,
        "total": row.total,
        "counts": row.counts,
        "options": row.options,
        "created_at": row.created_at.isoformat(),
        "created_by": row.created_by.get_username() if row.created_by else None,
        "started_at": row.started_at.isoformat() if row.started_at else None,
        "ended_at": row.ended_at.isoformat() if row.ended_at else None,
        "url": f"/imports/{row.pk}/",
    }


def shaped_finding(row: Finding) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "name": row.name,
        "source_id": row.source_id,
        "code": row.code,
        "message": row.message,
        "hint": row.hint,
    }
