"""What the commit of a version says: its name, and what changed since the file was last the same."""

from __future__ import annotations

from typing import Any

from designer.compare.story import Story, tell
from designer.graph.fields import Raw
from designer.models import Draft, GitLink
from mlops import env

MOST_LINES = 40


def message(link: GitLink, draft: Draft, document: Raw, *, name: str, revision: int) -> str:
    """In English, as commits of a repository are for everybody."""
    title = f"{draft.name}: {name}" if name else f"Change {draft.name}"
    lines = _changes(tell(link.base, document, _title, lambda _node, label: label)) if link.base else ["First version"]
    base = env.read("MLOPS_URL").rstrip("/")
    trailer = f"{base}/designer/{draft.pk}/ " if base.startswith("http") else f"drafts/{draft.pk} "
    shown = [*lines[:MOST_LINES], *(["…"] if len(lines) > MOST_LINES else [])]
    return "\n".join([" ".join(title.split())[:100], "", *shown, "", f"MLOps-Revision: {trailer}revision {revision}"])


def author(person: Any) -> str:
    """`Name <address>`, without what would end either."""
    name = _plain(person.get_full_name() or person.get_username()) if person else "MLOps Studio"
    address = _plain(person.email or f"{person.get_username()}@mlops-studio.invalid") if person else ""
    return f"{name or 'somebody'} <{address or 'noreply@mlops-studio.invalid'}>"


def _changes(story: Story) -> list[str]:
    lines = [
        f"- {part.what} {part.kind}: {part.title}"
        + (f" ({', '.join(setting.name for setting in part.settings)})" if part.settings else "")
        for part in story.parts
    ]
    lines += [f"- parameter changed: {one.name}" for one in story.parameters]
    lines += [f"- link added: {one}" for one in story.links_added]
    lines += [f"- link removed: {one}" for one in story.links_removed]
    return lines + ([f"- moved: {story.moved}"] if story.moved else [])


def _title(node: dict[str, Any]) -> str:
    return str(node.get("title") or node.get("component") or "")


def _plain(text: str) -> str:
    return "".join(letter for letter in text if letter not in "<>" and letter.isprintable()).strip()
