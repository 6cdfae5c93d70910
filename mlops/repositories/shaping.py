"""Repositories as REST tells them. No answer holds a token, a private key or a webhook's secret."""

from __future__ import annotations

from typing import Any

from mlops import env
from mlops.repositories.models import Push, Repository, Started


def shaped(row: Repository) -> dict[str, Any]:
    return {
        "id": str(row.pk),
        "project": row.project.slug,
        "name": row.name,
        "host": row.host,
        "address": row.url,
        "branch": row.branch,
        "login": row.login,
        "user": row.user,
        "has_token": bool(row.secret),
        "public_key": row.public_key,
        "host_key": row.host_key,
        "api_url": row.api_url,
        "files": row.files,
        "branches": row.branches,
        "paths": row.paths,
        "poll_minutes": row.poll_minutes,
        "reports_status": row.reports_status,
        "is_enabled": row.is_enabled,
        "heads": row.heads,
        "looked_at": row.looked_at.isoformat() if row.looked_at else None,
        "trouble": row.trouble,
        "hint": row.hint,
        "trouble_since": row.trouble_since.isoformat() if row.trouble_since else None,
        "acts_as": row.acts_as.get_username() if row.acts_as else None,
        "created_at": row.created_at.isoformat(),
        "webhook": hook_url(row),
        "url": f"/repositories/{row.pk}/",
    }


def hook_url(row: Repository) -> str:
    return f"{env.read('MLOPS_URL').rstrip('/')}/api/v1/repositories/{row.pk}/hook/"


def shaped_push(push: Push) -> dict[str, Any]:
    return {
        "id": str(push.pk),
        "branch": push.branch,
        "commit": push.commit,
        "cause": push.cause,
        "pusher": push.pusher,
        "message": push.message,
        "state": push.state,
        "reason": push.reason,
        "hint": push.hint,
        "state_since": push.state_since.isoformat(),
        "left_out": push.left_out,
        "followed": push.followed,
        "created_at": push.created_at.isoformat(),
        "started": [_started(one) for one in push.started.all()],
    }


def _started(one: Started) -> dict[str, Any]:
    run = one.run
    return {
        "path": one.path,
        "run": str(run.pk) if run else None,
        "job": run.name if run else "",
        "state": run.state if run else "failed",
        "reason": one.trouble or (run.reason if run else ""),
        "hint": one.hint,
        "warnings": one.warnings,
        "reported": one.reported,
        "report_trouble": one.report_trouble,
        "url": f"/runs/{run.pk}/" if run else None,
    }
