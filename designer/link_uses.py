"""How often the drafts of a project link one component to another: what ranks the offers for a dangling link."""

from __future__ import annotations

from collections import Counter

from designer.models import Draft
from mlops.access.models import Project

MOST_DRAFTS = 100


def link_uses(project: Project) -> list[dict[str, str | int]]:
    """Pairs (feeding component, fed component) of the drafts saved last, the most frequent first."""
    counts: Counter[tuple[str, str]] = Counter()
    for document in Draft.objects.filter(project=project).values_list("document", flat=True)[:MOST_DRAFTS]:
        nodes = document["nodes"]
        counts.update(
            (nodes[edge["source"]]["component"], nodes[edge["target"]]["component"])
            for edge in document["edges"]
            if edge["source"] in nodes and edge["target"] in nodes
        )
    return [
        {"source": source, "target": target, "count": count} for (source, target), count in counts.most_common(2000)
    ]
