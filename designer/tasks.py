"""The designer's jobs: links to repositories that are due."""

from __future__ import annotations

from django.utils import timezone

from designer.git import outward
from mlops.work.calls import every, job, later


@job("designer.git_link")
def git_link(link_id: str) -> None:
    outward.work(link_id)


@every(20, "designer.look_at_git_links")
def look_at_git_links() -> None:
    for link_id in outward.due(timezone.now()):
        later("designer.git_link", link_id)
