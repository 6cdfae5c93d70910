"""The designer's REST routes: parse, call the act, shape the answer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from designer import actions, guests, history, queries
from designer.graph.document import freeze, read
from designer.link_uses import link_uses
from designer.models import Draft
from designer.offers import offers
from designer.subgraphs import origin_of
from mlops.access.decisions import may, visible_projects
from mlops.access.models import Project
from mlops.access.reading import checked
from mlops.blocks.catalogue import components
from mlops.blocks.extras import install_command, is_installed
from mlops.components.wording import in_words
from mlops.datasets.palette import palette as datasets_palette
from mlops.execution.planning import plan
from mlops.formats.asked import Scope
from mlops.formats.component import Component
from mlops.formats.refusal import Refusal, nearest
from mlops.pipelines import published
from mlops.pipelines.shaping import version_line
from mlops.runs import queries as runs


class DraftFields(serializers.Serializer[Any]):
    project = serializers.SlugField()
    name = serializers.CharField(required=False, allow_blank=True, max_length=200)


class RenameFields(serializers.Serializer[Any]):
    name = serializers.CharField(required=False, max_length=200)
    description = serializers.CharField(required=False, allow_blank=True)


class SaveFields(serializers.Serializer[Any]):
    base_revision = serializers.IntegerField(min_value=1)
    document = serializers.JSONField()
    label = serializers.CharField(required=False, allow_blank=True, max_length=200, default="")  # type: ignore[assignment]


class RestoreFields(serializers.Serializer[Any]):
    revision = serializers.IntegerField(min_value=1)


class ScopeFields(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=["all", "to", "from", "only", "changed"], default="all")
    nodes = serializers.ListField(child=serializers.CharField(max_length=200), default=list)


class PlanFields(serializers.Serializer[Any]):
    scope = ScopeFields(required=False)
    parameters = serializers.DictField(required=False, default=dict)


class SubmitFields(PlanFields):
    experiment = serializers.CharField(max_length=120)
    description = serializers.CharField(required=False, allow_blank=True, default="")


class Palette(APIView):
    """Every component, and the datasets of one project."""

    @extend_schema(responses=dict)
    def get(self, request: Request) -> Response:
        project = project_named(request.user, request.query_params.get("project", ""))
        return Response(
            {
                "components": [_offer(each) for each in components()],
                "own": offers(project),
                "datasets": datasets_palette(project),
            },
        )


def _offer(component: Component) -> dict[str, Any]:
    """A component as the palette shows it, in words of the reader's language; `install` is the command that its missing
    optional part needs."""
    shown: dict[str, Any] = msgspec.to_builtins(in_words(component))
    return shown if is_installed(component.extra) else shown | {"install": install_command(component.extra)}


class PaletteLinks(APIView):
    """Which components this project links to which, and how often."""

    @extend_schema(responses=dict)
    def get(self, request: Request) -> Response:
        return Response({"results": link_uses(project_named(request.user, request.query_params.get("project", "")))})


class Drafts(APIView):
    @extend_schema(responses=dict)
    def get(self, request: Request) -> Response:
        found = guests.readable_by(request.user).defer("document")
        if slug := request.query_params.get("project"):
            found = found.filter(project=project_named(request.user, slug))
        if text := request.query_params.get("q"):
            found = found.filter(name__icontains=text)
        return Response({"results": [_brief(draft) for draft in found[:500]]})

    @extend_schema(request=DraftFields, responses={201: dict})
    def post(self, request: Request) -> Response:
        fields = checked(DraftFields, request)
        draft = actions.create_draft(
            request.user, project_named(request.user, fields["project"]), name=fields.get("name", "")
        )
        return Response(_whole(request, draft), status=201)


class OneDraft(APIView):
    @extend_schema(responses=dict)
    def get(self, request: Request, draft_id: UUID) -> Response:
        draft = guests.readable(request.user, draft_id)
        if guests.is_guest(request.user, draft):
            return Response({**_brief(draft), "description": draft.description})
        return Response(_whole(request, draft))

    @extend_schema(request=RenameFields, responses=dict)
    def patch(self, request: Request, draft_id: UUID) -> Response:
        draft = actions.describe(request.user, queries.draft(request.user, draft_id), **checked(RenameFields, request))
        return Response(_brief(draft))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, draft_id: UUID) -> Response:
        actions.delete_draft(request.user, queries.draft(request.user, draft_id))
        return Response(status=204)


class DraftDocument(APIView):
    @extend_schema(request=SaveFields, responses=dict)
    def put(self, request: Request, draft_id: UUID) -> Response:
        fields = checked(SaveFields, request)
        draft = actions.save_document(
            request.user,
            queries.draft(request.user, draft_id),
            base_revision=fields["base_revision"],
            document=read(fields["document"]),
            label=fields["label"],
        )
        return Response({"revision": draft.revision, "saved_at": draft.saved_at, **_examined(draft)})


class DraftRevisions(APIView):
    """Every revision of the log, the newest first; `before` pages to older ones."""

    @extend_schema(responses=dict)
    def get(self, request: Request, draft_id: UUID) -> Response:
        draft = queries.draft(request.user, draft_id)
        before = request.query_params.get("before", "")
        return Response({"results": history.revisions(draft, before=int(before) if before.isdecimal() else None)})


class DraftRestore(APIView):
    @extend_schema(request=RestoreFields, responses=dict)
    def post(self, request: Request, draft_id: UUID) -> Response:
        draft = queries.draft(request.user, draft_id)
        actions.restore(request.user, draft, revision=checked(RestoreFields, request)["revision"])
        return Response(_whole(request, draft))


class DraftClone(APIView):
    @extend_schema(request=None, responses={201: dict})
    def post(self, request: Request, draft_id: UUID) -> Response:
        return Response(_brief(actions.clone_draft(request.user, queries.draft(request.user, draft_id))), status=201)


class DraftPlan(APIView):
    """What a submit would do: which steps run, are reused or skipped and why, with time and memory from history."""

    @extend_schema(request=PlanFields, responses=dict)
    def post(self, request: Request, draft_id: UUID) -> Response:
        fields = checked(PlanFields, request)
        draft = queries.draft(request.user, draft_id)
        found = plan(
            draft.project,
            freeze(queries.document_of(draft)),
            scope=_scope(fields),
            parameters=fields["parameters"],
            last=draft.last_run,
        )
        return Response(msgspec.to_builtins(found))


class DraftSubmit(APIView):
    @extend_schema(request=SubmitFields, responses={201: dict})
    def post(self, request: Request, draft_id: UUID) -> Response:
        fields = checked(SubmitFields, request)
        draft = queries.draft(request.user, draft_id)
        run = actions.submit(request.user, draft, **{**fields, "scope": _scope(fields)})
        url = reverse("web:run", args=[run.pk])
        return Response({"id": str(run.pk), "number": run.number, "url": url}, status=201)


class PublishFields(serializers.Serializer[Any]):
    endpoint = serializers.CharField(max_length=120)
    description = serializers.CharField(required=False, allow_blank=True, default="")
    make_default = serializers.BooleanField(required=False, default=True)


class DraftPublish(APIView):
    """The drawing as it is saved becomes the next version behind a pipeline endpoint."""

    @extend_schema(request=PublishFields, responses={201: dict})
    def post(self, request: Request, draft_id: UUID) -> Response:
        draft = queries.draft(request.user, draft_id)
        return Response(
            version_line(actions.publish(request.user, draft, **checked(PublishFields, request))), status=201
        )


class PublishedClone(APIView):
    """A new draft of what was published."""

    @extend_schema(request=None, responses={201: dict})
    def post(self, request: Request, pipeline_id: UUID, number: int) -> Response:
        version = published.version(request.user, pipeline_id, number)
        return Response(_brief(actions.clone_published(request.user, version)), status=201)


class RunClone(APIView):
    @extend_schema(request=None, responses={201: dict})
    def post(self, request: Request, run_id: UUID) -> Response:
        return Response(_brief(actions.clone_run(request.user, runs.run(request.user, run_id))), status=201)


def _scope(fields: dict[str, Any]) -> Scope:
    given = fields.get("scope") or {}
    return Scope(kind=given.get("kind", "all"), nodes=tuple(given.get("nodes", ())))


def project_named(person: Any, slug: str) -> Project:
    known = visible_projects(person)
    project = known.filter(slug=slug).first()
    if project is None:
        raise Refusal(
            "project_not_found",
            _("There is no project “%(slug)s”, or you may not see it.") % {"slug": slug},
            hint=nearest(slug, known.values_list("slug", flat=True)),
            status=404,
        )
    return project


def _brief(draft: Draft) -> dict[str, Any]:
    return {
        "id": str(draft.pk),
        "name": draft.name,
        "project": {"slug": draft.project.slug, "name": draft.project.name},
        "revision": draft.revision,
        "saved_at": draft.saved_at,
        "is_sample": draft.is_sample,
        "url": reverse("designer:draft", args=[draft.pk]),
    }


def _whole(request: Request, draft: Draft) -> dict[str, Any]:
    last = draft.last_run
    return {
        **_brief(draft),
        "description": draft.description,
        "inside_of": _inside(draft),
        "document": draft.document,
        "can_edit": may(request.user, "pipelines.design", draft.project),
        "steps": msgspec.to_builtins(history.steps(draft, request.user)),
        "me": request.user.get_username(),
        "last_run": {"id": str(last.pk), "number": last.number, "state": last.state} if last else None,
        **_examined(draft),
    }


def _inside(draft: Draft) -> dict[str, str] | None:
    """The version of a component that is edited here."""
    origin = origin_of(draft)
    if origin is None:
        return None
    return {"id": str(origin.component_id), "name": origin.component.name, "version": origin.version}


def _examined(draft: Draft) -> dict[str, Any]:
    shapes, problems = queries.examine(draft.project, queries.document_of(draft))
    return {"shapes": msgspec.to_builtins(shapes), "problems": msgspec.to_builtins(problems)}
