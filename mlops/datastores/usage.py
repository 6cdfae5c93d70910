"""Who uses a data store: packages above this one register what they know, and documents name it by its addresses."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from mlops.bin import documents
from mlops.bin.uses import Use
from mlops.datastores.models import Datastore

Source = Callable[[Datastore], Iterable[Use]]
_sources: list[Source] = []


def register(source: Source) -> None:
    if source not in _sources:
        _sources.append(source)


def users_of(store: Datastore) -> list[Use]:
    known = [use for source in _sources for use in source(store)]
    return [*known, *documents.naming(store.project, lambda _key, text, _within: is_at(store, text))]


def is_at(store: Datastore, address: str) -> bool:
    return address.startswith("azureml:") and f"datastores/{store.name}/" in address
