"""Which page of the documentation tells of which part of the product: by the beginning of a page's address."""

from __future__ import annotations

ABOUT: dict[str, str] = {
    "/designer/": "guides/designer",
    "/datasets/": "guides/data",
    "/runs/": "guides/runs",
    "/runs/new/": "guides/jobs",
    "/experiments/": "guides/runs",
    "/pipelines/": "guides/designer",
    "/pipelines/schedules/": "guides/jobs",
    "/components/": "guides/components",
    "/environments/": "guides/environments",
    "/models/": "guides/registry",
    "/profiles/": "guides/onnx-and-profiles",
    "/images/": "guides/serving",
    "/deploy/": "guides/serving",
    "/endpoints/": "guides/serving",
    "/batch/": "guides/batch-scoring",
    "/compute/": "guides/compute",
    "/clusters/": "guides/clusters-and-devices",
    "/monitoring/": "guides/closing-the-loop",
    "/retraining/": "guides/retraining",
    "/lineage/": "guides/lineage",
    "/alerts/": "guides/alerts",
    "/alerts/subscriptions/": "guides/subscriptions",
    "/explanations/": "guides/explanations",
    "/queries/": "guides/analytics",
    "/repositories/": "guides/git",
    "/imports/": "guides/import-from-mlflow",
    "/bin/": "guides/recycle-bin",
    "/projects/": "guides/access",
    "/search/": "guides/search",
    "/settings/": "guides/sign-in",
    "/system/": "guides/administration",
    "/system/health/": "guides/observability",
}


def about(path: str) -> str:
    """The address of the page, or an empty text."""
    fitting = [start for start in ABOUT if path.startswith(start)]
    return ABOUT[max(fitting, key=len)] if fitting else ""
