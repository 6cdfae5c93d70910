"""A client for a cluster that somebody set up, or for the one whose pod this process runs in."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.utils.translation import gettext as _

from mlops.access.sealing import unseal
from mlops.clusters import queries
from mlops.clusters.kubernetes import kubeconfig
from mlops.clusters.kubernetes.client import Client
from mlops.clusters.kubernetes.kubeconfig import Access
from mlops.clusters.models import Cluster
from mlops.formats.refusal import Refusal

REMEMBERED_SECONDS = 10.0
_unreachable: dict[str, tuple[float, Refusal]] = {}
"""By the cluster's id: until when (monotonic) it is not asked again, and what it said. Only spares waiting."""


def access_of(cluster: Cluster) -> Access:
    """Raises Refusal where the kubeconfig is of no use."""
    if cluster.kubeconfig:
        return kubeconfig.read(unseal(cluster.kubeconfig), context=cluster.context)
    if cluster.kubeconfig_file:
        path = Path(cluster.kubeconfig_file)
        try:
            text = path.read_text()
        except OSError as error:
            message = _("The kubeconfig %(path)s cannot be read: %(strerror)s.") % {
                "path": path,
                "strerror": error.strerror,
            }
            hint = _("An administrator changes it under “Clusters”.")
            raise Refusal("kubeconfig_unreadable", message, hint=hint) from None
        return kubeconfig.read(text, context=cluster.context, folder=path.parent)
    return kubeconfig.in_cluster(dict(os.environ))


@contextmanager
def client_of(name: str) -> Iterator[Client]:
    """Raises Refusal at once where the cluster could not be reached a moment ago."""
    cluster = queries.named(name)
    remembered = _unreachable.get(str(cluster.pk))
    if remembered is not None and time.monotonic() < remembered[0]:
        raise remembered[1]
    try:
        with Client(access_of(cluster)) as client:
            yield client
        _unreachable.pop(str(cluster.pk), None)
    except Refusal as refusal:
        if refusal.code == "cluster_unreachable":
            _unreachable[str(cluster.pk)] = (time.monotonic() + REMEMBERED_SECONDS, refusal)
        raise
