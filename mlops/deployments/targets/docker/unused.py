"""Takes images out of an engine that we built and no deployment uses any more. Their layers stay in our store, so that
going back to an earlier revision sends them again without a build."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

from django.conf import settings

from mlops.deployments.models import Deployment
from mlops.packaging.images import building
from mlops.packaging.images.store import LayerStore
from mlops.packaging.models import Image

KEY_LABEL = "mlops.key"


def remove_unused(client: Any) -> None:
    """Only those that this studio built, that nobody packaged by hand, and that no container is made of: the engine
    refuses the latter."""
    from docker.errors import APIError

    store = LayerStore(Path(settings.DATA_DIR) / "images")
    used = _used()
    for told in client.api.images(filters={"label": KEY_LABEL}):
        key = (told.get("Labels") or {}).get(KEY_LABEL, "")
        names = set(told.get("RepoTags") or ())
        if not names or names & used or building.known(key, store) is None or Image.objects.filter(key=key).exists():
            continue
        for name in names:
            with contextlib.suppress(APIError):
                client.api.remove_image(name)


def _used() -> set[str]:
    rows = Deployment.objects.filter(target="docker").values_list("placing", "ready_placing")
    return {placing["image"] for placings in rows for placing in placings if placing and "image" in placing}
