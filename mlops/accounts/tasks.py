"""What accounts does by the clock."""

from __future__ import annotations

from mlops.accounts import sharing
from mlops.work.calls import every


@every(600, "accounts.end_grants")
def end_grants() -> None:
    """Grants that have expired let nobody in already; here they are removed and told of."""
    sharing.end_grants()
