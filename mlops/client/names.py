"""From the names that people use to the ids that the API uses."""

from __future__ import annotations

from typing import Any

from mlops.client.connection import Connection
from mlops.formats.refusal import Refusal, nearest


def find(connection: Connection, noun: str, name: str, *, path: str, project: str = "", **query: Any) -> dict[str, Any]:
    """The row of that name in the list at `path`. Refused: `…_unknown` with the nearest name, `…_ambiguous`."""
    rows = connection.all(path, project=project, **query)
    found = [row for row in rows if name in (row["name"], str(row["id"]))]
    if len(found) == 1:
        row: dict[str, Any] = found[0]
        return row
    if found:
        places = ", ".join(sorted(project_of(row) for row in found))
        raise Refusal(
            f"{_code(noun)}_ambiguous",
            f"There is a {noun} “{name}” in several projects: {places}.",
            hint="Say which with --project.",
        )
    names = [str(row["name"]) for row in rows]
    raise Refusal(
        f"{_code(noun)}_unknown",
        f"There is no {noun} “{name}”{f' in project “{project}”' if project else ''}.",
        hint=nearest(name, names)
        or (f"There are: {', '.join(sorted(names)[:10])}." if names else "There is none yet."),
        status=404,
    )


def project_for(connection: Connection, given: str) -> str:
    """The given project's slug, or the only one that there is."""
    slugs = [str(row["slug"]) for row in connection.all("projects/")]
    if given in slugs:
        return given
    if given:
        raise Refusal(
            "project_unknown",
            f"There is no project “{given}”.",
            hint=nearest(given, slugs) or _listed(slugs),
            status=404,
        )
    if len(slugs) == 1:
        return slugs[0]
    raise Refusal("project_missing", "Say in which project, with --project.", hint=_listed(slugs))


def project_of(row: dict[str, Any]) -> str:
    """The slug, whether the row carries it alone or with the project's name."""
    project = row.get("project")
    return str(project.get("slug", "")) if isinstance(project, dict) else str(project or "")


def split_version(text: str) -> tuple[str, str]:
    """`azureml:name:3`, `name:3`, `name@latest` or `name` as name and version; the version may be empty or `latest`."""
    text = text.removeprefix("azureml:")
    if "@" in text:
        name, _, label = text.partition("@")
        return name, label
    name, _, number = text.partition(":")
    return name, number


def _listed(slugs: list[str]) -> str:
    return f"There are: {', '.join(sorted(slugs)[:10])}." if slugs else "Create a project first."


def _code(noun: str) -> str:
    return noun.replace(" ", "_")
