"""Reading clusters. What they are named is no secret to people who are signed in; their credentials are."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.utils.translation import gettext as _

from mlops.clusters.models import Cluster
from mlops.formats.refusal import Refusal, Where, nearest

Users = Callable[[Cluster], list[str]]
USERS: list[Users] = []
"""Higher packages say what stands on a cluster."""


def named(name: str) -> Cluster:
    """Empty: the only one. Raises Refusal `no_cluster` or `cluster_unknown`."""
    names = list(Cluster.objects.values_list("name", flat=True))
    where = Where(parameter="target_options.cluster", value=name)
    if not names:
        hint = _("An administrator adds one under “Clusters”, or with `mlops cluster create`.")
        raise Refusal("no_cluster", _("No Kubernetes cluster is set up."), hint=hint, where=where)
    if not name and len(names) == 1:
        return Cluster.objects.get()
    if name not in names:
        listed = _("There are: %(names)s.") % {"names": ", ".join(names)}
        message = _("There is no cluster “%(name)s”.") % {"name": name} if name else _("Say on which cluster.")
        raise Refusal("cluster_unknown", message, hint=nearest(name, names) or listed, where=where)
    return Cluster.objects.get(name=name)


def by_id(cluster_id: uuid.UUID) -> Cluster:
    found = Cluster.objects.filter(pk=cluster_id).first()
    if found is None:
        raise Refusal("not_found", _("There is no such cluster."), status=404)
    return found


def users_of(cluster: Cluster) -> list[str]:
    return [user for users in USERS for user in users(cluster)]
