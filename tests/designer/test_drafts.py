"""Acts on drafts."""

from __future__ import annotations

import pytest

from designer import actions
from designer.drawing import Pen
from designer.models import Draft, Revision
from designer.queries import document_of, visible_to
from mlops.formats.document import Document
from mlops.formats.refusal import Refusal

pytestmark = pytest.mark.django_db


def drawing(fraction: float = 0.5) -> Document:
    pen = Pen()
    pen.node("split", "split_data", fraction_of_rows_in_the_first_output_dataset=fraction)
    return pen.document()


def test_a_draft_begins_with_its_first_revision(contributor, project):
    draft = actions.create_draft(contributor, project)
    assert draft.name.startswith("Pipeline created on ")
    assert Revision.objects.filter(draft=draft, number=1).exists()


def test_each_save_is_a_revision_that_can_be_restored(contributor, project):
    draft = actions.create_draft(contributor, project, document=drawing(0.5))
    actions.save_document(contributor, draft, base_revision=1, document=drawing(0.7))
    actions.restore(contributor, draft, revision=1)
    assert draft.revision == 3
    assert document_of(draft) == drawing(0.5)


def test_a_save_over_somebody_elses_is_refused_and_names_them(contributor, owner, project):
    draft = actions.create_draft(contributor, project)
    actions.save_document(owner, draft, base_revision=1, document=drawing(0.6))
    with pytest.raises(Refusal, match="olga") as refused:
        actions.save_document(contributor, draft, base_revision=1, document=drawing(0.9))
    assert refused.value.status == 409
    assert document_of(Draft.objects.get(pk=draft.pk)) == drawing(0.6)


def test_a_clone_is_equal_and_leaves_the_old_untouched(contributor, project):
    draft = actions.create_draft(contributor, project, name="Price", document=drawing(0.7))
    clone = actions.clone_draft(contributor, draft)
    actions.save_document(contributor, clone, base_revision=1, document=drawing(0.1))
    assert clone.name == "Copy of Price"
    assert document_of(Draft.objects.get(pk=draft.pk)) == drawing(0.7)


def test_a_reader_sees_but_does_not_change(reader, contributor, project):
    draft = actions.create_draft(contributor, project)
    assert visible_to(reader).filter(pk=draft.pk).exists()
    with pytest.raises(Refusal) as refused:
        actions.save_document(reader, draft, base_revision=1, document=drawing())
    assert refused.value.status == 403


def test_a_stranger_does_not_learn_that_a_draft_exists(stranger, contributor, project):
    draft = actions.create_draft(contributor, project)
    assert not visible_to(stranger).exists()
    with pytest.raises(Refusal) as refused:
        actions.describe(stranger, draft, name="Mine")
    assert refused.value.status == 404


def test_saving_over_http_answers_with_problems_and_shapes(client, contributor, project):
    draft = actions.create_draft(contributor, project)
    client.force_login(contributor)
    body = {"base_revision": 1, "document": {"nodes": {"s": {"component": "split_data", "version": "1"}}}}
    answer = client.put(f"/api/v1/drafts/{draft.pk}/document/", body, content_type="application/json")
    assert answer.status_code == 200
    assert answer.json()["revision"] == 2
    assert [fault["where"]["node"] for fault in answer.json()["problems"]] == ["s"]


@pytest.mark.parametrize(
    ("document", "told"),
    [({"nodes": []}, "nodes"), ({"nodes": {"a": {"component": "x"}}}, "version"), (5, "object")],
)
def test_a_broken_document_over_http_is_a_clear_400(client, contributor, project, document, told):
    draft = actions.create_draft(contributor, project)
    client.force_login(contributor)
    body = {"base_revision": 1, "document": document}
    answer = client.put(f"/api/v1/drafts/{draft.pk}/document/", body, content_type="application/json")
    assert answer.status_code == 400
    assert told in answer.json()["detail"]
