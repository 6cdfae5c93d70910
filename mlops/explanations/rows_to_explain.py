"""Whose rows are explained where nobody said it: what the version was evaluated on, else what its run kept from
training, else what it learned from."""

from __future__ import annotations

import msgspec

from mlops.datasets.models import DatasetVersion
from mlops.datasets.queries import port_type, schema_columns
from mlops.explanations.held_out import held_out_of
from mlops.registry.models import ModelVersion
from mlops.registry.queries import datasets_of, signature_of

KEPT_APART = ("evaluation data", "validation data", "test data")
LEARNED_FROM = ("training data",)


class RowsToExplain(msgspec.Struct, frozen=True, kw_only=True):
    """Without `dataset`: the rows that the model carries. `is_held_out`: only those that the run kept from training."""

    dataset: DatasetVersion | None = None
    is_held_out: bool = False

    def __str__(self) -> str:
        return str(self.dataset or "")


def usual_rows(version: ModelVersion) -> RowsToExplain:
    if (found := _linked(version, KEPT_APART)) is not None:
        return RowsToExplain(dataset=found)
    if (held := held_out_of(version)) is not None and _has_all_columns(version, held.dataset):
        return RowsToExplain(dataset=held.dataset, is_held_out=True)
    return RowsToExplain(dataset=_linked(version, LEARNED_FROM))


def _linked(version: ModelVersion, relations: tuple[str, ...]) -> DatasetVersion | None:
    """The first that is a table with all columns that the model needs."""
    linked = {one.relation: one.dataset_version for one in datasets_of(version)}
    known = (linked.get(relation) for relation in relations)
    return next((one for one in known if one is not None and _has_all_columns(version, one)), None)


def _has_all_columns(version: ModelVersion, of: DatasetVersion) -> bool:
    signature = signature_of(version)
    needed = {field.name for field in signature.inputs} if signature else set()
    if of.tree_id is None or port_type(of) != "table":
        return False
    return needed <= {column.name for column in schema_columns(of)}
