"""What an import says about stages and aliases, beside what people here say about them."""

from __future__ import annotations

import sqlite3

import pytest

from mlops.events.models import Event
from mlops.formats.event_filter import leaves_out
from mlops.imports.models import Finding
from mlops.registry import pointing
from mlops.registry.approval.deciding import reject
from mlops.registry.approval.rules import set_rule
from mlops.registry.models import ModelAlias, ModelVersion, Transition

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=["3.17"])
def release(request) -> str:
    return str(request.param)


def here() -> tuple[int | None, str]:
    """The number of the champion, and the stage of version 3."""
    alias = ModelAlias.objects.filter(name="champion").select_related("version").first()
    return (alias.version.number if alias else None), version(3).stage


def version(number: int) -> ModelVersion:
    return ModelVersion.objects.get(model__name="later", number=number)


def there(database, *, champion: int, stage: str) -> None:
    with sqlite3.connect(database) as store:
        store.execute("UPDATE registered_model_aliases SET version = ? WHERE alias = 'champion'", [champion])
        store.execute("UPDATE model_versions SET current_stage = ? WHERE name = 'later' AND version = 3", [stage])


def told(of) -> set[tuple[str, str]]:
    return set(Finding.objects.filter(of=of, kind__in=("alias", "stage")).values_list("code", "source_id"))


def test_what_the_source_moves_is_moved(bring, database):
    bring(database)
    assert here() == (2, "Production")
    there(database, champion=3, stage="Archived")
    assert told(bring(database)) == set()
    assert here() == (3, "Archived")


def test_what_was_moved_here_stays_and_is_told(bring, database, contributor):
    bring(database)
    pointing.set_alias(contributor, version(3), alias="champion")
    pointing.change_stage(contributor, version(3), stage="Staging")
    for _again in range(2):
        assert told(bring(database)) == {("alias_kept", "later@champion"), ("stage_kept", "later/3")}
        assert here() == (3, "Staging")
    there(database, champion=3, stage="Archived")
    assert told(bring(database)) == {("stage_kept", "later/3")}


def test_what_was_removed_here_stays_removed(bring, database, contributor):
    bring(database)
    pointing.remove_alias(contributor, version(2).model, alias="champion")
    assert told(bring(database)) == {("alias_kept", "later@champion")}
    assert here()[0] is None


def test_a_refused_request_is_not_asked_again_until_the_source_says_something_else(bring, database, owner, project):
    for kind, name in (("stage", "Production"), ("alias", "champion")):
        set_rule(owner, project, kind=kind, name=name)
    assert {code for code, _id in told(bring(database))} == {"waits_for_approval"}
    assert {code for code, _id in told(bring(database))} == {"waits_for_approval"}
    for asked in Transition.objects.all():
        reject(owner, asked, reason="not yet")
    done = bring(database)
    assert told(done) == {("request_ended", "later@champion"), ("request_ended", "later/3")}
    assert Finding.objects.get(of=done, kind="alias").hint == "not yet"
    assert Transition.objects.count() == 2
    there(database, champion=3, stage="Archived")
    assert told(bring(database)) == {("waits_for_approval", "later@champion")}
    assert here() == (None, "Archived")


def test_rules_and_subscriptions_leave_out_what_an_import_takes_over(bring, database):
    bring(database)
    kinds = ("mlops.model.registered", "mlops.model.named", "mlops.model.alias_set", "mlops.model.staged")
    taken = Event.objects.filter(type__in=kinds)
    assert {event.type for event in taken} == set(kinds)
    assert all(leaves_out(event.data, event.via, ()) for event in taken)
    done = Event.objects.get(type="mlops.import.completed")
    assert not leaves_out(done.data, done.via, ())
