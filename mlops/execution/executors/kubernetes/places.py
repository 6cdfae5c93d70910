"""Where the pods of steps run: a cluster, a namespace, and the claim on which the folders of steps lie."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from mlops.clusters import queries
from mlops.clusters.kubernetes import kubeconfig
from mlops.clusters.kubernetes.kubeconfig import Access
from mlops.clusters.kubernetes.reaching import access_of
from mlops.formats.refusal import Refusal

GUIDE = "docs/guides/steps-on-kubernetes.md"


@dataclass(frozen=True, kw_only=True)
class Place:
    access: Access
    namespace: str
    claim: str
    folder: Path
    """What the top of the claim is on this machine."""
    server: str
    """Which server the objects are of, where several share a namespace."""


def is_on() -> bool:
    return bool(settings.STEP_CONTAINERS == "kubernetes")


def place() -> Place:
    """Raises Refusal `steps_claim_missing`, and those of the cluster's credentials."""
    if not settings.STEP_CLAIM:
        raise Refusal(
            "steps_claim_missing",
            _("MLOPS_STEP_CONTAINERS is kubernetes, but MLOPS_STEP_CLAIM names no claim."),
            hint=_("Name the PersistentVolumeClaim (ReadWriteMany) that the data directory is on: %(guide)s.")
            % {"guide": GUIDE},
            status=409,
        )
    cluster = queries.named(settings.STEP_CLUSTER) if settings.STEP_CLUSTER else None
    access = access_of(cluster) if cluster else kubeconfig.in_cluster(dict(os.environ))
    usual = cluster.namespace if cluster else ""
    return Place(
        access=access,
        namespace=settings.STEP_NAMESPACE or usual or access.namespace,
        claim=settings.STEP_CLAIM,
        folder=Path(settings.STEP_CLAIM_FOLDER or settings.DATA_DIR).resolve(),
        server=server_mark(),
    )


def server_mark() -> str:
    """The data directory is the same path in all pods, the secret key is not the same of any two servers."""
    return salted_hmac("mlops.steps", str(settings.DATA_DIR), algorithm="sha256").hexdigest()[:16]
