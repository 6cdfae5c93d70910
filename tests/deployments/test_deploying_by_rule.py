"""A rule that deploys what is registered."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from django.utils import timezone

from mlops.accounts.membership import give_role
from mlops.alerts.models import Alert, Notification, Rule
from mlops.alerts.recipes.catalogue import recipe
from mlops.alerts.rules.actions import create_rule, update_rule
from mlops.alerts.rules.listening import read_events
from mlops.alerts.rules.reading import read_settings
from mlops.alerts.rules.shaping import settings_of
from mlops.alerts.telling.sending import due_sinks, send_to
from mlops.deployments import actions
from mlops.deployments.models import Deployment
from mlops.formats.alerting import Act
from mlops.formats.refusal import Refusal
from mlops.registry.actions import set_tags
from tests.deployments.test_acts import deploy
from tests.registry.shelf import registered


@pytest.fixture
def blue(contributor, project):
    endpoint = actions.create_endpoint(contributor, project, name="prices")
    version = registered(contributor, project)
    deploy(contributor, endpoint, version, name="blue")
    Deployment.objects.update(state="healthy", ready_revision=1)
    return Deployment.objects.get()


def carry_out():
    while read_events():
        pass
    now = timezone.now() + timedelta(seconds=1)
    for sink in due_sinks(now):
        send_to(sink, now)


def take(actor, project, deployment="prices/blue"):
    settings = recipe("deploy-on-registration").settings
    act = Act(kind="deploy", options={"deployment": deployment})
    return create_rule(actor, project, msgspec.structs.replace(settings, action=act))


def test_a_version_with_the_tag_is_deployed_and_others_are_not(contributor, project, blue):
    while read_events():
        pass
    take(contributor, project)
    registered(contributor, project)
    third = registered(contributor, project)
    carry_out()
    assert not Alert.objects.filter(rule__act="deploy").exists()
    set_tags(contributor, third, tags={"stage": "production"})
    carry_out()
    blue.refresh_from_db()
    assert blue.version == third
    alert = Alert.objects.get(rule__act="deploy")
    assert "as revision 2" in alert.entries.get(kind="acted").text


def test_it_acts_with_the_permissions_of_the_rules_owner(contributor, owner, project, blue):
    take(contributor, project)
    give_role(owner, project, user=contributor, role="reader")
    version = registered(owner, project)
    set_tags(owner, version, tags={"stage": "production"})
    carry_out()
    assert "role operator" in Notification.objects.get(way="act").answer
    assert Deployment.objects.get().version != version


def test_a_deployment_that_is_not_there_is_refused_with_the_nearest(contributor, project, blue):
    with pytest.raises(Refusal) as refused:
        take(contributor, project, "prices/blu")
    assert "prices/blue" in refused.value.hint


def test_nobody_lends_themselves_somebody_elses_permissions(contributor, owner, project, blue):
    rule = take(owner, project)
    form = msgspec.to_builtins(settings_of(rule))
    with pytest.raises(Refusal, match="permissions of olga"):
        update_rule(contributor, Rule.objects.get(pk=rule.pk), read_settings(form))
