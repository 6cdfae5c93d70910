"""What a job is to leave behind when it has completed: data assets, models, and files at paths of data stores."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.blobs.models import Tree
from mlops.datasets.assets import NewAsset, create_asset
from mlops.datasets.models import DatasetVersion
from mlops.datasets.trees import without_companions
from mlops.datastores import addresses
from mlops.events.chain import record
from mlops.formats.refusal import Refusal
from mlops.jobs.shaping import name_of
from mlops.registry.actions import register
from mlops.registry.models import ModelVersion
from mlops.runs.job_outputs import find_output
from mlops.runs.models import Run, RunState

MODEL_FORMS = ("mlflow_model", "custom_model", "triton_model")
LOOKED_BACK = timedelta(hours=6)


def keep_outputs(run_id: str | UUID) -> None:
    """Once for each output, however often it is called. What is refused is kept with the job, and told."""
    run = Run.objects.select_related("project", "created_by").filter(pk=run_id, state=RunState.COMPLETED).first()
    if run is None or "kept" in run.snapshot.get("job", {}):
        return
    kept = [told for one in wanted(run) for told in _keep(run, one)]
    with transaction.atomic():
        run = Run.objects.select_for_update(of=("self",), no_key=True).select_related("project").get(pk=run.pk)
        if "kept" in run.snapshot["job"]:
            return
        run.snapshot["job"]["kept"] = kept
        run.save(update_fields=["snapshot"])
        for one in kept:
            if one.get("problem"):
                data = {"output": one["output"], "asset": one.get("asset", "")}
                record(
                    run.created_by,
                    "mlops.run.output_refused",
                    subject=f"runs/{run.pk}",
                    project=run.project,
                    data=data,
                    reason=one["problem"],
                    notice=("run", str(run.pk)),
                )


def keep_forgotten() -> None:
    """Finds what a lost message left behind."""
    since = timezone.now() - LOOKED_BACK
    rows = Run.objects.filter(state=RunState.COMPLETED, ended_at__gte=since, snapshot__has_key="job")
    for run in rows.only("pk", "snapshot"):
        if wanted(run) and "kept" not in run.snapshot["job"]:
            keep_outputs(run.pk)


def wanted(run: Run) -> list[dict[str, Any]]:
    """The outputs that were given a name or a path."""
    outputs = run.snapshot.get("job", {}).get("outputs", [])
    return [one for one in outputs if one.get("asset") or one.get("path")]


def _keep(run: Run, one: dict[str, Any]) -> list[dict[str, Any]]:
    output = one["name"] or f"{one['step']}.{one['port']}"
    told: list[dict[str, Any]] = []
    for what, act in (("asset", _as_asset), ("path", _at_path)):
        if not one.get(what):
            continue
        try:
            told.append({"output": output, what: act(run, one, output)})
        except Refusal as refusal:
            problem = f"{refusal.message} {refusal.hint}".strip()
            told.append({"output": output, what: one[what], "problem": problem})
    return told


def _as_model(run: Run, one: dict[str, Any], output: str) -> str:
    """A version of the model, of the files that the job wrote: of the number that was asked for where it is free."""
    earlier = ModelVersion.objects.filter(
        model__project=run.project, model__name=one["asset"], run=run, node=one["step"], properties__output=output
    )
    if found := earlier.select_related("model").first():
        return str(found)
    digest, _told = find_output(run.project, name_of(run), output)
    version = register(
        run.created_by,
        run.project,
        name=one["asset"],
        run=run,
        node=one["step"],
        port=one["port"],
        tree=without_companions(Tree.objects.get(digest=digest)),
        description=one.get("description", ""),
        properties={"output": output},
        number=_free_number(run, one),
    )
    return str(version)


def _free_number(run: Run, one: dict[str, Any]) -> int | None:
    written = str(one.get("version") or "")
    if not (written.isdecimal() and 0 < int(written) < 2**31):
        return None
    taken = ModelVersion.objects.filter(model__project=run.project, model__name=one["asset"], number=int(written))
    return None if taken.exists() else int(written)


def _as_asset(run: Run, one: dict[str, Any], output: str) -> str:
    if one["type"] in MODEL_FORMS:
        return _as_model(run, one, output)
    address = f"azureml://jobs/{name_of(run)}/outputs/{output}"
    earlier = DatasetVersion.objects.filter(
        dataset__project=run.project, dataset__name=one["asset"], uri=address
    ).select_related("dataset")
    if found := earlier.first():
        return str(found)
    new = NewAsset(
        name=one["asset"],
        type=one["type"] if one["type"] in ("uri_file", "uri_folder", "mltable") else "uri_folder",
        version=one.get("version", ""),
        description=one.get("description", ""),
        uri=address,
    )
    return str(create_asset(run.created_by, run.project, new))


def _at_path(run: Run, one: dict[str, Any], output: str) -> str:
    """Only the product's own storage is written to."""
    text = one["path"].replace("${{name}}", name_of(run)).replace("${{output_name}}", output)
    address = addresses.parsed(text)
    if not address.is_own:
        raise Refusal(
            "datastore_not_written",
            _("Data stores outside are read, and not written to: %(path)s.") % {"path": text[:200]},
            hint=_("The output is kept with the job: azureml://jobs/NAME/outputs/OUTPUT."),
        )
    digest, _told = find_output(run.project, name_of(run), output)
    addresses.put_own(run.project, address.at, without_companions(Tree.objects.get(digest=digest)))
    return str(text)
