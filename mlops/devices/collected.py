"""Segments that devices hand over: put where those of servers on this machine lie, and taken from there like them."""

from __future__ import annotations

import os
import tempfile

from django.utils.translation import gettext as _

from mlops.deployments.spools import spool_folder
from mlops.devices.models import Device
from mlops.formats.refusal import Refusal
from mlops.formats.spool import SEALED, SEGMENT_NAME, read_segment
from mlops.scoring.spool.folder import used_bytes

MOST_BYTES = 18 * 1024 * 1024
"""Of one segment: less than Django takes as a body."""
MOST_WAITING_BYTES = 2 * 1024**3
"""Of all that waits for one deployment."""


def take_segment(device: Device, name: str, content: bytes) -> None:
    """On the disk for good when this returns; sent twice it is one. Raises Refusal `segment_invalid`,
    `segment_too_large` or `spool_full`."""
    if not SEGMENT_NAME.fullmatch(name):
        raise Refusal(
            "segment_invalid",
            _("“%(name)s” is no name of a segment.") % {"name": name},
            hint=_("Send it under its own name."),
        )
    if len(content) > MOST_BYTES:
        message = _("The segment has %(count)s bytes; %(most_bytes)s are taken.") % {
            "count": f"{len(content):,}",
            "most_bytes": f"{MOST_BYTES:,}",
        }
        raise Refusal("segment_too_large", message, status=413)
    _check(content)
    folder = spool_folder(device.deployment_id)
    folder.mkdir(parents=True, exist_ok=True)
    if used_bytes(folder)[0] > MOST_WAITING_BYTES:
        message = _("%(most_waiting_bytes)s bytes of this deployment wait already to be taken.") % {
            "most_waiting_bytes": f"{MOST_WAITING_BYTES:,}"
        }
        raise Refusal("spool_full", message, hint=_("It is sent again later; the worker may be stopped."), status=503)
    handle, draft = tempfile.mkstemp(dir=folder, prefix=".from-device-")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, folder / f"{name}{SEALED}")


def _check(content: bytes) -> None:
    try:
        found = read_segment(content)
    except ValueError as error:
        raise Refusal("segment_invalid", _("The segment cannot be read: %(error)s") % {"error": error}) from None
    if found.torn_bytes or not found.records:
        raise Refusal("segment_invalid", _("The segment did not arrive whole."), hint=_("Send it again."))
