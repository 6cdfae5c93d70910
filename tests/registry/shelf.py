"""Model versions for tests: a small trained model, kept and registered as a run's output would be."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from mlops.blobs.trees import keep_folder
from mlops.registry.actions import register
from mlops.registry.models import ModelVersion
from tests.packaging.trained import cars, train


@cache
def trained_folder(learner: str = "boosted_decision_tree_regression", label: str = "price") -> Path:
    """Trained once a session."""
    frame = cars(gaps=False).select("power", "weight", "make", label)
    return train(Path(mkdtemp(prefix="mlops-model-")) / "model", learner, label, frame=frame, number_of_trees=20)


def registered(actor: Any, project: Any, *, name: str = "prices", **more: Any) -> ModelVersion:
    folder = trained_folder(*more.pop("trained", ()))
    return register(actor, project, name=name, tree=keep_folder(folder), **more)
