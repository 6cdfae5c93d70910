"""A workflow of the repository's host is begun; what becomes of it is the host's to say."""

from __future__ import annotations

from mlops import env
from mlops.repositories.hosts import dispatch
from mlops.repositories.models import CallState, ReleaseCall
from mlops.repositories.releasing.kind import Standing


class Dispatching:
    def begin(self, call: ReleaseCall) -> Standing:
        release = call.release
        row = release.repository
        facts = {
            "model": call.model,
            "version": str(call.version),
            "project": row.project.slug,
            "server": env.read("MLOPS_URL").rstrip("/"),
        }
        dispatch(row, event=release.event, branch=release.branch or row.branch or "main", facts=facts)
        return Standing(state=CallState.TOLD)

    def look(self, call: ReleaseCall) -> Standing:
        return Standing(state=CallState.TOLD)
