"""Converting in a child process: claimed with a lease, taken over when its worker is gone."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import msgspec
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.blobs.models import Tree
from mlops.blobs.stores import store
from mlops.blobs.trees import fetch_tree, keep_folder, manifest_of
from mlops.events.chain import notify, record
from mlops.formats.model import ParityCertificate
from mlops.formats.refusal import Refusal
from mlops.formats.step import StepError
from mlops.packaging import finished, image_tasks, leases, package_tasks, profile_tasks
from mlops.packaging.child import Ended, run_module
from mlops.packaging.models import Conversion, ConversionKind, ConversionState
from mlops.packaging.scratch import scratch
from mlops.packaging.tables import fetch_table
from mlops.registry.models import ModelVersion
from mlops.work.calls import every, job, later

__all__ = ["convert", "image_tasks", "package_tasks", "profile_tasks", "read_onnx", "sweep"]

MOST_SECONDS = 600.0
READ_SECONDS = 60.0
NATIVE_HINT = "Deploy it with the entry “native”: the original model answers then."


@job("packaging.convert")
def convert(conversion_id: str) -> None:
    conversion = _claim(conversion_id)
    if conversion is None:
        return
    folder = Path(tempfile.mkdtemp(prefix=f"conversion-{conversion.pk}-", dir=scratch()))
    try:
        _convert(conversion, folder)
    except Refusal as refusal:
        _end(conversion, state=ConversionState.FAILED, reason=refusal.message, hint=refusal.hint)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@every(10, "packaging.sweep", if_any=leases.are_open(Conversion.objects))
def sweep() -> None:
    """Takes conversions back whose worker is gone, and wakes up those that nobody took."""
    rows = Conversion.objects.all()
    for conversion in leases.lost_for_good(rows):
        _end(
            conversion,
            state=ConversionState.FAILED,
            reason=_("Its worker was lost %(most_attempts)s times.") % {"most_attempts": leases.MOST_ATTEMPTS},
            hint=_("The worker's log may say why; often the machine ran out of memory."),
        )
    leases.give_back(rows)
    for pk in leases.forgotten(rows):
        later("packaging.convert", pk)
    _clear_left_behind()


def _clear_left_behind() -> None:
    """Folders of workers that were killed."""
    oldest = timezone.now().timestamp() - 2 * MOST_SECONDS
    for folder in scratch().iterdir():
        if folder.stat().st_mtime < oldest:
            shutil.rmtree(folder, ignore_errors=True)


def _claim(conversion_id: str) -> Conversion | None:
    if not leases.claim(
        Conversion.objects.all(), conversion_id, reason=_("Converting and comparing with the original.")
    ):
        return None
    conversion = Conversion.objects.select_related("version__model__project", "version__tree", "reference").get(
        pk=conversion_id
    )
    notify("model", str(conversion.version.model_id), project=conversion.version.model.project)
    return conversion


def _convert(conversion: Conversion, folder: Path) -> None:
    fetch_tree(conversion.version.tree_id, folder / "model")
    out = folder / "out"
    out.mkdir()
    arguments = ["--model", str(folder / "model"), "--out", str(out), "--tolerance", str(conversion.tolerance)]
    arguments += ["--kind", conversion.kind]
    if conversion.reference is not None:
        fetch_table(conversion.reference, folder / "rows.parquet")
        arguments += ["--rows", str(folder / "rows.parquet")]
    ended = run_module(
        "mlops.packaging.convert",
        arguments,
        folder=folder,
        seconds=MOST_SECONDS,
        beat=lambda: leases.renew(conversion),
        writes=[out],
    )
    _settle(conversion, out, ended)


def _settle(conversion: Conversion, out: Path, ended: Ended) -> None:
    error = out / "error.json"
    if error.is_file():
        told = msgspec.json.decode(error.read_bytes(), type=StepError)
        _end(conversion, state=ConversionState.REFUSED, reason=told.message, hint=told.hint)
        return
    if ended.status != 0:
        _end(
            conversion,
            state=ConversionState.FAILED,
            reason=_("The conversion ended: %(why)s.") % {"why": ended.why},
            hint=NATIVE_HINT,
        )
        return
    certificate = msgspec.json.decode((out / "certificate.json").read_bytes(), type=ParityCertificate)
    state = ConversionState.ACCEPTED if certificate.accepted else ConversionState.REFUSED
    hint = "" if certificate.accepted else _what_next(conversion)
    _end(conversion, state=state, reason=certificate.reason, hint=hint, tree=keep_folder(out), certificate=certificate)


def _what_next(conversion: Conversion) -> str:
    if conversion.kind != ConversionKind.ONNX:
        return "Serve the ONNX form as it is, or ask again with a larger tolerance."
    return f"{NATIVE_HINT} Or convert again with a larger tolerance."


def _end(
    conversion: Conversion,
    *,
    state: ConversionState,
    reason: str,
    hint: str = "",
    tree: Tree | None = None,
    certificate: ParityCertificate | None = None,
) -> None:
    told: dict[str, Any] = msgspec.to_builtins(certificate) if certificate else {}
    project = conversion.version.model.project
    with transaction.atomic():
        changed = Conversion.objects.filter(pk=conversion.pk, state=ConversionState.RUNNING).update(
            state=state,
            reason=reason,
            hint=hint,
            state_since=timezone.now(),
            lease_until=None,
            certificate=told or None,
            tree=tree,
        )
        if not changed:
            return
        record(
            None,
            f"mlops.model.conversion_{state.value}",
            subject=f"models/{conversion.version}",
            project=project,
            reason=reason,
            data={"tolerance": conversion.tolerance, "kind": conversion.kind, "speed_up": told.get("speed_up_single")},
            notice=("model", str(conversion.version.model_id)),
        )
        conversion.refresh_from_db()
        finished.tell(conversion)


@job("packaging.read_onnx")
def read_onnx(version_id: str) -> None:
    """The signature of an uploaded ONNX file. One that cannot be read stays a file among others, and says why."""
    version = ModelVersion.objects.select_related("model__project").filter(pk=version_id).first()
    if version is None or "onnx" in version.properties:
        return
    file = next((one for one in manifest_of(version.tree_id).files if one.path.endswith(".onnx")), None)
    if file is None:
        return
    folder = Path(tempfile.mkdtemp(prefix="onnx-", dir=scratch()))
    try:
        store().fetch(file.digest, str(folder / "model.onnx"))
        arguments = ["--file", str(folder / "model.onnx"), "--out", str(folder / "told.json")]
        ended = run_module("mlops.packaging.onnx_files", arguments, folder=folder, seconds=READ_SECONDS)
        told = folder / "told.json"
        found = msgspec.json.decode(told.read_bytes()) if told.is_file() else {"problem": ended.why}
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    values: dict[str, Any] = {"properties": {**version.properties, "onnx": {"file": file.path, **found}}}
    if version.signature is None:
        values["signature"] = values["properties"]["onnx"].pop("signature", None)
    with transaction.atomic():
        ModelVersion.objects.filter(pk=version.pk).update(**values)
        notify("model", str(version.model_id), project=version.model.project)
