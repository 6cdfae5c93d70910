"""What the labels of an endpoint are, column by column: by those that came before, and as its models learned them."""

from __future__ import annotations

from mlops.collected.columns import type_of, widest
from mlops.collected.models import LabelPost, Part, PartKind
from mlops.deployments.models import Endpoint
from mlops.deployments.queries import deployments_of
from mlops.registry.reading import describe


def label_types(endpoint: Endpoint) -> dict[str, str]:
    """Column to one of collected.columns.TYPES. Text does not outweigh what a model learned: it may be a mistake."""
    types = {**_waiting(endpoint), **kept_types(endpoint)}
    return types | {name: kind for name, kind in _learned(endpoint).items() if types.get(name, "string") == "string"}


def kept_types(endpoint: Endpoint) -> dict[str, str]:
    """Of the labels that were laid out."""
    types: dict[str, set[str]] = {}
    for columns in Part.objects.filter(endpoint=endpoint, kind=PartKind.LABELS).values_list("columns", flat=True):
        for name, kind in columns.items():
            types.setdefault(name.removeprefix("labels."), set()).add(kind)
    return {name: widest(kinds) for name, kinds in types.items()}


def _waiting(endpoint: Endpoint) -> dict[str, str]:
    types: dict[str, set[str]] = {}
    for rows in LabelPost.objects.filter(endpoint=endpoint, pending__isnull=False).values_list("pending", flat=True):
        for row in rows or ():
            for name, value in row["labels"].items():
                types.setdefault(name, set()).add(type_of([value]))
    return {name: widest(kinds) for name, kinds in types.items()}


def _learned(endpoint: Endpoint) -> dict[str, str]:
    trees = deployments_of(endpoint).order_by().values_list("version__tree_id", flat=True).distinct()
    types: dict[str, set[str]] = {}
    for tree in trees:
        manifest = describe(tree).manifest if tree else None
        if manifest is not None and manifest.label and manifest.label_type != "string":
            types.setdefault(manifest.label, set()).add(manifest.label_type)
    return {name: widest(kinds) for name, kinds in types.items()}
