"""Events of experiments."""

from __future__ import annotations

from mlops.events.catalogue.described import Data, EventType


class Named(Data, kw_only=True):
    experiment_id: str
    name: str


EXPERIMENT = "experiments/{id}"

TYPES = (
    EventType("mlops.experiment.created", "Experiment created", "An experiment is made by itself, before it has runs.",
              EXPERIMENT, Named),
    EventType("mlops.experiment.renamed", "Experiment renamed", "An experiment gets another name.", EXPERIMENT, Named),
    EventType("mlops.experiment.described", "Experiment described", "The notes of an experiment change.", EXPERIMENT,
              Named),
    EventType("mlops.experiment.deleted", "Experiment deleted", "An experiment and its runs go into the recycle bin.",
              EXPERIMENT, Named),
    EventType("mlops.experiment.restored", "Experiment restored", "An experiment is taken out of the recycle bin.",
              EXPERIMENT, Named),
)  # fmt: skip
