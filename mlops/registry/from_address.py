"""Registering what lies at an address of data; what a job made is registered as its own, with what it measured."""

from __future__ import annotations

from typing import Any

import msgspec

from mlops.access.decisions import require
from mlops.access.models import Project
from mlops.datasets.outputs import ADDRESS, output_of
from mlops.datasets.references import job_address
from mlops.registry import actions, queries
from mlops.registry.measured import metrics_of
from mlops.registry.models import ModelVersion
from mlops.runs.files import logged_models
from mlops.runs.job_outputs import ARTIFACTS
from mlops.runs.models import LatestMetric, LoggedModel, Run, Step


class Maker(msgspec.Struct, frozen=True, kw_only=True):
    run: Run
    node: str = ""
    metrics: dict[str, float] = {}
    logged: LoggedModel | None = None
    """Where the address is that of a model that the run logged."""


def register_address(
    actor: Any, project: Project, address: str, *, name: str, reuse: bool = False, **values: Any
) -> ModelVersion:
    """`values`: those of `register`. `reuse`: a version that holds the same files is answered. Raises as `resolve_data`
    and `register` do."""
    require(actor, "models.register", project)
    tree = actions.keep_address(actor, project, address)
    if reuse and (same := queries.version_of_tree(project, name, tree)) is not None:
        return same
    maker = maker_of(project, address)
    if maker is None:
        return actions.register(actor, project, name=name, tree=tree, **values)
    version = actions.register(
        actor, project, name=name, tree=tree, run=maker.run, node=maker.node, metrics=maker.metrics, **values
    )
    if maker.logged is not None and version.logged_model_id is None:
        version.logged_model = maker.logged
        version.save(update_fields=["logged_model"])
    return version


def maker_of(project: Project, address: str) -> Maker | None:
    """The run of `azureml://jobs/…/outputs/…` and `runs:/…`; None for every other address."""
    text = job_address(address)
    match = ADDRESS.fullmatch(text)
    if match is None:
        return None
    told = output_of(project, text).told
    run = Run.objects.select_related("project").get(pk=told["id"])
    node, inner = told.get("node", ""), (match["inner"] or "").strip("/")
    metrics = metrics_of(run, node, _port(run, node, told["output"])) if node else {}
    return Maker(
        run=run,
        node=node,
        metrics=metrics or _logged(run),
        logged=logged_models(run).get(f"artifacts/{inner}") if match["output"] in ARTIFACTS else None,
    )


def _port(run: Run, node: str, output: str) -> str:
    """The port of the step that the output's name stands for."""
    of_job = run.snapshot.get("job", {}).get("outputs", [])
    named = next((one["port"] for one in of_job if one["name"] == output and one["step"] == node), "")
    made = Step.objects.filter(run=run, node=node).values_list("outputs", flat=True).first() or {}
    return named or next((port for port in made if output in (port, f"{node}.{port}")), "")


def _logged(run: Run) -> dict[str, float]:
    rows = LatestMetric.objects.filter(run=run, special="").values_list("key", "value")
    return {key: value for key, value in rows if value is not None}
