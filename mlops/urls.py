"""Every route of the product."""

from __future__ import annotations

from django.urls import include, path
from django.views.i18n import JavaScriptCatalog

from mlops.administration.site.registered import site
from mlops.deployments import feed
from mlops.formats.serving import FEED_PATH
from mlops.web import health
from mlops.web.pages import api_docs

API = [
    "accounts", "bin", "datasets", "environments", "components", "runs", "pipelines", "registry", "packaging",
    "deployments", "rollouts", "batch", "devices", "clusters", "compute", "datastores", "jobs", "imports", "scans",
    "uploads", "replays", "alerts", "collected", "telemetry", "monitoring", "retraining", "lineage", "quotas",
    "explanations", "repositories", "analytics", "administration",
]  # fmt: skip

urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path(FEED_PATH.lstrip("/"), feed.routing, name="routing-feed"),
    path("jsi18n/", JavaScriptCatalog.as_view(packages=["mlops.web", "designer"]), name="javascript-catalog"),
    path("api/v1/schema/", api_docs.schema, name="schema"),
    *(path("api/v1/", include(f"mlops.{name}.urls")) for name in API),
    path("odata/v1/", include("mlops.analytics.odata.urls")),
    path("admin/", site.urls),
    path("", include("mlops.mlflow_api.urls")),
    path("", include("mlops.accounts.pages")),
    path("", include("mlops.web.urls")),
    path("", include("designer.urls")),
]

handler500 = "mlops.web.waiting.fault"
