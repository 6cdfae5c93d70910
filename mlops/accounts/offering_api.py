"""REST: things that a project offers to others, and what others offer to a project."""

from __future__ import annotations

import uuid
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.access.decisions import project_named
from mlops.access.models import Offer
from mlops.access.reading import checked
from mlops.accounts import offering, sharing


class OfferView(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    to = serializers.CharField(help_text="A project; empty: every project of the server.")
    created_at = serializers.DateTimeField()
    created_by = serializers.CharField()


class NewOffer(serializers.Serializer[Any]):
    to = serializers.SlugField(required=False, allow_blank=True, default="", help_text="Empty: every project.")
    reason = serializers.CharField(required=False, allow_blank=True, default="")


class OfferedView(serializers.Serializer[Any]):
    kind = serializers.CharField()
    name = serializers.CharField()
    owner = serializers.CharField(help_text="The project that offers it.")
    reference = serializers.CharField(help_text="As files and commands name it here.")
    since = serializers.DateTimeField()


class OffersView(APIView):
    """`noun`: models, data, components or environments; `thing_id`: its id."""

    @extend_schema(responses=OfferView(many=True))
    def get(self, request: Request, noun: str, thing_id: uuid.UUID) -> Response:
        thing = sharing.shared_thing(request.user, noun, thing_id)
        return Response({"results": [_shape(one) for one in offering.offers_of(thing)]})

    @extend_schema(request=NewOffer, responses={201: OfferView})
    def post(self, request: Request, noun: str, thing_id: uuid.UUID) -> Response:
        thing = sharing.shared_thing(request.user, noun, thing_id)
        values = checked(NewOffer, request)
        to = project_named(request.user, values["to"]) if values["to"] else None
        made = offering.offer(request.user, thing, to=to, reason=values["reason"])
        return Response(_shape(made), status=status.HTTP_201_CREATED)


class OneOfferView(APIView):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, offer_id: uuid.UUID) -> Response:
        """What uses it already goes on; nothing new may. `?reason=` is kept with it."""
        reason = str(request.query_params.get("reason", ""))
        offering.withdraw(request.user, offering.offer_by_id(request.user, offer_id), reason=reason)
        return Response(status=status.HTTP_204_NO_CONTENT)


class OfferedHere(APIView):
    @extend_schema(
        parameters=[OpenApiParameter("project", str, required=True, description="To which they are offered.")],
        responses=OfferedView(many=True),
    )
    def get(self, request: Request) -> Response:
        """Models, data, components and environments that other projects offer to this one."""
        project = project_named(request.user, request.query_params.get("project", ""))
        rows = [
            {
                "kind": kind.noun,
                "name": thing.name,
                "owner": thing.project.slug,
                "reference": offering.reference_to(kind.noun, thing),
                "since": offer.created_at,
            }
            for offer, kind, thing in offering.offered_to(project)
        ]
        return Response({"results": rows})


def _shape(offer: Offer) -> dict[str, Any]:
    return {
        "id": offer.pk,
        "to": offer.to.slug if offer.to else "",
        "created_at": offer.created_at,
        "created_by": offer.created_by.get_username() if offer.created_by else "",
    }
