"""Where a child process finds what it loads: order, model, ONNX form and code, laid out for one seat of one job."""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec
from django.conf import settings
from django.utils.translation import gettext as _

from mlops.batch.models import BatchJob
from mlops.batch.python import python_of
from mlops.batch.settings import settings_of
from mlops.blobs.stores import store
from mlops.blobs.trees import fetch_tree
from mlops.formats.batch import ORDER_FILE, InputFile, ScoringOrder
from mlops.formats.model import ONNX_FILE
from mlops.formats.refusal import Refusal
from mlops.packaging.served import Facts, facts_of


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
    if job.entry == "onnx" and not _facts(job).by_itself:
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
    facts, chosen = _facts(job), settings_of(job)
    return ScoringOrder(
        entry=job.entry,  # type: ignore[arg-type]
        input_kind=job.input_kind,  # type: ignore[arg-type]
        signature=facts.signature,
        task=facts.task,
        classes=facts.classes,
        framework=facts.framework,
        graph=facts.graph if job.entry == "onnx" else "",
        script=job.script,
        python=python_of(job),
        logging_level=chosen.logging_level,
        keeps_rows=chosen.output_action != "summary_only",
    )


def _facts(job: BatchJob) -> Facts:
    assert job.version is not None
    return facts_of(job.version, entry=job.entry, conversion=job.conversion)


def fetched(file: InputFile, folder: Path, *, place: int) -> Path:
    """The input's file under its own name, because scripts look at endings; a link where that is possible."""
    path = folder / "inputs" / str(place) / Path(file.name).name
    if not path.exists():
        store().fetch(file.digest, str(path))
    return path
