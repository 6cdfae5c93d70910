"""Which versions of a thing were given once and lie in the bin or are gone: they are not given again."""

from __future__ import annotations

from typing import Any

from mlops.bin.models import Gone


def versions_gone(whole: Any) -> set[str]:
    """As people write them, of versions that were removed for good."""
    titles = Gone.objects.filter(facts__of=str(whole.pk)).values_list("title", flat=True)
    return {title.rpartition(":")[2] for title in titles}
