"""Which stored bytes are named anywhere: by a row of any table, by a tree, or by a small stored file.

Whoever keeps a digest may keep it in a foreign key, a text or anywhere within JSON, so every text of every table counts
as a place to look, but for those of NO_HOLDERS. A table that comes later is looked at without a word here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Set
from typing import Any

import msgspec
from django.apps import apps
from django.db import models

from mlops.blobs.models import Blob, Tree
from mlops.blobs.stores import store
from mlops.formats.manifest import Manifest

DIGEST = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
NO_HOLDERS = (
    "blobs.Blob", "blobs.Tree", "events.Event", "events.Notice", "events.ChainHead", "runs.Metric", "runs.LatestMetric",
    "runs.LogLine", "runs.Tombstone", "bin.Gone", "sessions.Session", "scans.Scan", "lineage.Serving",
)  # fmt: skip
"""They name bytes only in passing, or tell of what is gone."""
SMALL_BYTES = 64 * 1024
ROWS_A_LOOK = 1_000


def held() -> set[str]:
    """Digests of all bytes that something holds. Takes as long as reading the tables does."""
    found, _none = _in_tables({})
    return _closed(found)


def held_only_by(rows: Mapping[str, set[Any]]) -> set[str]:
    """Digests of what nothing would hold without those rows, each counted once; `rows`: primary keys by the label of
    their table. Takes as long as `held`."""
    kept, going = _in_tables(rows)
    return _closed(going, apart=_closed(kept))


def _closed(found: set[str], *, apart: Set[str] = frozenset()) -> set[str]:
    """With all that trees and small files among them name; without what is `apart`, which is closed itself."""
    known = dict(Blob.objects.values_list("digest", "size_bytes"))
    trees = set(Tree.objects.values_list("digest", flat=True))
    seen = found - apart
    waiting = list(seen & known.keys())
    while waiting:
        digest = waiting.pop()
        if digest not in trees and known[digest] > SMALL_BYTES:
            continue
        for named in _named_in(digest, is_tree=digest in trees):
            if named not in seen and named not in apart:
                seen.add(named)
                if named in known:
                    waiting.append(named)
    return seen


def _in_tables(apart: Mapping[str, set[Any]]) -> tuple[set[str], set[str]]:
    """What all rows name but for those that are told apart, and what these name."""
    found: set[str] = set()
    named_apart: set[str] = set()
    for model in apps.get_models(include_auto_created=True):
        if model._meta.label in NO_HOLDERS or model._meta.proxy:
            continue
        names = [field.attname for field in model._meta.concrete_fields if _may_hold(field)]
        if not names:
            continue
        those = apart.get(model._meta.label, set())
        for pk, *row in model._base_manager.order_by().values_list("pk", *names).iterator(chunk_size=ROWS_A_LOOK):
            into = named_apart if pk in those else found
            for value in row:
                into.update(_digests(value))
    return found, named_apart


def _may_hold(field: Any) -> bool:
    if field.is_relation:
        return field.remote_field.model in (Blob, Tree)
    return isinstance(field, models.CharField | models.TextField | models.JSONField)


def _digests(value: Any) -> Iterable[str]:
    if not value:
        return ()
    return DIGEST.findall(value if isinstance(value, str) else json.dumps(value, default=str))


def _named_in(digest: str, *, is_tree: bool) -> Iterator[str]:
    try:
        with store().open(digest) as source:
            content = source.read()
    except FileNotFoundError:
        return
    if is_tree:
        yield from (file.digest for file in msgspec.json.decode(content, type=Manifest).files)
    else:
        yield from DIGEST.findall(content.decode("ascii", "ignore"))
