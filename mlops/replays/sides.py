"""The two sides of a replay as somebody names them: a deployment of the endpoint, or a version of a model."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from mlops.deployments.entries import possibilities_in
from mlops.deployments.models import Deployment, Endpoint
from mlops.deployments.queries import deployments_of
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.registry.models import ModelVersion
from mlops.registry.queries import versions_named


def named(actor: Any, endpoint: Endpoint, text: str, *, parameter: str) -> Deployment | ModelVersion:
    """`blue` is a deployment, `prices:3` a version of a model of the endpoint's project, `team/prices:3` of one that
    the project `team` offers to it.

    Raises Refusal `side_unknown`, or `side_not_serving` of a deployment without a server."""
    text = text.strip().removeprefix("azureml:")
    name, colon, number = text.partition(":")
    if not colon:
        return _deployment(endpoint, text, parameter=parameter)
    versions = versions_named(actor, endpoint.project, name)
    found = versions.filter(number=int(number)).first() if number.isdecimal() else None
    if found is None:
        known = [f"{name}:{one}" for one in versions.order_by("-number").values_list("number", flat=True)[:10]]
        hint = _("There are: %(known)s.") % {"known": ", ".join(known)} if known else _("Name it as `model:number`.")
        message = _("There is no model version “%(text)s” in this project.") % {"text": text}
        raise Refusal("side_unknown", message, hint=hint, where=Where(parameter=parameter, value=text))
    ways = [one for one in possibilities_in(endpoint.project, found) if one.entry != "script"]
    if all(one.problem for one in ways):
        hint = _("Deploy it without traffic, and name the deployment.")
        raise Refusal("side_not_servable", ways[-1].problem, hint=hint, where=Where(parameter=parameter, value=text))
    return found


def label(side: Deployment | ModelVersion) -> str:
    return f"{side.name} ({side.version})" if isinstance(side, Deployment) else str(side)


def _deployment(endpoint: Endpoint, name: str, *, parameter: str) -> Deployment:
    found = {one.name: one for one in deployments_of(endpoint)}
    where = Where(parameter=parameter, value=name)
    if name not in found:
        usual = _("Name a deployment, or a version such as `%(model)s:2`.") % {"model": endpoint.name}
        message = _("“%(endpoint)s” has no deployment “%(name)s”.") % {"endpoint": endpoint.name, "name": name}
        raise Refusal("side_unknown", message, hint=nearest(name, found) or usual, where=where)
    if not found[name].ready_urls:
        message = _("“%(name)s” has no server that could be asked.") % {"name": name}
        hint = _("Wait until it is healthy, or name its version: %(version)s.") % {"version": found[name].version}
        raise Refusal("side_not_serving", message, hint=hint, status=409, where=where)
    return found[name]
