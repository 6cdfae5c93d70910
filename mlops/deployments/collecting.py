"""What a deployment's servers are told of data collection. Its secrets are derived from the secret key and the
deployment's id: none is stored, and hashed values stay equal over all of its revisions."""

from __future__ import annotations

import base64
import hashlib
import hmac
from uuid import UUID

import msgspec
from django.conf import settings
from django.utils.translation import gettext as _

from mlops.deployments.models import Deployment
from mlops.formats.collection import Collecting, CollectionSettings
from mlops.formats.deployment import DeploymentSettings
from mlops.formats.model import Signature
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.registry.models import ModelVersion

IN_CONTAINER = "/var/spool/mlops/segments"
LEAST_SPOOL_BYTES = 1024 * 1024


def collecting_of(deployment: Deployment, *, folder: str) -> Collecting | None:
    """None where nothing is to be kept."""
    wanted = deployment.wanted.collection
    if not wanted.is_enabled:
        return None
    digest = hashlib.sha256(spool_key(deployment.pk).encode()).hexdigest()
    return Collecting(settings=wanted, folder=folder, secret=hash_secret(deployment.pk), key_digest=digest)


def hash_secret(pk: UUID) -> str:
    """What values of redacted columns are hashed with."""
    return _derived("hash", pk)


def spool_key(pk: UUID) -> str:
    """What its segments are fetched with over HTTP."""
    return _derived("key", pk)


def check_collection(version: ModelVersion, wanted: DeploymentSettings) -> None:
    """Raises Refusal `setting_invalid` where share, retention or size make no sense, and `column_unknown` where a
    column is to be hidden that the model does not have: a typing error would let it be kept."""
    given = wanted.collection
    if not 0 < given.share <= 1:
        message = _("A share of %(share)s of the requests cannot be kept.") % {"share": f"{given.share:g}"}
        raise _invalid("collection.share", message, _("Give more than 0 and at most 1 (100 %)."))
    if given.retention_days is not None and given.retention_days <= 0:
        message = _("What is collected cannot be kept for %(days)s days.") % {"days": f"{given.retention_days:g}"}
        raise _invalid("collection.retention_days", message, _("Give a number of days, or none: for ever."))
    if given.most_spool_bytes < LEAST_SPOOL_BYTES:
        message = _("A server cannot hold back as little as %(bytes)d bytes.") % {"bytes": given.most_spool_bytes}
        raise _invalid("collection.most_spool_bytes", message, _("Give at least 1 MB."))
    if given.is_enabled:
        _check_columns(version, given)


def columns_of(version: ModelVersion) -> list[str]:
    """What the model takes and gives, by its signature; nothing where nobody knows."""
    if version.signature is None:
        return []
    signature = msgspec.convert(version.signature, Signature)
    return list(dict.fromkeys(field.name for field in (*signature.inputs, *signature.outputs)))


def _check_columns(version: ModelVersion, given: CollectionSettings) -> None:
    """Models without a signature and scripts may have any column."""
    known = columns_of(version)
    for name in given.redact if known else ():
        if name not in known and name.rpartition(".")[0] not in known and nearest(name, known):
            message = _("%(model)s has no column “%(name)s”.") % {"model": version, "name": name}
            raise Refusal(
                "column_unknown", message, hint=nearest(name, known), where=Where(parameter="collection.redact")
            )


def _invalid(name: str, message: str, hint: str) -> Refusal:
    return Refusal("setting_invalid", message, hint=hint, where=Where(parameter=name))


def _derived(purpose: str, pk: UUID) -> str:
    text = f"mlops.collection-{purpose}:{pk}".encode()
    digest = hmac.new(settings.SECRET_KEY.encode(), text, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
