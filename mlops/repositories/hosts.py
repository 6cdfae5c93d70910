"""The APIs of GitHub, GitLab and Gitea, as far as they are called: commit statuses, and workflows begun from here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import msgspec
from django.utils.translation import gettext as _

from mlops.access.sealing import unseal
from mlops.alerts.outside import Answer, call
from mlops.formats.refusal import Refusal
from mlops.repositories.models import Host, Repository
from mlops.repositories.places import read, slug_of

LONGEST = 140
"""Of a description, at GitHub."""
STATES = {
    Host.GITHUB: {"pending": "pending", "success": "success", "failure": "failure"},
    Host.GITLAB: {"pending": "running", "success": "success", "failure": "failed"},
    Host.GITEA: {"pending": "pending", "success": "success", "failure": "failure"},
}


def tell_status(
    row: Repository, *, commit: str, branch: str, context: str, state: str, url: str, description: str
) -> None:
    """`state`: pending, success or failure. Raises Refusal `host_refused` and those of calls to the outside."""
    told = STATES[Host(row.host)][state]
    body = {"state": told, "target_url": url, "description": description[:LONGEST]}
    if row.host == Host.GITLAB:
        path = f"projects/{_project(row)}/statuses/{commit}"
        body |= {"name": context, "ref": branch}
    else:
        path = f"repos/{_project(row)}/statuses/{commit}"
        body |= {"context": context}
    answer = _post(row, path, body)
    if answer.status == 400 and b"annot transition" in answer.body:
        return  # GitLab has the state already
    _require_taken(row, answer)


def dispatch(row: Repository, *, event: str, branch: str, facts: Mapping[str, str]) -> None:
    """GitHub and Gitea: `repository_dispatch`; GitLab: a pipeline of the branch, with the facts as variables. Raises
    as `tell_status` does."""
    if row.host == Host.GITLAB:
        variables = [{"key": f"MLOPS_{key.upper()}", "value": value} for key, value in facts.items()]
        variables.append({"key": "MLOPS_EVENT", "value": event})
        answer = _post(row, f"projects/{_project(row)}/pipeline", {"ref": branch, "variables": variables})
    else:
        answer = _post(row, f"repos/{_project(row)}/dispatches", {"event_type": event, "client_payload": dict(facts)})
    _require_taken(row, answer)


def api_of(row: Repository) -> str:
    """Without a slash at its end."""
    if row.api_url:
        return row.api_url.rstrip("/")
    place = read(row.url)
    if row.host == Host.GITHUB and place.host == "github.com":
        return "https://api.github.com"
    port = f":{place.port}" if place.scheme in ("http", "https") and place.port not in (80, 443) else ""
    scheme = place.scheme if place.scheme == "http" else "https"
    suffix = {Host.GITHUB: "api/v3", Host.GITLAB: "api/v4", Host.GITEA: "api/v1"}[Host(row.host)]
    return f"{scheme}://{place.host}{port}/{suffix}"


def _project(row: Repository) -> str:
    slug = slug_of(read(row.url))
    return quote(slug, safe="") if row.host == Host.GITLAB else quote(slug)


def _post(row: Repository, path: str, body: dict[str, Any]) -> Answer:
    token = unseal(row.secret)
    login = {
        Host.GITHUB: {"authorization": f"Bearer {token}", "accept": "application/vnd.github+json"},
        Host.GITLAB: {"private-token": token},
        Host.GITEA: {"authorization": f"token {token}"},
    }[Host(row.host)]
    headers = {"content-type": "application/json", **login}
    return call("POST", f"{api_of(row)}/{path}", msgspec.json.encode(body), headers)


def _require_taken(row: Repository, answer: Answer) -> None:
    if answer.is_success:
        return
    hints = {
        401: _("The token is wrong or has expired: give the repository another."),
        403: _("The token may not do this: it must be allowed to write commit statuses, or to start workflows."),
        404: _("The token does not see the repository, or the address of the API is wrong."),
    }
    raise Refusal(
        "host_refused",
        _("%(host)s answered %(status)d: %(text)s")
        % {
            "host": row.get_host_display(),
            "status": answer.status,
            "text": answer.body[:200].decode("utf-8", "replace"),
        },
        hint=hints.get(answer.status, _("It is tried again.")),
        status=502,
    )
