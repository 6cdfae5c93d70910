"""Setting clusters up: for administrators alone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from mlops.access.decisions import require_administrator
from mlops.access.sealing import seal
from mlops.clusters.models import Cluster, Exposure
from mlops.clusters.queries import users_of
from mlops.events.chain import record
from mlops.events.facts import Change, gone, sides, stored
from mlops.formats.refusal import Refusal, Where, nearest

NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,58}[A-Za-z0-9])?")
LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
GATEWAY = re.compile(r"([a-z0-9-]{1,63}/)?[a-z0-9.-]{1,253}")
REGISTRY = re.compile(r"[A-Za-z0-9.-]+(:[0-9]{1,5})?(/[a-z0-9]+([._-]+[a-z0-9]+)*)*")
HOST = re.compile(r"[A-Za-z0-9.:\[\]*-]*")
SECRET = ("kubeconfig", "registry_password")
FIELDS = (
    "name", "kubeconfig", "kubeconfig_file", "context", "namespace", "expose", "node_address", "gateway",
    "gateway_host", "gateway_open", "registry", "registry_user", "registry_password",
)  # fmt: skip


def create_cluster(actor: Any, **given: Any) -> Cluster:
    """Fields as in FIELDS; `kubeconfig` and `registry_password` in the clear: they are sealed here."""
    _require_administrator(actor)
    cluster = Cluster(created_by=actor)
    _fill(cluster, given)
    with transaction.atomic():
        if Cluster.objects.filter(name=cluster.name).exists():
            message = _("There is already a cluster “%(name)s”.") % {"name": cluster.name}
            raise _refused("name", message, _("Choose another name."), code="name_taken", status=409)
        cluster.save()
        _record(actor, cluster, "mlops.cluster.created", sorted(given))
    return cluster


def update_cluster(actor: Any, cluster: Cluster, **given: Any) -> Cluster:
    """Only the given fields change; an empty secret leaves the stored one."""
    _require_administrator(actor)
    changed = {name: value for name, value in given.items() if not (name in SECRET and not value)}
    if changed.get("name", cluster.name) != cluster.name:
        raise _refused("name", _("The name of a cluster is fixed: deployments name it."), _("Add another cluster."))
    with transaction.atomic():
        cluster = Cluster.objects.select_for_update(no_key=True).get(pk=cluster.pk)
        was = stored(cluster)
        _fill(cluster, changed)
        cluster.save()
        _record(actor, cluster, "mlops.cluster.updated", sorted(changed), (was, stored(cluster)))
    return cluster


def delete_cluster(actor: Any, cluster: Cluster) -> None:
    _require_administrator(actor)
    users = users_of(cluster)
    if users:
        raise Refusal(
            "cluster_in_use",
            _("“%(name)s” is used by %(users)s.") % {"name": cluster.name, "users": ", ".join(users[:5])},
            hint=_("Delete these deployments first."),
            status=409,
        )
    with transaction.atomic():
        _record(actor, cluster, "mlops.cluster.deleted", [], gone(cluster))
        cluster.delete()


def _fill(cluster: Cluster, given: dict[str, Any]) -> None:
    for name, value in given.items():
        if name not in FIELDS:
            hint = nearest(name, FIELDS) or _("There are: %(names)s.") % {"names": ", ".join(FIELDS)}
            raise _refused(name, _("A cluster has no setting “%(name)s”.") % {"name": name}, hint)
        text = value.strip() if isinstance(value, str) else value
        setattr(cluster, name, seal(text) if name in SECRET else text)
    _check(cluster)
    given_config = given.get("kubeconfig") or ""
    if given_config and cluster.kubeconfig_file:
        raise _refused("kubeconfig", _("Give a kubeconfig or the name of a file, not both."), _("Leave one out."))


def _check(cluster: Cluster) -> None:
    if not NAME.fullmatch(cluster.name):
        hint = _("Letters, digits, “.”, “_” and “-”; at most 60.")
        raise _refused("name", _("A cluster cannot be named so."), hint)
    if cluster.namespace and not LABEL.fullmatch(cluster.namespace):
        hint = _("Lower-case letters, digits and “-”; at most 63.")
        message = _("“%(name)s” cannot be a namespace.") % {"name": cluster.namespace}
        raise _refused("namespace", message, hint)
    if cluster.expose not in Exposure.values:
        raise _refused("expose", _("There is no such way to reach it."), ", ".join(Exposure.values))
    if cluster.expose == Exposure.NODE_PORT and not cluster.node_address:
        hint = _("Such as 10.0.0.7, or the name of a balancer before the nodes.")
        raise _refused("node_address", _("Say at which address the nodes are reached."), hint)
    for name, pattern, example in (
        ("gateway", GATEWAY, "infra/public"),
        ("registry", REGISTRY, "registry.example.org:5000/models"),
        ("gateway_host", HOST, "models.example.org"),
        ("node_address", HOST, "10.0.0.7"),
    ):
        value = getattr(cluster, name)
        if value and not pattern.fullmatch(value):
            message = _("“%(value)s” cannot be understood.") % {"value": value}
            raise _refused(name, message, _("Such as %(example)s.") % {"example": example})
    if cluster.gateway and not cluster.gateway_open:
        message = _("A Gateway does not ask callers for the endpoint's key.")
        hint = _("Say that this is meant (gateway_open), or leave the Gateway out: then our router splits the traffic.")
        raise _refused("gateway_open", message, hint, code="gateway_asks_no_key")
    if cluster.kubeconfig_file and not Path(cluster.kubeconfig_file).is_file():
        message = _("The server has no file “%(path)s”.") % {"path": cluster.kubeconfig_file}
        raise _refused("kubeconfig_file", message, _("Give the full path of a file that the server can read."))


def _require_administrator(actor: Any) -> None:
    hint = _("Ask an administrator of this server.")
    require_administrator(actor, _("Only an administrator may set clusters up."), hint)


def _record(actor: Any, cluster: Cluster, type: str, fields: list[str], change: Change | None = None) -> None:
    record(actor, type, subject=f"clusters/{cluster.name}", data={"fields": fields}, **sides(change))


def _refused(name: str, message: str, hint: str, *, code: str = "cluster_invalid", status: int = 400) -> Refusal:
    return Refusal(code, message, hint=hint, status=status, where=Where(parameter=name))
