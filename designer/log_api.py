"""The REST routes of a draft's log: operations, a person's steps, history, named versions."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from designer import actions, history, oplog, queries
from designer.errors import revision_not_found
from designer.graph.wellformed import invalid, read_changes
from designer.models import Draft, Version
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _

MOST_SENT = 500


class VersionFields(serializers.Serializer[Any]):
    name = serializers.CharField(max_length=120)
    description = serializers.CharField(required=False, allow_blank=True, default="")
    revision = serializers.IntegerField(required=False, min_value=1, allow_null=True, default=None)


class DraftOperations(APIView):
    """The log itself: what came after a revision, and new entries."""

    @extend_schema(responses=dict)
    def get(self, request: Request, draft_id: UUID) -> Response:
        draft = queries.draft_line(request.user, draft_id)
        return Response(_news(draft, _number(request.query_params.get("after"), "after") or 0))

    @extend_schema(request=dict, responses=dict)
    def post(self, request: Request, draft_id: UUID) -> Response:
        """Takes each operation once, however often it is sent; answers with all that came after `after`."""
        draft = queries.draft_line(request.user, draft_id)
        body = request.data if isinstance(request.data, dict) else {}
        sent = read_operations(body.get("operations"))
        oplog.append(request.user, draft, sent)
        news = _news(draft, _number(body.get("after"), "after"))
        return Response({"accepted": [str(each.id) for each in sent], **news})


class DraftExamined(APIView):
    """The shapes at the ports and the problems, of the drawing as it is now."""

    @extend_schema(responses=dict)
    def get(self, request: Request, draft_id: UUID) -> Response:
        draft = queries.draft(request.user, draft_id)
        shapes, problems = queries.examine(draft.project, queries.document_of(draft))
        return Response(
            {
                "revision": draft.revision,
                "shapes": msgspec.to_builtins(shapes),
                "problems": msgspec.to_builtins(problems),
            }
        )


class DraftSteps(APIView):
    """What the person who asks can undo and redo here."""

    @extend_schema(responses=dict)
    def get(self, request: Request, draft_id: UUID) -> Response:
        draft = queries.draft_line(request.user, draft_id)
        before = _number(request.query_params.get("before"), "before")
        return Response(msgspec.to_builtins(history.steps(draft, request.user, before=before)))


class DraftHistory(APIView):
    @extend_schema(responses=dict)
    def get(self, request: Request, draft_id: UUID) -> Response:
        draft = queries.draft_line(request.user, draft_id)
        found, older = history.sittings(draft, before=_number(request.query_params.get("before"), "before"))
        return Response({"results": msgspec.to_builtins(found), "older": older, "revision": draft.revision})


class DraftRevision(APIView):
    """The drawing as it was at one revision."""

    @extend_schema(responses=dict)
    def get(self, request: Request, draft_id: UUID, number: int) -> Response:
        draft = queries.draft(request.user, draft_id)
        document = oplog.document_at(draft, number)
        if document is None:
            raise revision_not_found(draft, number)
        return Response({"number": number, "document": document})


class DraftVersions(APIView):
    @extend_schema(responses=dict)
    def get(self, request: Request, draft_id: UUID) -> Response:
        rows = Version.objects.filter(draft=queries.draft_line(request.user, draft_id)).select_related("by")
        return Response({"results": [_version(row) for row in rows]})

    @extend_schema(request=VersionFields, responses={201: dict})
    def post(self, request: Request, draft_id: UUID) -> Response:
        fields = VersionFields(data=request.data)
        fields.is_valid(raise_exception=True)
        draft = queries.draft_line(request.user, draft_id)
        return Response(_version(actions.name_version(request.user, draft, **fields.validated_data)), status=201)


def read_operations(raw: Any) -> tuple[oplog.Sent, ...]:
    """Raises Refusal `operation_invalid`; its `where.value` is the id of the operation, where it has one."""
    if not isinstance(raw, list):
        raise invalid(_("It takes a list of operations."))
    if len(raw) > MOST_SENT:
        raise invalid(
            _("At most %(most_sent)s operations are taken at once.") % {"most_sent": MOST_SENT},
            hint=_("Send them in several requests."),
        )
    return tuple(_operation(each) for each in raw)


def _operation(raw: Any) -> oplog.Sent:
    try:
        given = dict(raw) if isinstance(raw, dict) else {}
        changes = read_changes(given.pop("changes", []))
        return msgspec.structs.replace(msgspec.convert(given, type=oplog.Sent), changes=changes)
    except msgspec.ValidationError as error:
        raise _naming(invalid(str(error)), raw) from error
    except Refusal as refusal:
        raise _naming(refusal, raw) from refusal


def _naming(refusal: Refusal, raw: Any) -> Refusal:
    name = str(raw.get("id", ""))[:100] if isinstance(raw, dict) else ""
    refusal.where = msgspec.structs.replace(refusal.where, value=name or None)
    return refusal


def _news(draft: Draft, after: int | None) -> dict[str, Any]:
    found = None if after is None else history.since(draft, after)
    last = draft.last_run if draft.last_run is None or draft.last_run.deleted_at is None else None
    answer: dict[str, Any] = {
        "revision": draft.revision,
        "saved_at": draft.saved_at,
        "operations": found or [],
        "name": draft.name,
        "last_run": {"id": str(last.pk), "number": last.number, "state": last.state} if last else None,
    }
    return answer if found is not None else {**answer, "document": draft.document}


def _number(text: Any, name: str) -> int | None:
    if text in (None, ""):
        return None
    try:
        return max(0, int(text))
    except (TypeError, ValueError) as error:
        raise Refusal(
            "number_invalid",
            _("“%(name)s” takes a whole number, not “%(text)s”.") % {"name": name, "text": str(text)[:50]},
        ) from error


def _version(row: Version) -> dict[str, Any]:
    return {
        "id": row.pk,
        "number": row.number,
        "name": row.name,
        "description": row.description,
        "at": row.at,
        "by": row.by.get_username() if row.by else "",
    }
