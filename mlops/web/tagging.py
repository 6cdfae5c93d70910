"""Tags of any kind of thing, by REST (`/api/v1/<noun>/<id>/tags/`) and from the editor on its page."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, path
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from mlops.batch.actions import tag_endpoint as tag_batch_endpoint
from mlops.components.actions import tag_component
from mlops.datasets import assets
from mlops.deployments.tagging import tag_endpoint
from mlops.environments.actions import tag_environment
from mlops.formats.refusal import Refusal
from mlops.registry.actions import tag_model
from mlops.runs import actions as runs
from mlops.runs import experiments
from mlops.tags.actions import check_tag
from mlops.tags.filters import tags_of
from mlops.web.finding import kind_named
from mlops.web.guard import signed_in

Given = Mapping[str, str | None]
Change = Callable[[Any, Any, Given], object]


def _run(actor: Any, run: Any, given: Given) -> None:
    if kept := _kept(given):
        runs.set_tags(actor, run, tags=kept)
    for key in given.keys() - kept.keys():
        runs.take_tag_off(actor, run, key=key)


def _experiment(actor: Any, experiment: Any, given: Given) -> None:
    if kept := _kept(given):
        experiments.tag_experiment(actor, experiment, tags=kept)
    for key in given.keys() - kept.keys():
        experiments.untag_experiment(actor, experiment, key=key)


def _dataset(actor: Any, dataset: Any, given: Given) -> None:
    kept = _kept(given)
    assets.set_tags(actor, dataset, tags=kept, removed=tuple(given.keys() - kept.keys()))


CHANGES: dict[str, Change] = {
    "runs": _run,
    "experiments": _experiment,
    "datasets": _dataset,
    "models": lambda actor, one, given: tag_model(actor, one, tags=given),
    "components": lambda actor, one, given: tag_component(actor, one, tags=given),
    "environments": lambda actor, one, given: tag_environment(actor, one, tags=given),
    "online-endpoints": lambda actor, one, given: tag_endpoint(actor, one, tags=given),
    "batch-endpoints": lambda actor, one, given: tag_batch_endpoint(actor, one, tags=given),
}


class Tags(APIView):
    @extend_schema(responses=dict)
    def get(self, request: Request, noun: str, thing_id: UUID) -> Response:
        return Response({"tags": tags_of(_thing(request.user, noun, thing_id))})

    @extend_schema(request=dict, responses=dict)
    def patch(self, request: Request, noun: str, thing_id: UUID) -> Response:
        """`{"Area": "Churn", "Old": null}`: sets the first and takes the second off; the others stay."""
        thing = _thing(request.user, noun, thing_id)
        change(request.user, noun, thing, _given(request.data))
        return Response({"tags": tags_of(thing)})


@signed_in
@require_POST
def edit(request: HttpRequest, noun: str, thing_id: UUID) -> HttpResponse:
    """From the editor: `key` and `value`, or `remove`; then back to `next`."""
    thing = _thing(request.user, noun, thing_id)
    removed = request.POST.get("remove", "")
    key, value = request.POST.get("key", "").strip(), request.POST.get("value", "").strip()
    if not removed and not value and "=" in key:
        key, _sign, value = key.partition("=")
    try:
        change(request.user, noun, thing, {removed: None} if removed else {key.strip(): value.strip()})
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        messages.error(request, f"{refusal.message} {refusal.hint}")
    following = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(following, allowed_hosts={request.get_host()})
    return redirect(following if is_ours else kind_named(noun).page(thing))


def change(actor: Any, noun: str, thing: Any, given: Given) -> None:
    """Raises Refusal `tag_invalid`."""
    for key, value in given.items():
        check_tag(key.strip(), (value or "").strip())
    CHANGES[noun](actor, thing, given)


def _thing(person: Any, noun: str, thing_id: UUID) -> Any:
    found = kind_named(noun).seen(person).filter(pk=thing_id).first()
    if found is None:
        raise Refusal("not_found", _("There is no such thing, or you may not see it."), status=404)
    return found


def _given(body: Any) -> dict[str, str | None]:
    """The tags, or an object with them as `tags`."""
    inner = body.get("tags", body) if isinstance(body, dict) and isinstance(body.get("tags"), dict) else body
    if not isinstance(inner, dict) or not all(isinstance(one, str | int | float | None) for one in inner.values()):
        raise Refusal(
            "tag_invalid", _("Tags are given as an object."), hint=_('Such as {"Area": "Churn", "Old": null}.')
        )
    return {str(key): None if value is None else str(value) for key, value in inner.items()}


def _kept(given: Given) -> dict[str, str]:
    return {key: value for key, value in given.items() if value is not None}


urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/<slug:noun>/<uuid:thing_id>/tags/", Tags.as_view()),
    path("tags/<slug:noun>/<uuid:thing_id>/", edit, name="tags-edit"),
]
