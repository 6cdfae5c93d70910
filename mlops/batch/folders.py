"""Where a child process finds what it loads: order, model, ONNX form and code, laid out for one seat of one job."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec
from django.conf import settings
from django.utils.translation import gettext as _

from mlops.batch.models import BatchJob
from mlops.batch.settings import settings_of
from mlops.blobs.stores import store
from mlops.blobs.trees import fetch_tree
from mlops.formats.batch import ORDER_FILE, InputFile, ScoringOrder
from mlops.formats.model import ONNX_FILE, Signature
from mlops.formats.refusal import Refusal
from mlops.registry.reading import describe


def root() -> Path:
    folder = Path(settings.DATA_DIR) / "batch"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def new_folder(job: BatchJob, part: str) -> Path:
    """An empty folder of this part of the job; what a killed worker left there is removed."""
    folder = root() / f"{job.pk}-{part}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder


def lay_out(job: BatchJob, folder: Path) -> None:
    """Raises Refusal where the model or its ONNX form is gone."""
    version = job.version
    if version is None:
        raise Refusal("model_gone", _("%(model)s was deleted.") % {"model": job.of}, hint=_("Call another deployment."))
    fetch_tree(version.tree_id, folder / "model")
    if job.entry == "onnx":
        tree = job.conversion.tree_id if job.conversion else None
        if tree is None:
            raise Refusal("conversion_gone", _("Its conversion to ONNX is gone."), hint=_("Deploy the model again."))
        fetch_tree(tree, folder / "onnx")
        if not (folder / "onnx" / ONNX_FILE).is_file():
            raise Refusal("conversion_gone", _("The conversion has no ONNX file."), hint=_("Convert the model again."))
    if job.code_id:
        fetch_tree(job.code_id, folder / "code")
    (folder / ORDER_FILE).write_bytes(msgspec.json.encode(order_of(job)))


def order_of(job: BatchJob) -> ScoringOrder:
    assert job.version is not None
    manifest = describe(job.version.tree_id).manifest
    chosen = settings_of(job)
    signature = job.version.signature
    return ScoringOrder(
        entry=job.entry,  # type: ignore[arg-type]
        input_kind=job.input_kind,  # type: ignore[arg-type]
        signature=msgspec.convert(signature, Signature) if signature and job.entry != "script" else None,
        task=job.version.task,
        classes=manifest.classes if manifest else (),
        script=job.script,
        logging_level=chosen.logging_level,
        keeps_rows=chosen.output_action != "summary_only",
    )


def fetched(file: InputFile, folder: Path, *, place: int) -> Path:
    """The input's file under its own name, because scripts look at endings; a link where that is possible."""
    path = folder / "inputs" / str(place) / Path(file.name).name
    if not path.exists():
        store().fetch(file.digest, str(path))
    return path
