"""REST: rules, what they may watch and start, and what they would have raised."""

from __future__ import annotations

import uuid
from typing import Any

import msgspec
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.access.decisions import project_named, require
from mlops.alerts.actions import ACTIONS
from mlops.alerts.bodies import fields_of
from mlops.alerts.inbox import queries
from mlops.alerts.metrics import METRICS
from mlops.alerts.models import Alert, Rule
from mlops.alerts.models.alert import OPEN
from mlops.alerts.recipes.catalogue import RECIPES, recipe
from mlops.alerts.rules import actions
from mlops.alerts.rules.checking import check
from mlops.alerts.rules.reading import read_settings
from mlops.alerts.rules.shaping import settings_of
from mlops.alerts.rules.trying import DAYS, try_rule
from mlops.alerts.rules.wording import sentence
from mlops.formats.refusal import Refusal, Where, nearest

PROJECT = OpenApiParameter("project", str, description="a project's slug")
MOST_DAYS = 30


class RulesView(APIView):
    @extend_schema(parameters=[PROJECT], responses={200: dict})
    def get(self, request: Request) -> Response:
        project = _project(request, request.query_params.get("project", ""))
        rows = [rule_view(one) for one in queries.rules(request.user, project)]
        return Response({"results": rows, "next": None, "previous": None})

    @extend_schema(request=dict, responses={201: dict})
    def post(self, request: Request) -> Response:
        """`project`, and the rule: name, when, severity, tell, action, repeat, resolve_after, note, runbook, owner.
        Or `recipe` alone, with whatever shall differ from it."""
        project, key, form = _asked(request)
        made = actions.create_rule(request.user, project, read_settings(form), recipe=key)
        return Response(rule_view(made), status=status.HTTP_201_CREATED)


class OneRuleView(APIView):
    @extend_schema(responses={200: dict})
    def get(self, request: Request, rule_id: uuid.UUID) -> Response:
        return Response(rule_view(queries.rule(request.user, rule_id)))

    @extend_schema(request=dict, responses={200: dict})
    def patch(self, request: Request, rule_id: uuid.UUID) -> Response:
        """Each field that is given replaces the whole of that field; the others stay."""
        rule = queries.rule(request.user, rule_id)
        require(request.user, "alerts.change", rule.project)
        given = fields_of(request)
        if set(given) == {"enabled"}:
            actions.enable_rule(request.user, rule, is_enabled=bool(given["enabled"]))
        else:
            form = {**msgspec.to_builtins(settings_of(rule)), **given}
            actions.update_rule(request.user, rule, read_settings(form))
        return Response(rule_view(rule))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, rule_id: uuid.UUID) -> Response:
        actions.delete_rule(request.user, queries.rule(request.user, rule_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class TrialView(APIView):
    @extend_schema(request=dict, responses={200: dict})
    def post(self, request: Request) -> Response:
        """What the rule would have raised in the last `days` (7): nothing is kept, nobody is told."""
        days = fields_of(request).get("days", DAYS)
        if not isinstance(days, int) or not 0 < days <= MOST_DAYS:
            hint, where = f"Give 1 to {MOST_DAYS}.", Where(parameter="days")
            raise Refusal("days_invalid", _("This is no number of days."), hint=hint, where=where)
        project, _key, form = _asked(request)
        require(request.user, "alerts.change", project)
        settings = read_settings({name: value for name, value in form.items() if name != "days"})
        check(project, settings)
        trial = try_rule(project, settings, timezone.now(), days=days)
        return Response({"days": days, "fired": len(trial.firings), **msgspec.to_builtins(trial)})


class WatchedView(APIView):
    @extend_schema(responses={200: dict})
    def get(self, request: Request) -> Response:
        """Metrics that rules may watch, actions that they may start, and recipes."""
        metrics = [
            {"name": one.name, "title": str(one.title), "of": str(one.of), "unit": one.unit, "help": str(one.help),
             "keeps_history": one.keeps_history, "aggregation": one.aggregation}
            for one in METRICS.values()
        ]  # fmt: skip
        started = [
            {"kind": one.kind, "title": str(one.title), "options": [field.name for field in one.fields]}
            for one in ACTIONS.values()
        ]
        recipes = [
            {"key": one.key, "help": str(one.help), "rule": msgspec.to_builtins(one.settings)}
            for one in RECIPES
            if one.is_usable
        ]
        return Response({"metrics": metrics, "actions": started, "recipes": recipes})


def rule_view(rule: Rule) -> dict[str, Any]:
    form: dict[str, Any] = msgspec.to_builtins(settings_of(rule))
    return {
        "id": rule.pk, "project": rule.project.slug, **form, "enabled": rule.is_enabled, "sentence": sentence(rule),
        "recipe": rule.recipe, "open_alerts": Alert.objects.filter(rule=rule, state__in=OPEN).count(),
        "trouble": rule.trouble, "looked_at": rule.looked_at, "created_at": rule.created_at,
    }  # fmt: skip


def _asked(request: Request) -> tuple[Any, str, dict[str, Any]]:
    form = fields_of(request)
    project = project_named(request.user, str(form.pop("project", "")))
    key = str(form.pop("recipe", ""))
    if not key:
        return project, key, form
    known = recipe(key)
    if known is None:
        hint = nearest(key, [one.key for one in RECIPES])
        raise Refusal(
            "recipe_unknown",
            _("There is no recipe “%(key)s”.") % {"key": key},
            hint=hint,
            where=Where(parameter="recipe"),
        )
    return project, key, {**msgspec.to_builtins(known.settings), **form}


def _project(request: Request, slug: str) -> Any:
    return project_named(request.user, slug) if slug else None
