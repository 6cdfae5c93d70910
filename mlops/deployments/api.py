"""REST: online endpoints, their deployments, traffic, keys, logs, metrics and test requests."""

from __future__ import annotations

import uuid
from typing import Any

import msgspec
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.access.decisions import project_named
from mlops.access.offered import names_offered
from mlops.deployments import actions, consuming, entries, queries, sharing
from mlops.deployments.code import code_by_id
from mlops.deployments.invoking import invoke
from mlops.deployments.keys import Keys
from mlops.deployments.models import Deployment, Endpoint
from mlops.deployments.searching import ENDPOINTS
from mlops.deployments.targets import target
from mlops.environments.references import image_said
from mlops.formats.deployment import DeploymentSettings
from mlops.formats.failures import explain
from mlops.formats.refusal import Refusal, nearest
from mlops.registry.api import project_asked_for
from mlops.registry.models import ModelVersion, RegisteredModel
from mlops.registry.queries import model_offered, version_by_id, versions_of, visible_to
from mlops.tags.filters import tags_of, tags_of_many
from mlops.tags.rest import LIST_PARAMETERS, list_answer
from mlops.tags.searching.hidden import asks_about

MOST_LINES = 5_000


class NewEndpoint(serializers.Serializer[Any]):
    project = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField(required=False, allow_blank=True, default="")


class DeploymentFields(serializers.Serializer[Any]):
    """The model is `model` (name or id) with `version` (number; default the newest), or `version` as an id."""

    model = serializers.CharField(required=False, allow_blank=True)
    version = serializers.CharField(required=False, allow_blank=True)
    entry = serializers.ChoiceField(
        choices=entries.ENTRIES,
        required=False,
        help_text="default: the script where one is given, else onnx, else native where the model has no ONNX form",
    )
    script = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)
    code = serializers.CharField(required=False, help_text="an uploaded code folder's id, in place of `script`")
    reason = serializers.CharField(required=False, allow_blank=True, help_text="why, for the history")

    def to_internal_value(self, data: Any) -> Any:
        """Beside its own fields it takes the settings, named as in formats.deployment.DeploymentSettings."""
        fields = super().to_internal_value(data)
        return fields | {name: data[name] for name in DeploymentSettings.__struct_fields__ if name in data}


class NewDeployment(DeploymentFields):
    name = serializers.CharField()
    traffic = serializers.FloatField(required=False, allow_null=True)


class TrafficView(serializers.Serializer[Any]):
    """What is not given stays as it is."""

    traffic = serializers.DictField(
        required=False, help_text='percent by deployment, such as {"blue": 90, "green": 10}'
    )
    mirror_traffic = serializers.DictField(
        required=False, help_text="percent of the requests that a deployment gets a copy of; nobody waits for it"
    )
    reason = serializers.CharField(required=False, allow_blank=True, default="")


class KeyChoice(serializers.Serializer[Any]):
    key = serializers.CharField(default="primary", help_text="primary or secondary")
    grace_seconds = serializers.FloatField(default=0.0, help_text="how long the old key goes on beside the new one")


class DeploymentView(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    endpoint = serializers.CharField()
    model = serializers.CharField(help_text="name:number")
    version = serializers.UUIDField()
    entry = serializers.CharField()
    target = serializers.CharField()
    state = serializers.CharField()
    reason = serializers.CharField()
    hint = serializers.CharField()
    since = serializers.DateTimeField()
    traffic = serializers.FloatField()
    revision = serializers.IntegerField()
    ready_revision = serializers.IntegerField(allow_null=True)
    settings = serializers.DictField(help_text="cpus, memory_bytes, instances, timeout_seconds and so on")
    instances = serializers.IntegerField(help_text="how many servers are wanted now")
    replicas = serializers.ListField(
        child=serializers.DictField(),
        help_text="each server when it was last looked at: name, revision, state, reason, hint, since, restarts, url",
    )
    load = serializers.DictField(
        allow_null=True, help_text="where the number follows the load: busy, utilization, reason of the last change"
    )
    urls = serializers.ListField(help_text="where its servers answer, for whoever operates them")
    created_at = serializers.DateTimeField()
    warnings = serializers.ListField(
        required=False, help_text="what of its settings has no effect; told where it is made or changed"
    )


class EndpointView(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField()
    project = serializers.CharField()
    description = serializers.CharField()
    tags = serializers.DictField()
    state = serializers.CharField()
    reason = serializers.CharField()
    hint = serializers.CharField()
    since = serializers.DateTimeField()
    traffic = serializers.DictField()
    mirror_traffic = serializers.DictField()
    previous_traffic = serializers.DictField()
    default = serializers.CharField()
    control = serializers.CharField(help_text="who the others are compared with")
    scoring_uri = serializers.CharField()
    deployments = DeploymentView(many=True)
    created_at = serializers.DateTimeField()


class EndpointsView(APIView):
    @extend_schema(parameters=LIST_PARAMETERS, responses=EndpointView(many=True))
    def get(self, request: Request) -> Response:
        asks_more = asks_about(request.query_params, ENDPOINTS, sharing.UNTOLD)
        endpoints = queries.visible_to(request.user) if asks_more else sharing.readable_by(request.user)
        project = project_asked_for(request)
        if project is not None:
            endpoints = endpoints.filter(project=project)

        def shape(rows: list[Any]) -> list[Any]:
            return sharing.told_to(request.user, rows, endpoint_views(rows))

        return list_answer(request, endpoints, ENDPOINTS, shape)

    @extend_schema(request=NewEndpoint, responses={201: EndpointView})
    def post(self, request: Request) -> Response:
        values = checked_fields(NewEndpoint, request)
        project = project_named(request.user, values.pop("project"))
        endpoint = actions.create_endpoint(request.user, project, **values)
        return Response(endpoint_view(endpoint), status=status.HTTP_201_CREATED)


class OneEndpointView(APIView):
    @extend_schema(responses=EndpointView)
    def get(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        endpoint = sharing.readable_endpoint(request.user, endpoint_id)
        return Response(_told_to(request, endpoint))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        actions.delete_endpoint(request.user, queries.visible_endpoint(request.user, endpoint_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class DeploymentsView(APIView):
    @extend_schema(responses=DeploymentView(many=True))
    def get(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        endpoint = sharing.readable_endpoint(request.user, endpoint_id)
        rows = [deployment_view(row, endpoint) for row in queries.deployments_of(endpoint)]
        rows = sharing.told_to(request.user, [endpoint] * len(rows), rows)
        return Response({"results": rows, "next": None, "previous": None})

    @extend_schema(request=NewDeployment, responses={201: DeploymentView})
    def post(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        endpoint = queries.visible_endpoint(request.user, endpoint_id)
        values = _with_code(endpoint, checked_fields(NewDeployment, request))
        version = version_asked_for(request.user, endpoint, values)
        values.pop("reason", None)
        if version is None:
            raise Refusal(
                "model_missing", _("Say which model to deploy."), hint=_('Such as {"model": "prices", "version": 3}.')
            )
        deployment = actions.create_deployment(request.user, endpoint, version=version, **values)
        return Response(_told_once(deployment, _fresh(endpoint)), status=status.HTTP_201_CREATED)


class OneDeploymentView(APIView):
    @extend_schema(responses=DeploymentView)
    def get(self, request: Request, endpoint_id: uuid.UUID, deployment_id: str) -> Response:
        endpoint = sharing.readable_endpoint(request.user, endpoint_id)
        shown = deployment_view(queries.deployment_of(endpoint, deployment_id), endpoint)
        return Response(sharing.told_to(request.user, [endpoint], [shown])[0])

    @extend_schema(request=DeploymentFields, responses=DeploymentView)
    def patch(self, request: Request, endpoint_id: uuid.UUID, deployment_id: str) -> Response:
        """A new revision; the present one serves until the new one is ready."""
        endpoint = queries.visible_endpoint(request.user, endpoint_id)
        deployment = queries.deployment_of(endpoint, deployment_id)
        values = _with_code(endpoint, checked_fields(DeploymentFields, request))
        version = version_asked_for(request.user, endpoint, values)
        actions.update_deployment(request.user, deployment, version=version, **values)
        return Response(_told_once(queries.deployment_of(endpoint, deployment.pk), endpoint))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, endpoint_id: uuid.UUID, deployment_id: str) -> Response:
        endpoint = queries.visible_endpoint(request.user, endpoint_id)
        actions.delete_deployment(request.user, queries.deployment_of(endpoint, deployment_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class EndpointTrafficView(APIView):
    @extend_schema(request=TrafficView, responses=EndpointView)
    def post(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        endpoint = sharing.readable_endpoint(request.user, endpoint_id)
        given = checked_fields(TrafficView, request)
        if not {"traffic", "mirror_traffic"} & set(given):
            hint = _('Such as {"traffic": {"blue": 90, "green": 10}}.')
            raise Refusal("traffic_missing", _("Neither traffic nor mirror_traffic is given."), hint=hint)
        endpoint = actions.update_traffic(
            request.user,
            endpoint,
            shares=given.get("traffic"),
            mirrors=given.get("mirror_traffic"),
            reason=given["reason"],
        )
        return Response(_told_to(request, endpoint))


class CredentialsView(APIView):
    @extend_schema(responses={200: dict})
    def get(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        endpoint = sharing.readable_endpoint(request.user, endpoint_id)
        return _secret(actions.credentials(request.user, endpoint))


class RegenerateView(APIView):
    @extend_schema(request=KeyChoice, responses={200: dict})
    def post(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        endpoint = sharing.readable_endpoint(request.user, endpoint_id)
        values = checked_fields(KeyChoice, request)
        keys = actions.regenerate_key(
            request.user, endpoint, which=values["key"], grace_seconds=values["grace_seconds"]
        )
        return _secret(keys)


class LogsView(APIView):
    @extend_schema(responses={200: dict})
    def get(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        """`?deployment=` (needed where there are several) and `?lines=` (200)."""
        endpoint = queries.visible_endpoint(request.user, endpoint_id)
        deployment = logged(endpoint, request.query_params.get("deployment", ""))
        asked = request.query_params.get("lines", "")
        lines = min(max(int(asked), 1), MOST_LINES) if asked.isdecimal() else 200
        found = target(deployment.target).logs(deployment, lines=lines)
        told = msgspec.to_builtins(explain([deployment.reason, *found]))
        return Response({"deployment": deployment.name, "lines": found, "explanations": told})


class MetricsView(APIView):
    @extend_schema(responses={200: dict})
    def get(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        """Counts and latency of each minute, `?minutes=` back (60, at most 1,440)."""
        endpoint = sharing.readable_endpoint(request.user, endpoint_id)
        asked = request.query_params.get("minutes", "")
        minutes = min(max(int(asked), 1), 1440) if asked.isdecimal() else 60
        rows = queries.traffic_minutes(endpoint, minutes=minutes, deployment=request.query_params.get("deployment", ""))
        summary = queries.traffic_summary(endpoint, minutes=minutes)
        return Response(
            {"summary": msgspec.to_builtins(summary), "results": [msgspec.to_builtins(row) for row in rows]}
        )


class ProgramView(APIView):
    @extend_schema(responses={200: dict})
    def get(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        """The call as a program in `?language=` (python), of `?deployment=` or the only or default one."""
        endpoint = sharing.readable_endpoint(request.user, endpoint_id)
        found = consuming.language(request.query_params.get("language", "python"))
        name = request.query_params.get("deployment", "") or endpoint.default
        deployment = queries.deployment_of(endpoint, name) if name else None
        text = consuming.program(endpoint, deployment, language_name=found.name)
        return Response({"language": found.name, "file": found.file, "needs": found.needs, "program": text})


class SwaggerView(APIView):
    @extend_schema(responses={200: dict})
    def get(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        """The OpenAPI description that the endpoint gives to callers."""
        endpoint = sharing.readable_endpoint(request.user, endpoint_id)
        asked = request.query_params.get("deployment", "")
        return Response(consuming.openapi(request.user, endpoint, deployment=asked))


class InvokeView(APIView):
    @extend_schema(request=dict, responses={200: dict})
    def post(self, request: Request, endpoint_id: uuid.UUID) -> Response:
        """Forwards the body to the endpoint and says what came back. `?deployment=` picks one."""
        endpoint = sharing.readable_endpoint(request.user, endpoint_id)
        body = msgspec.json.encode(request.data)
        invoked = invoke(request.user, endpoint, body=body, deployment=request.query_params.get("deployment", ""))
        return Response(msgspec.to_builtins(invoked))


def _told_to(request: Request, endpoint: Endpoint) -> dict[str, Any]:
    return sharing.told_to(request.user, [endpoint], [endpoint_view(endpoint)])[0]


def endpoint_views(endpoints: list[Endpoint]) -> list[dict[str, Any]]:
    tags = tags_of_many(endpoints)
    return [endpoint_view(row, tags[str(row.pk)]) for row in endpoints]


def endpoint_view(endpoint: Endpoint, tags: dict[str, str] | None = None) -> dict[str, Any]:
    deployments = list(queries.deployments_of(endpoint))
    health = queries.health_of(endpoint, deployments)
    return {
        "id": endpoint.pk,
        "name": endpoint.name,
        "project": endpoint.project.slug,
        "description": endpoint.description,
        "tags": tags_of(endpoint) if tags is None else tags,
        "state": health.state,
        "reason": health.reason,
        "hint": health.hint,
        "since": health.since,
        "traffic": endpoint.traffic,
        "mirror_traffic": endpoint.mirrors,
        "previous_traffic": endpoint.previous_traffic,
        "default": endpoint.default,
        "auth_mode": endpoint.auth_mode,
        "control": endpoint.control,
        "scoring_uri": queries.scoring_uri(endpoint),
        "deployments": [deployment_view(deployment, endpoint) for deployment in deployments],
        "created_at": endpoint.created_at,
    }


def _told_once(deployment: Deployment, endpoint: Endpoint) -> dict[str, Any]:
    """To whoever made or changed it, with what of it has no effect."""
    warnings = image_said(endpoint.project, deployment.wanted.environment)
    return deployment_view(deployment, endpoint) | {"warnings": warnings}


def deployment_view(deployment: Deployment, endpoint: Endpoint) -> dict[str, Any]:
    told = {name: getattr(deployment, name) for name in PLAIN}
    return told | {
        "endpoint": endpoint.name,
        "model": str(deployment.version),
        "version": deployment.version_id,
        "urls": deployment.ready_urls,
        "load": load_view(deployment),
        "since": deployment.state_since,
        "traffic": endpoint.traffic.get(deployment.name, 0),
    }


def load_view(deployment: Deployment) -> dict[str, Any] | None:
    load = queries.load_of(deployment)
    return msgspec.to_builtins(load) if load else None


PLAIN = (
    "id", "name", "entry", "target", "state", "reason", "hint", "revision", "ready_revision",
    "settings", "instances", "replicas", "created_at",
)  # fmt: skip


def logged(endpoint: Endpoint, name: str) -> Deployment:
    """The deployment asked for, else the only one."""
    if name:
        return queries.deployment_of(endpoint, name)
    deployments = list(queries.deployments_of(endpoint)[:2])
    if len(deployments) == 1:
        return deployments[0]
    if not deployments:
        raise Refusal(
            "no_deployment",
            _("“%(name)s” has no deployment.") % {"name": endpoint.name},
            hint=_("Create one first."),
            status=404,
        )
    names = ", ".join(queries.deployments_of(endpoint).values_list("name", flat=True))
    raise Refusal(
        "deployment_missing", _("Say of which deployment."), hint=_("?deployment= one of %(names)s.") % {"names": names}
    )


def version_asked_for(user: Any, endpoint: Endpoint, values: dict[str, Any]) -> ModelVersion | None:
    """Takes `model` and `version` out of the values. None where neither is given."""
    model, wanted = values.pop("model", ""), values.pop("version", "")
    if not model:
        return version_by_id(user, wanted) if wanted else None
    if (abroad := model_offered(endpoint.project, model)) is not None:
        row, number = abroad
    else:
        name, _colon, number = model.removeprefix("azureml:").partition(":")
        row = _model(user, endpoint, name)
    wanted = wanted or number
    versions = versions_of(row)
    found = versions.filter(number=int(wanted)).first() if str(wanted).isdecimal() else None
    if not wanted or wanted == "latest":
        found = versions.first()
    if found is None:
        numbers = ", ".join(str(one) for one in versions.values_list("number", flat=True)[:10])
        hint = _("There are: %(numbers)s.") % {"numbers": numbers or _("none")}
        raise Refusal(
            "version_unknown",
            _("“%(name)s” has no version “%(wanted)s”.") % {"name": row.name, "wanted": wanted},
            hint=hint,
            status=404,
        )
    return found


def _model(user: Any, endpoint: Endpoint, name: str) -> RegisteredModel:
    models = visible_to(user).filter(project=endpoint.project)
    for model in models:
        if name in (model.name, str(model.pk)):
            return model
    hint = nearest(name, [model.name for model in models] + names_offered(endpoint.project, "models"))
    project = endpoint.project.name
    raise Refusal(
        "model_unknown",
        _("There is no model “%(name)s” in “%(project)s”.") % {"name": name, "project": project},
        hint=hint,
        status=404,
    )


def _with_code(endpoint: Endpoint, values: dict[str, Any]) -> dict[str, Any]:
    return {**values, "code": code_by_id(endpoint.project, values["code"])} if values.get("code") else values


def _fresh(endpoint: Endpoint) -> Endpoint:
    endpoint.refresh_from_db(fields=["traffic", "default"])
    return endpoint


def _secret(keys: Keys) -> Response:
    body = {"primary_key": keys.primary, "secondary_key": keys.secondary}
    return Response(body, headers={"Cache-Control": "no-store"})


def checked_fields(shape: type[serializers.Serializer[Any]], request: Request) -> dict[str, Any]:
    reader = shape(data=request.data)
    reader.is_valid(raise_exception=True)
    return dict(reader.validated_data)
