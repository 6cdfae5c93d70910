"""A rollout and where it stands. All that it needs to go on is in its row: any worker may take it up."""

from __future__ import annotations

import uuid
from datetime import timedelta

import msgspec
from django.conf import settings as studio
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from mlops.deployments.models import Deployment, Endpoint
from mlops.formats.rollout import RolloutPlan


class RolloutState(models.TextChoices):
    RUNNING = "running", _("Running")
    PAUSED = "paused", _("Paused")
    FINISHED = "finished", _("Finished")
    ROLLED_BACK = "rolled_back", _("Rolled back")
    STOPPED = "stopped", _("Stopped")


LIVE = (RolloutState.RUNNING, RolloutState.PAUSED)
WAITING = -1
"""The step of a rollout whose candidate is not ready yet."""


class Rollout(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    """Counts the endpoint's rollouts, from 1."""
    candidate = models.ForeignKey(Deployment, null=True, on_delete=models.SET_NULL, related_name="+")
    control = models.ForeignKey(Deployment, null=True, on_delete=models.SET_NULL, related_name="+")
    candidate_name = models.CharField(max_length=60)
    control_name = models.CharField(max_length=60)
    """Also when the deployments are gone."""
    plan = models.JSONField()
    """formats.rollout.RolloutPlan; read it as `planned`."""
    traffic_before = models.JSONField()
    """What a rollback sets again: Percent by deployment."""
    mirrors_before = models.JSONField(default=dict)
    default_before = models.CharField(max_length=60, blank=True)
    traffic_after = models.JSONField(default=dict)
    """What it left when it finished: it can be rolled back for as long as nobody changed that."""
    state = models.CharField(max_length=20, choices=RolloutState.choices, default=RolloutState.RUNNING)
    reason = models.TextField(blank=True)
    hint = models.TextField(blank=True)
    state_since = models.DateTimeField()
    moves = models.PositiveIntegerField(default=0)
    """Grows with each step and change of state: who writes names the number that was read."""
    step = models.IntegerField(default=WAITING)
    step_began_at = models.DateTimeField()
    waited_seconds = models.FloatField(default=0.0)
    """Of the present step, spent in pauses."""
    counted_before = models.JSONField(default=dict)
    """By deployment: what its traffic minute held when the step began (seconds of that minute before the step)."""
    control_seen = models.JSONField(null=True)
    """The control's counts of the last step in which it had traffic; the last step compares with them."""
    past = models.JSONField(default=list)
    """The steps that ended: number, began_at, ended_at, requests and the reason."""
    gates = models.JSONField(default=list)
    """rollouts.seeing.GateState of the last look."""
    looked_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(studio.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "number"], name="one_rollout_number_per_endpoint"),
            models.UniqueConstraint(
                fields=["endpoint"], condition=models.Q(state__in=["running", "paused"]), name="one_live_rollout"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.endpoint.name}/rollouts/{self.number}"

    @property
    def planned(self) -> RolloutPlan:
        return msgspec.convert(self.plan, RolloutPlan)

    @property
    def is_live(self) -> bool:
        return self.state in LIVE

    @property
    def step_seconds(self) -> float:
        """Since the present step began, pauses left out."""
        until = timezone.now() if self.state == RolloutState.RUNNING else self.state_since
        return max((until - self.step_began_at - timedelta(seconds=self.waited_seconds)).total_seconds(), 0.0)


class Outcome(models.Model):
    """What a caller says came of one request, such as 1 for a sale. One a request: the first that is reported."""

    endpoint = models.ForeignKey(Endpoint, on_delete=models.CASCADE, related_name="+")
    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="+")
    request_id = models.CharField(max_length=200)
    value = models.FloatField()
    reported_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["endpoint", "request_id"], name="one_outcome_per_request")]
        indexes = [models.Index(fields=["deployment", "reported_at"])]

    def __str__(self) -> str:
        return f"{self.request_id}: {self.value:g}"
