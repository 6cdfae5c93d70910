"""What the registry does by itself."""

from __future__ import annotations

from mlops.registry.approval.deciding import expire_due
from mlops.work.calls import every


@every(600, "registry.expire_requests")
def expire_requests() -> None:
    expire_due()
