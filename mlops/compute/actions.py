"""What administrators do with workers and pools."""

from __future__ import annotations

import re
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require_administrator
from mlops.compute.models import Pool
from mlops.events.chain import notify, record
from mlops.events.facts import Change, gone, sides, stored
from mlops.formats.labels import read_labels
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.work.models import Standing, Worker

NAME = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,58}[A-Za-z0-9])?")
FIELDS = ("description", "labels", "least", "most")


def drain(actor: Any, worker: Worker, *, reason: str = "") -> None:
    """It ends what it runs and takes nothing new. Raises Refusal `worker_ended`."""
    _move(actor, worker, Standing.DRAINING, "mlops.worker.drained", reason)


def resume(actor: Any, worker: Worker, *, reason: str = "") -> None:
    """It takes steps again. Raises Refusal `worker_ended`."""
    _move(actor, worker, Standing.ACTIVE, "mlops.worker.resumed", reason)


def remove(actor: Any, worker: Worker, *, reason: str = "") -> None:
    """It is told to stop; what it runs goes back into the queue. Raises Refusal `worker_ended`."""
    _move(actor, worker, Standing.REMOVED, "mlops.worker.removed", reason)


def create_pool(actor: Any, *, name: str, **given: Any) -> Pool:
    """`labels` as a mapping, or as `gpu,zone=a`. Raises Refusal `pool_invalid`, `name_taken`, `label_invalid`."""
    _require(actor)
    if not NAME.fullmatch(name):
        hint = _("Letters, digits, “.”, “_” and “-”; at most 60.")
        raise _refused("name", _("A pool cannot be named so."), hint)
    pool = Pool(name=name, created_by=actor)
    _fill(pool, given)
    with transaction.atomic():
        if Pool.objects.filter(name=name).exists():
            message = _("There is already a pool “%(name)s”.") % {"name": name}
            raise _refused("name", message, _("Choose another name."), code="name_taken", status=409)
        pool.save()
        record(actor, "mlops.pool.created", subject=f"pools/{name}", data={"labels": pool.labels})
    return pool


def update_pool(actor: Any, pool: Pool, **given: Any) -> Pool:
    """Only the given fields change. Raises as `create_pool` does."""
    _require(actor)
    with transaction.atomic():
        pool = Pool.objects.select_for_update(no_key=True).get(pk=pool.pk)
        was = stored(pool)
        _fill(pool, given)
        pool.save()
        data = {"labels": pool.labels}
        record(actor, "mlops.pool.updated", subject=f"pools/{pool.name}", data=data, **sides((was, stored(pool))))
    return pool


def delete_pool(actor: Any, pool: Pool) -> None:
    """Its workers stay; what asks for it may run anywhere from now on."""
    _require(actor)
    with transaction.atomic():
        data = {"labels": pool.labels}
        record(actor, "mlops.pool.deleted", subject=f"pools/{pool.name}", data=data, **sides(gone(pool)))
        pool.delete()


def _move(actor: Any, worker: Worker, to: Standing, type: str, reason: str) -> None:
    _require(actor)
    told = reason or _("%(who)s asked for it.") % {"who": actor.get_username()}
    with transaction.atomic():
        going = Worker.objects.filter(pk=worker.pk, ended_at=None).exclude(state=Standing.REMOVED)
        before = worker.state
        if not going.update(state=to, state_reason=told[:500], state_since=timezone.now()):
            raise Refusal(
                "worker_ended",
                _("The worker “%(name)s” has ended or was removed.") % {"name": worker.name},
                hint=_("Start it again on its machine: it then registers by itself."),
                status=409,
            )
        data = {"worker": worker.name, "host": worker.host, "was": before, "to": str(to)}
        change: Change = ({"state": before}, {"state": str(to)})
        record(actor, type, subject=f"workers/{worker.name}", data=data, reason=reason, **sides(change))
        notify("worker", worker.name, project=None)
    worker.refresh_from_db()


def _fill(pool: Pool, given: dict[str, Any]) -> None:
    for name, value in given.items():
        if name not in FIELDS:
            hint = nearest(name, FIELDS) or _("There are: %(names)s.") % {"names": ", ".join(FIELDS)}
            raise _refused(name, _("A pool has no setting “%(name)s”.") % {"name": name[:60]}, hint)
        setattr(pool, name, read_labels(value) if name == "labels" and isinstance(value, str) else value)
    if pool.most is not None and pool.most < pool.least:
        message = _("A pool cannot have fewer workers at most than at least.")
        raise _refused("most", message, _("Raise the one, or lower the other."))


def _require(actor: Any) -> None:
    hint = _("Ask an administrator of this server.")
    require_administrator(actor, _("Only an administrator may change workers and pools."), hint)


def _refused(name: str, message: str, hint: str, *, code: str = "pool_invalid", status: int = 400) -> Refusal:
    return Refusal(code, message, hint=hint, status=status, where=Where(parameter=name))
