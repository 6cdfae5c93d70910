"""Which page of the documentation tells of which part of the product: by the beginning of a page's address."""

from __future__ import annotations

ABOUT: dict[str, str] = {
    "/designer/": "reference/components",
    "/components/": "reference/components",
    "/models/": "guides/registry",
    "/endpoints/": "guides/serving",
    "/clusters/": "guides/clusters-and-devices",
    "/monitoring/": "guides/closing-the-loop",
    "/retraining/": "guides/retraining",
    "/lineage/": "guides/lineage",
    "/alerts/": "guides/alerts",
    "/alerts/subscriptions/": "guides/subscriptions",
    "/queries/": "guides/analytics",
    "/repositories/": "guides/git",
    "/imports/": "guides/import-from-mlflow",
    "/bin/": "guides/recycle-bin",
    "/projects/": "guides/access",
    "/search/": "guides/search",
    "/settings/": "guides/sign-in",
}


def about(path: str) -> str:
    """The address of the page, or an empty text."""
    fitting = [start for start in ABOUT if path.startswith(start)]
    return ABOUT[max(fitting, key=len)] if fitting else ""
