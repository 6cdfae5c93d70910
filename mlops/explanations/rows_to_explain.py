"""Whose rows are explained where nobody said it: what the version was evaluated on, else what it learned from."""

from __future__ import annotations

from mlops.datasets.models import DatasetVersion
from mlops.datasets.queries import port_type, schema_columns
from mlops.registry.models import ModelVersion
from mlops.registry.queries import datasets_of, signature_of

RELATIONS = ("evaluation data", "validation data", "test data", "training data")


def usual_dataset(version: ModelVersion) -> DatasetVersion | None:
    """The first that is a table with all columns that the model needs; None: the rows that the model carries."""
    linked = {one.relation: one.dataset_version for one in datasets_of(version)}
    signature = signature_of(version)
    needed = {field.name for field in signature.inputs} if signature else set()
    for relation in RELATIONS:
        found = linked.get(relation)
        if found is None or found.tree_id is None or port_type(found) != "table":
            continue
        if needed <= {column.name for column in schema_columns(found)}:
            return found
    return None
