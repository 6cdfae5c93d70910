"""What a project links to what, for ranking offers."""

from __future__ import annotations

import pytest

from designer import actions
from designer.drawing import Pen
from designer.link_uses import link_uses
from mlops.formats.document import Document

pytestmark = pytest.mark.django_db


def chain(*components: str) -> Document:
    pen = Pen()
    for at, component in enumerate(components):
        pen.node(f"n{at}", component)
        if at:
            pen.edge(f"n{at - 1}", "results_dataset", f"n{at}", "dataset")
    return pen.document()


def test_links_of_the_projects_drafts_are_counted_by_component(contributor, project):
    actions.create_draft(contributor, project, document=chain("edit_metadata", "split_data"))
    actions.create_draft(contributor, project, document=chain("edit_metadata", "split_data", "split_data"))
    first, *others = link_uses(project)
    assert first == {"source": "edit_metadata", "target": "split_data", "count": 2}
    assert [one["count"] for one in others] == [1]
