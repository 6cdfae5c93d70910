"""Requests and rules as REST shows them."""

from __future__ import annotations

from typing import Any

import msgspec
from rest_framework import serializers

from mlops.registry.approval.queries import Standing
from mlops.registry.models import ApprovalRule, Transition


class TransitionView(serializers.Serializer[Any]):
    """`id` is null where nothing had to move."""

    id = serializers.IntegerField(allow_null=True)
    model = serializers.UUIDField()
    name = serializers.CharField(help_text="the model's")
    version = serializers.IntegerField()
    project = serializers.CharField()
    kind = serializers.CharField()
    to = serializers.CharField(help_text="the stage or alias")
    removal = serializers.BooleanField()
    before = serializers.CharField()
    archive_others = serializers.BooleanField()
    state = serializers.CharField()
    reason = serializers.CharField()
    asked_by = serializers.CharField()
    asked_at = serializers.DateTimeField(allow_null=True)
    expires_at = serializers.DateTimeField(allow_null=True)
    ended_by = serializers.CharField()
    ended_at = serializers.DateTimeField(allow_null=True)
    ended_reason = serializers.CharField()


class RequestView(TransitionView):
    approvals = serializers.ListField()
    missing = serializers.IntegerField(help_text="approvals that are missing")
    needs = serializers.DictField(allow_null=True)
    checks = serializers.ListField()
    may_decide = serializers.BooleanField(help_text="whether you may approve or reject it")


class RuleView(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    project = serializers.CharField()
    model = serializers.CharField(help_text="empty: all models of the project")
    kind = serializers.CharField()
    name = serializers.CharField()
    approvals = serializers.IntegerField()
    by = serializers.CharField()
    asker_may_approve = serializers.BooleanField()
    checks = serializers.ListField()
    expires_after_days = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    created_by = serializers.CharField()


def transition_view(one: Transition) -> dict[str, Any]:
    return {
        "id": one.pk,
        "model": one.model_id,
        "name": one.model.name,
        "version": one.version.number,
        "project": one.model.project.slug,
        "kind": one.kind,
        "to": one.name,
        "removal": one.is_removal,
        "before": one.before,
        "archive_others": one.archive_others,
        "state": one.state,
        "reason": one.reason,
        "asked_by": one.asked_by.get_username() if one.asked_by else "",
        "asked_at": one.asked_at,
        "expires_at": one.expires_at,
        "ended_by": one.ended_by.get_username() if one.ended_by else "",
        "ended_at": one.ended_at,
        "ended_reason": one.ended_reason,
    }


def request_view(one: Transition, standing: Standing) -> dict[str, Any]:
    approvals = [{"by": each.by.get_username(), "at": each.at, "reason": each.reason} for each in standing.approvals]
    return transition_view(one) | {
        "state": standing.state,
        "approvals": approvals,
        "missing": standing.missing,
        "needs": msgspec.to_builtins(standing.demand) if standing.demand else None,
        "checks": [msgspec.to_builtins(each) for each in standing.findings],
        "may_decide": standing.may_decide,
    }


def rule_view(rule: ApprovalRule) -> dict[str, Any]:
    return {
        "id": rule.pk,
        "project": rule.project.slug,
        "model": rule.model.name if rule.model else "",
        "kind": rule.kind,
        "name": rule.name,
        "approvals": rule.approvals,
        "by": rule.by,
        "asker_may_approve": rule.asker_may_approve,
        "checks": rule.checks,
        "expires_after_days": rule.expires_after_days,
        "created_at": rule.created_at,
        "created_by": rule.created_by.get_username() if rule.created_by else "",
    }
