"""Decisions: retrainings with their comparison, moves of stages and aliases with their approvals, and rollouts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from mlops.access.models import Project
from mlops.datasets.models import DatasetVersion
from mlops.deployments.models import Deployment, Endpoint
from mlops.lineage.kinds.kind import Fan, Kind, numbered, page
from mlops.lineage.mentions.asking import light_runs
from mlops.monitoring.models import Look
from mlops.registry.models import ModelVersion, Transition
from mlops.retraining.models import Attempt
from mlops.rollouts.models import Rollout

VERSIONS = ModelVersion.objects.select_related("model__project", "created_by")
DEPLOYMENTS = Deployment.objects.select_related("endpoint__project", "version__model", "created_by")


class Attempts(Kind):
    prefix, title, model = "attempts", "retraining", Attempt

    def name(self, row: Attempt) -> str:
        return f"attempts/{row.policy.name}:{row.number}"

    def project_id(self, row: Attempt) -> Any:
        return row.policy.project_id

    def text(self, row: Attempt) -> str:
        return f"{row.policy.name} #{row.number}"

    def url(self, row: Attempt) -> str:
        return page("retraining-attempt", row.policy_id, row.number)

    def state(self, row: Attempt) -> str:
        return str(row.stage)

    def state_label(self, row: Attempt) -> str:
        return str(row.get_stage_display())

    def facts(self, row: Attempt) -> dict[str, str]:
        decided = row.approval or {}
        return {_("Why"): row.reason, _("Decided by"): str(decided.get("by", "")), _("Data"): row.data_label}

    def upstream(self, row: Attempt) -> Iterable[Fan]:
        look = look_behind(row)
        yield "triggered by", [look] if look else []
        if row.data_id:
            data = DatasetVersion.objects.filter(pk=row.data_id).defer("profile", "schema")
            yield "trained on", data.select_related("dataset__project", "created_by")
        yield "compared with", VERSIONS.filter(pk=row.champion_id) if row.champion_id else []

    def downstream(self, row: Attempt) -> Iterable[Fan]:
        yield "started", light_runs().filter(pk=row.run_id) if row.run_id else []
        yield "made", VERSIONS.filter(pk=row.challenger_id) if row.challenger_id and not row.is_dry_run else []
        yield "deployed", DEPLOYMENTS.filter(pk=row.deployment_id) if row.deployment_id else []
        if row.rollout_id:
            rollouts = Rollout.objects.filter(pk=row.rollout_id)
            yield "rolled out by", rollouts.select_related("endpoint__project", "created_by")

    def find(self, projects: list[Project], rest: str) -> Any | None:
        name, number = numbered(rest)
        rows = Attempt.objects.filter(policy__project__in=projects, policy__name=name)
        rows = rows.filter(number=number) if number is not None else rows
        return rows.select_related("policy__project", "created_by").order_by("-number").first()

    def search(self, projects: list[Project], text: str) -> Any:
        rows = Attempt.objects.filter(policy__project__in=projects, policy__name__icontains=text).defer("evidence")
        return rows.select_related("policy__project", "created_by")


class Transitions(Kind):
    prefix, title, model = "transitions", "approval", Transition

    def name(self, row: Transition) -> str:
        return f"transitions/{row.pk}"

    def project_id(self, row: Transition) -> Any:
        return row.model.project_id

    def text(self, row: Transition) -> str:
        return f"{row.name} ← {row.version}"

    def url(self, row: Transition) -> str:
        return page("model-request", row.pk) or page("model-version", row.model_id, row.version.number)

    def at(self, row: Transition) -> Any:
        return row.ended_at or row.asked_at

    def by(self, row: Transition) -> str:
        return row.asked_by.get_username() if row.asked_by else ""

    def facts(self, row: Transition) -> dict[str, str]:
        return {_("Why"): row.reason, _("Before"): row.before, _("Decided"): row.ended_reason}

    def upstream(self, row: Transition) -> Iterable[Fan]:
        yield "decides on", VERSIONS.filter(pk=row.version_id)

    def find(self, projects: list[Project], rest: str) -> Any | None:
        if not rest.isdecimal():
            return None
        rows = Transition.objects.filter(model__project__in=projects, pk=int(rest))
        return rows.select_related("model__project", "version__model", "asked_by").first()

    def search(self, projects: list[Project], text: str) -> Any:
        rows = Transition.objects.filter(model__project__in=projects, model__name__icontains=text)
        return rows.select_related("model__project", "version__model", "asked_by")


class Rollouts(Kind):
    prefix, title, model = "rollouts", "rollout", Rollout

    def name(self, row: Rollout) -> str:
        return f"rollouts/{row.endpoint.name}:{row.number}"

    def project_id(self, row: Rollout) -> Any:
        return row.endpoint.project_id

    def text(self, row: Rollout) -> str:
        return f"{row.endpoint.name} #{row.number}: {row.candidate_name}"

    def url(self, row: Rollout) -> str:
        return page("endpoint", row.endpoint_id)

    def facts(self, row: Rollout) -> dict[str, str]:
        return {_("Why"): row.reason, _("Compared with"): row.control_name}

    def upstream(self, row: Rollout) -> Iterable[Fan]:
        yield "rolls out", DEPLOYMENTS.filter(pk=row.candidate_id) if row.candidate_id else []
        yield "compares with", DEPLOYMENTS.filter(pk=row.control_id) if row.control_id else []
        attempts = Attempt.objects.filter(rollout=row).defer("evidence")
        yield "started by", attempts.select_related("policy__project", "created_by")

    def downstream(self, row: Rollout) -> Iterable[Fan]:
        yield "moved", Endpoint.objects.filter(pk=row.endpoint_id).select_related("project", "created_by")

    def find(self, projects: list[Project], rest: str) -> Any | None:
        name, number = numbered(rest)
        rows = Rollout.objects.filter(endpoint__project__in=projects, endpoint__name=name)
        rows = rows.filter(number=number) if number is not None else rows
        return rows.select_related("endpoint__project", "created_by").order_by("-number").first()

    def search(self, projects: list[Project], text: str) -> Any:
        rows = Rollout.objects.filter(endpoint__project__in=projects, endpoint__name__icontains=text)
        return rows.select_related("endpoint__project", "created_by").order_by("-created_at")


def look_behind(row: Attempt) -> Look | None:
    """The look whose alarm started it."""
    name, number = row.trigger.get("monitor"), str(row.trigger.get("look", ""))
    if not name or not number.isdecimal():
        return None
    rows = Look.objects.filter(monitor__project=row.policy.project_id, monitor__name=name, number=int(number))
    return rows.select_related("monitor__project").first()
