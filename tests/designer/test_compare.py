"""Two drawings side by side."""

from __future__ import annotations

import pytest
from django.utils import timezone

from designer import actions
from designer.compare.picture import link_marks, overlaid, picture
from designer.compare.story import lines_between, marks, tell
from designer.drawing import Pen
from designer.graph.operations import apply
from designer.graph.wellformed import read_changes
from mlops.datasets.models import Dataset, DatasetVersion
from tests.designer.vectors import EMPTY
from tests.runs.history import past_run


def raw(*changes):
    return apply(EMPTY, read_changes(list(changes)))


def node(name, **parameters):
    yield {"path": ["nodes", name], "after": {"component": "split_data", "version": "1"}}
    yield {"path": ["layout", name], "after": {"x": 0, "y": 0}}
    for key, value in parameters.items():
        yield {"path": ["nodes", name, "parameters", key], "after": value}


LINK = {"path": ["edges", "b", "in"], "after": {"source": "a", "source_port": "out"}}
BEFORE = raw(*node("a", script="x = 1\ny = 2\n"), *node("b", size=1), *node("gone"), LINK)
AFTER = apply(
    BEFORE,
    read_changes(
        [
            {"path": ["nodes", "gone"]},
            *node("new"),
            {"path": ["nodes", "b", "parameters", "size"], "after": 2},
            {"path": ["nodes", "a", "parameters", "script"], "after": "x = 1\ny = 3\n"},
            {"path": ["layout", "b"], "after": {"x": 5, "y": 5}},
            {"path": ["edges", "b", "in"]},
            {"path": ["parameters", "rate"], "after": {"type": "decimal"}},
        ]
    ),
)


def told():
    return tell(BEFORE, AFTER, lambda drawn: drawn["component"], lambda _drawn, name: name.title())


def test_each_step_says_what_happened_to_it():
    assert {part.name: part.kind for part in told().parts} == {
        "a": "changed",
        "b": "changed",
        "gone": "removed",
        "new": "added",
    }


def test_a_setting_is_told_by_its_label_with_both_values():
    (setting,) = next(part for part in told().parts if part.name == "b").settings
    assert (setting.name, setting.before, setting.after) == ("Size", "1", "2")


def test_fields_of_a_step_have_words():
    after = apply(AFTER, read_changes([{"path": ["nodes", "b", "comment"], "after": "why"}]))
    story = tell(AFTER, after, lambda drawn: drawn["component"], lambda _drawn, name: name)
    assert [(one.name, one.after) for one in story.parts[0].settings] == [("Comment", "why")]


def test_code_is_told_line_by_line():
    (setting,) = next(part for part in told().parts if part.name == "a").settings
    assert [(line.kind, line.text) for line in setting.lines if line.kind in ("added", "removed")] == [
        ("removed", "y = 2"),
        ("added", "y = 3"),
    ]


def test_links_and_parameters_of_the_pipeline_are_told():
    story = told()
    assert story.links_removed == ("split_data · out → split_data · in",)
    assert [setting.name for setting in story.parameters] == ["rate"]


def test_what_only_moved_means_the_same():
    moved = apply(BEFORE, read_changes([{"path": ["layout", "a"], "after": {"x": 9, "y": 9}}]))
    story = tell(BEFORE, moved, lambda drawn: drawn["component"], lambda _drawn, name: name)
    assert (story.is_empty, story.moved) == (True, 1)
    assert marks(BEFORE, moved) == {"a": "moved"}


def test_the_overlay_shows_what_is_gone_and_what_is_new():
    links = link_marks(BEFORE, AFTER)
    shown = picture(overlaid(BEFORE, AFTER), marks(BEFORE, AFTER), links, lambda drawn: drawn["component"])
    assert {box.name: box.kind for box in shown.boxes} == {
        "a": "changed",
        "b": "changed",
        "gone": "removed",
        "new": "added",
    }
    assert [link.kind for link in shown.links] == ["removed"]


def test_equal_texts_have_no_lines():
    assert lines_between("a\nb", "a\nb") == ()


@pytest.fixture
def draft(contributor, project):
    pen = Pen()
    pen.node("split", "split_data", random_seed=1)
    draft = actions.create_draft(contributor, project, document=pen.document(), name="Price")
    pen.node("split", "split_data", random_seed=2)
    actions.save_document(contributor, draft, base_revision=1, document=pen.document())
    return draft


@pytest.mark.django_db
@pytest.mark.parametrize("view", ["", "?view=side"])
def test_two_revisions_of_a_draft_are_compared_on_a_page(client, reader, draft, view):
    client.force_login(reader)
    page = client.get(f"/designer/compare/draft-{draft.pk}@1/draft-{draft.pk}/{view}")
    assert page.status_code == 200
    assert "Price, revision 1" in page.text
    assert 'data-node="split" data-kind="changed"' in page.text
    assert "Random seed" in page.text


@pytest.mark.django_db
def test_who_reads_german_sees_steps_settings_and_data_in_german(client, contributor, draft):
    pen = Pen()
    pen.node("split", "split_data", random_seed=3)
    pen.node("data", "dataset", dataset="Cars")
    actions.save_document(contributor, draft, base_revision=2, document=pen.document())
    client.force_login(contributor)
    address = f"/designer/compare/draft-{draft.pk}@1/draft-{draft.pk}/"
    page = client.get(address, headers={"Accept-Language": "de"}).text
    for told in ("Daten aufteilen", "Startwert des Zufalls", "Cars : neueste"):
        assert told in page
    assert "Split Data" not in page


@pytest.mark.django_db
def test_a_named_version_is_called_by_its_name(client, contributor, draft):
    actions.name_version(contributor, draft, name="Before the fair", revision=1)
    client.force_login(contributor)
    assert "version “Before the fair”" in client.get(f"/designer/compare/draft-{draft.pk}@1/draft-{draft.pk}/").text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("ref", "status"), [("draft-x", 400), ("run-1@2", 400), ("nothing", 400), ("draft-{}@99", 404)]
)
def test_what_cannot_be_compared_is_refused_by_name(client, contributor, draft, ref, status):
    client.force_login(contributor)
    assert client.get(f"/designer/compare/{ref.format(draft.pk)}/draft-{draft.pk}/").status_code == status


@pytest.mark.django_db
def test_two_things_chosen_in_a_list_go_to_their_comparison(client, contributor, draft):
    client.force_login(contributor)
    answer = client.get(f"/designer/compare/?draft={draft.pk}&draft={draft.pk}")
    assert answer.headers["Location"] == f"/designer/compare/draft-{draft.pk}/draft-{draft.pk}/"
    assert client.get(f"/designer/compare/?draft={draft.pk}").status_code == 400


@pytest.mark.django_db
def test_two_runs_are_compared_with_data_environment_and_metrics(client, contributor, project):
    one = past_run(contributor, project, metrics=[("score", "auc", 0.5)])
    other = past_run(contributor, project, metrics=[("score", "auc", 0.75)])
    type(one).objects.filter(pk=one.pk).update(snapshot={"versions": {"polars": "1.0", "python": "3.11"}})
    type(one).objects.filter(pk=other.pk).update(snapshot={"versions": {"polars": "1.1", "python": "3.11"}})
    client.force_login(contributor)
    page = client.get(f"/designer/compare/run-{one.pk}/run-{other.pk}/").text
    for told in ("polars", "1.1", "auc", "0.25"):
        assert told in page
    assert "python</th>" not in page


@pytest.mark.django_db
def test_a_new_version_of_a_dataset_is_told_with_its_rows_and_columns(client, contributor, project):
    dataset = Dataset.objects.create(project=project, name="Cars", last_number=2, created_by=contributor)
    for number, columns in ((1, ("price",)), (2, ("price", "doors"))):
        _ready(dataset, number, columns)
    pen = Pen()
    pen.node("data", "dataset", dataset="Cars", version=1)
    draft = actions.create_draft(contributor, project, document=pen.document())
    pen.node("data", "dataset", dataset="Cars", version=2)
    actions.save_document(contributor, draft, base_revision=1, document=pen.document())
    client.force_login(contributor)
    page = client.get(f"/designer/compare/draft-{draft.pk}@1/draft-{draft.pk}/").text
    for told in ("Cars : 1", "Cars : 2", "doors (decimal)", '<td class="num">100</td>'):
        assert told in page


def _ready(dataset, number, columns):
    schema = {"columns": [{"name": name, "type": "decimal"} for name in columns], "row_count": number * 100}
    DatasetVersion.objects.create(
        dataset=dataset,
        number=number,
        schema=schema,
        row_count=number * 100,
        state="ready",
        state_since=timezone.now(),
    )
