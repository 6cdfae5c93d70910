"""How a run's programs are told of which run they are: the names that Azure ML's own tools look for."""

from __future__ import annotations

from mlops.runs.models import Run, RunKind
from mlops.trail import carried


def variables_of(run: Run, node: str) -> dict[str, str]:
    """Of a pipeline, its steps are told apart by the run's name and theirs."""
    root = run.parent if run.parent is not None else run
    name = name_of(run)
    told = {"MLOPS_CORRELATION_ID": run.correlation, "TRACEPARENT": carried.sampled_traceparent() or run.traceparent}
    return {key: value for key, value in told.items() if value} | {
        "MLOPS_RUN_NAME": name,
        "MLOPS_PROJECT": run.project.slug,
        "AZUREML_RUN_ID": f"{name}.{node}" if run.kind == RunKind.PIPELINE else name,
        "AZUREML_ROOT_RUN_ID": name_of(root),
        "AZUREML_EXPERIMENT_NAME": run.experiment.name,
        "AZUREML_EXPERIMENT_ID": str(run.experiment_id),
        "AZUREML_ARM_PROJECT_NAME": run.experiment.name,
        "AZUREML_ARM_WORKSPACE_NAME": run.project.slug,
        "AZUREML_ARM_RESOURCEGROUP": "mlops-studio",
        "AZUREML_ARM_SUBSCRIPTION": "mlops-studio",
    }


def name_of(run: Run) -> str:
    return run.name or str(run.pk)
