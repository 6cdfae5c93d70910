"""Stages and aliases that others must agree to: whatever is not approved has no effect."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from mlops.accounts.membership import give_role
from mlops.events.models import Event
from mlops.formats.refusal import Refusal
from mlops.registry import actions, pointing
from mlops.registry.approval import deciding, queries, rules
from mlops.registry.models import ModelAlias, ModelVersion, Transition, TransitionState
from tests.registry.shelf import registered

pytestmark = pytest.mark.django_db


@pytest.fixture
def version(contributor, project) -> ModelVersion:
    return registered(contributor, project)


@pytest.fixture
def second_owner(project, owner) -> User:
    person = User.objects.create_user("otto", password="a long passphrase")
    give_role(owner, project, user=person, role="owner")
    return person


def refused(act, *given, **more) -> Refusal:
    with pytest.raises(Refusal) as told:
        act(*given, **more)
    return told.value


def guard(owner, project, kind="stage", name="Production", **more):
    return rules.set_rule(owner, project, kind=kind, name=name, **more)


def ask(person, version) -> Transition:
    return pointing.change_stage(person, version, stage="Production", reason="it is better")


def stage_of(version) -> str:
    return ModelVersion.objects.get(pk=version.pk).stage


def test_without_a_rule_a_stage_changes_at_once_and_the_history_says_why(contributor, version):
    asked = ask(contributor, version)
    assert (asked.state, stage_of(version)) == ("done", "Production")
    told = queries.visible_transitions(contributor).get()
    assert (told.before, told.name, told.reason, told.asked_by) == ("None", "Production", "it is better", contributor)


def test_with_a_rule_nothing_moves_before_an_owner_approves(contributor, owner, project, version):
    guard(owner, project)
    asked = ask(contributor, version)
    assert (asked.state, stage_of(version)) == ("pending", "None")
    deciding.approve(owner, asked, reason="read the card")
    assert stage_of(version) == "Production"
    event = Event.objects.get(type="mlops.model.staged")
    assert (event.actor, event.reason) == (owner, "it is better")


def test_asking_again_gives_the_request_that_waits(contributor, owner, project, version):
    guard(owner, project)
    assert ask(contributor, version).pk == ask(contributor, version).pk
    assert Event.objects.filter(type="mlops.model.change_asked").count() == 1


def test_a_request_whose_rule_is_removed_still_needs_what_it_needed(contributor, owner, project, version):
    rule = guard(owner, project)
    asked = ask(contributor, version)
    rules.remove_rule(owner, rule)
    assert refused(deciding.approve, contributor, asked).code == "own_request"
    assert queries.standing_of(contributor, asked, is_owner=False).may_decide is False
    assert deciding.approve(owner, asked).state == "done"


def test_asking_anew_without_a_rule_closes_the_request_that_waits(contributor, owner, project, version):
    rule = guard(owner, project)
    waits = ask(contributor, version)
    rules.remove_rule(owner, rule)
    assert ask(contributor, version).state == "done"
    assert refused(deciding.approve, owner, waits).code == "request_ended"
    assert Event.objects.filter(type="mlops.model.change_withdrawn").count() == 1


def test_an_alias_that_is_called_as_no_stage_is_ruled_like_others(contributor, owner, project, version):
    guard(owner, project, "alias", "*")
    assert pointing.set_alias(contributor, version, alias="None").is_pending


def test_nothing_points_to_a_version_that_was_deleted_meanwhile(contributor, version):
    seen = ModelVersion.objects.get()
    actions.delete_version(contributor, version)
    assert refused(pointing.set_alias, contributor, seen, alias="champion").code == "version_deleted"
    assert not ModelAlias.objects.exists()


def test_those_without_the_role_do_not_decide_and_askers_not_on_their_own(contributor, owner, project, version):
    guard(owner, project)
    assert refused(deciding.approve, contributor, ask(contributor, version)).code == "own_request"
    other = registered(owner, project)
    assert refused(deciding.approve, owner, ask(owner, other)).code == "own_request"
    assert refused(deciding.approve, contributor, ask(owner, other)).code == "forbidden"
    assert (stage_of(version), stage_of(other)) == ("None", "None")


def test_two_approvals_are_two_people(contributor, owner, second_owner, project, version):
    guard(owner, project, approvals=2)
    asked = ask(contributor, version)
    assert deciding.approve(owner, asked).is_pending
    assert refused(deciding.approve, owner, asked).code == "approved_already"
    assert deciding.approve(second_owner, asked).state == "done"


def test_the_yes_of_somebody_who_lost_the_role_does_not_count(contributor, owner, second_owner, project, version):
    guard(owner, project, approvals=2)
    asked = ask(contributor, version)
    deciding.approve(second_owner, asked)
    give_role(owner, project, user=second_owner, role="reader")
    assert deciding.approve(owner, asked).is_pending
    assert stage_of(version) == "None"


def test_a_no_needs_a_reason_and_ends_the_request(contributor, owner, project, version):
    guard(owner, project)
    asked = ask(contributor, version)
    assert refused(deciding.reject, owner, asked, reason=" ").code == "reason_missing"
    deciding.reject(owner, asked, reason="no card")
    assert refused(deciding.approve, owner, asked).code == "request_ended"
    assert ask(contributor, version).pk != asked.pk


def test_askers_and_owners_withdraw_and_others_do_not(contributor, owner, project, version):
    guard(owner, project)
    theirs = ask(owner, version)
    assert refused(deciding.withdraw, contributor, theirs).status == 403
    assert deciding.withdraw(owner, theirs).state == "withdrawn"


def test_a_request_that_nobody_decides_on_ends_by_itself(contributor, owner, project, version):
    guard(owner, project)
    asked = ask(contributor, version)
    Transition.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert refused(deciding.approve, owner, asked).code == "request_ended"
    deciding.expire_due()
    deciding.expire_due()
    assert Transition.objects.get().state == TransitionState.EXPIRED
    assert Event.objects.filter(type="mlops.model.change_expired").count() == 1


def test_leaving_a_guarded_stage_or_losing_a_guarded_alias_needs_approval_too(contributor, owner, project, version):
    ask(contributor, version)
    pointing.set_alias(contributor, version, alias="champion")
    guard(owner, project)
    guard(owner, project, "alias", "champion")
    assert pointing.change_stage(contributor, version, stage="Archived").is_pending
    assert pointing.remove_alias(contributor, version.model, alias="champion").is_pending
    assert ModelAlias.objects.filter(name="champion").exists()


def test_an_alias_that_moved_meanwhile_is_not_removed_by_an_old_request(contributor, owner, project, version):
    pointing.set_alias(contributor, version, alias="champion")
    rule = guard(owner, project, "alias", "champion")
    asked = pointing.remove_alias(contributor, version.model, alias="champion")
    rules.remove_rule(owner, rule)
    newer = registered(contributor, project)
    pointing.set_alias(contributor, newer, alias="champion")
    assert refused(deciding.approve, owner, asked).code == "request_outdated"
    assert ModelAlias.objects.get(name="champion").version == newer


def test_a_rule_of_the_model_counts_before_the_projects_and_a_name_before_a_star(owner, project, version):
    guard(owner, project, "alias", "*", approvals=2)
    guard(owner, project, "alias", "champion", approvals=3)
    guard(owner, project, "alias", "champion", model=version.model, approvals=1, asker_may_approve=True)
    asked = pointing.set_alias(owner, version, alias="champion")
    assert deciding.approve(owner, asked).state == "done"
    assert pointing.set_alias(owner, version, alias="shadow").is_pending


def test_checks_name_what_is_missing_before_anybody_is_asked(contributor, owner, project, version):
    checks = [{"kind": "card"}, {"kind": "metric", "name": "auc", "least": 0.8}]
    guard(owner, project, checks=checks, approvals=0)
    told = refused(ask, contributor, version)
    assert told.code == "checks_not_passed"
    assert "card is empty" in told.message
    assert "no metric “auc”" in told.message
    ModelVersion.objects.filter(pk=version.pk).update(card="# For prices", metrics={"auc": 0.9})
    version.refresh_from_db()
    assert ask(contributor, version).state == "done"


def test_files_that_are_not_scanned_yet_pass_no_scan(contributor, owner, project, version):
    guard(owner, project, checks=[{"kind": "scan"}], approvals=0)
    assert "not scanned yet" in refused(ask, contributor, version).message


def test_checks_are_made_again_with_the_last_approval(contributor, owner, project, version):
    guard(owner, project, checks=[{"kind": "tag", "name": "reviewed"}])
    pointing_tags = {"reviewed": "yes"}
    from mlops.registry.actions import remove_tag, set_tags

    set_tags(contributor, version, tags=pointing_tags)
    asked = ask(contributor, version)
    remove_tag(contributor, version, key="reviewed")
    assert refused(deciding.approve, owner, asked).code == "checks_not_passed"
    assert stage_of(version) == "None"


@pytest.mark.parametrize(
    ("rule", "code"),
    [
        ({"kind": "stage", "name": "Prod"}, "rule_invalid"),
        ({"kind": "alias", "name": "a b"}, "rule_invalid"),
        ({"kind": "stage", "name": "Production", "approvals": 0}, "rule_invalid"),
        ({"kind": "stage", "name": "Production", "by": "reader"}, "rule_invalid"),
        ({"kind": "stage", "name": "Production", "checks": [{"kind": "luck"}]}, "check_invalid"),
        ({"kind": "stage", "name": "Production", "checks": [{"kind": "metric"}]}, "check_invalid"),
        ({"kind": "stage", "name": "Production", "checks": [{"kind": "card", "nmae": 1}]}, "check_invalid"),
    ],
)
def test_rules_that_say_nothing_sound_are_refused(owner, project, rule, code):
    assert refused(rules.set_rule, owner, project, **rule).code == code


def test_contributors_make_no_rules(contributor, project):
    assert refused(guard, contributor, project).status == 403
