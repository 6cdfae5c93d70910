"""On a logged model, the registered versions that came of it, in the tag by which MLflow's client knows them."""

from __future__ import annotations

import json
from typing import Any

from mlops.registry.models import ModelVersion
from mlops.runs.logged_models import tag_model
from mlops.runs.models import LoggedModel

TAG = "mlflow.modelVersions"


def tell_of_versions(actor: Any, model: LoggedModel) -> None:
    known = ModelVersion.objects.filter(logged_model=model, model__project=model.experiment.project_id)
    told = known.order_by("created_at").values_list("model__name", "number")
    tag_model(actor, model, tags={TAG: json.dumps([{"name": name, "version": number} for name, number in told])})
