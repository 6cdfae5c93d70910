"""What accounts does by the clock."""

from __future__ import annotations

from mlops.accounts import sharing, telling_news
from mlops.work.calls import every


@every(600, "accounts.end_grants")
def end_grants() -> None:
    """Grants that have expired let nobody in already; here they are removed and told of."""
    sharing.end_grants()


@every(20, "accounts.tell_news")
def tell_news() -> None:
    """Mails people what changed in their account and roles."""
    telling_news.tell()
