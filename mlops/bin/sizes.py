"""How much the files of versions hold: each tree and file once, also where something else holds the same."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet, Sum

from mlops.bin.assets import Asset
from mlops.blobs.models import Blob, Tree


def held_bytes(asset: Asset, versions: QuerySet[Any]) -> int:
    return _sum(Tree, asset.trees, versions) + _sum(Blob, asset.blobs, versions)


def _sum(kind: type[Tree] | type[Blob], fields: tuple[str, ...], versions: QuerySet[Any]) -> int:
    digests = {one for field in fields for one in versions.order_by().values_list(field, flat=True) if one}
    rows: QuerySet[Any] = kind.objects.filter(digest__in=digests)
    return int(rows.aggregate(size=Sum("size_bytes"))["size"] or 0)
