"""A run that failed, with things in it that only the people of its project may read: each has the word `secret`."""

from __future__ import annotations

import io
from typing import Any

from django.utils import timezone

from mlops.blobs.trees import keep_stream
from mlops.runs.logging import Point, log_artifact, log_metrics, log_parameters
from mlops.runs.models import Experiment, Run, Step
from mlops.tags.filters import write_tags


def told_run(owner: Any, project: Any) -> Run:
    now = timezone.now()
    run = Run.objects.create(
        project=project, experiment=Experiment.objects.create(project=project, name="secret-trial"), number=9,
        display_name="autumn", spec={}, spec_digest="", document={}, state="failed", reason="secret reason",
        origin="drafts/secret", snapshot={"by": "secret"}, state_since=now, created_by=owner,
    )  # fmt: skip
    for node, title, component in (("data", "secret cars", "dataset"), ("train", "Train Model", "train_model")):
        Step.objects.create(
            run=run, node=node, title=title, component=component, version="1", state="failed", state_since=now,
            reason="secret reason", error={"message": "secret error"},
        )  # fmt: skip
    log_metrics(run, [Point(key="auc", value=0.75), Point(key="auc", value=0.875, position=1)])
    log_parameters(run, {"depth": "3"})
    log_artifact(run, "plot.txt", keep_stream(io.BytesIO(b"a plot")))
    write_tags(run, {"Area": "Churn", "mlflow.source.name": "secret.py"})
    return run
