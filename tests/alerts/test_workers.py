"""Several workers at once, and rules that cannot be followed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from mlops.alerts.channels.actions import create_channel
from mlops.alerts.models import Alert, Notification, Rule
from mlops.alerts.rules.actions import create_rule
from mlops.alerts.rules.listening import read_events
from mlops.alerts.rules.measuring import examine_due
from mlops.alerts.telling.sending import due_sinks, send_to
from mlops.events.chain import record
from mlops.formats.alerting import RuleSettings, Tell, When
from tests.alerts.happening import RUN, happen

FAILED = When(events=("mlops.run.failed",))


def by_all(work, times=6):
    def once(_number):
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(once, range(times)))


@pytest.mark.django_db(transaction=True)
def test_many_workers_raise_and_tell_each_thing_once(owner, quiet_project, sink):
    create_channel(owner, name="ops", kind_name="webhook", options={"url": sink.url}, project=quiet_project)
    create_rule(owner, quiet_project, RuleSettings(name="Failed", when=FAILED, tell=Tell(channels=("ops",))))
    full = When(metric="disk_free", is_="at_least", threshold=0)
    create_rule(owner, quiet_project, RuleSettings(name="Room", when=full, tell=Tell(people="nobody")))
    for number in range(5):
        record(None, "mlops.run.failed", subject=f"runs/{number}", project=quiet_project, data=RUN)
    by_all(read_events)
    by_all(examine_due)
    assert Alert.objects.filter(state="firing").count() == 6
    now = timezone.now() + timedelta(seconds=1)
    (sink_name,) = due_sinks(now)
    by_all(lambda: send_to(sink_name, now))
    assert len(sink.calls) == 5
    assert Notification.objects.filter(way="channel", state="sent").count() == 5


def test_a_rule_that_cannot_be_followed_says_so_and_holds_up_no_other(owner, quiet_project):
    for name in ("Broken", "Whole"):
        create_rule(owner, quiet_project, RuleSettings(name=name, when=FAILED))
    Rule.objects.filter(name="Broken").update(filters=[{"key": "data.x", "operator": "IsPurple"}])
    happen(quiet_project, "mlops.run.failed", "runs/1")
    assert Alert.objects.get().rule_name == "Whole"
    assert "IsPurple" in Rule.objects.get(name="Broken").trouble
