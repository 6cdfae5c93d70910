"""All pages, in the namespace `web`."""

from __future__ import annotations

from mlops.web.pages import (
    api_docs,
    batch,
    batch_deploying,
    batch_jobs,
    clusters,
    components,
    datasets,
    deployment,
    devices,
    endpoints,
    home,
    images,
    models,
    pipelines,
    profiles,
    projects,
    registries,
    replays,
    runs,
    schedules,
    telemetry,
)

app_name = "web"
urlpatterns = [
    *home.urlpatterns,
    *projects.urlpatterns,
    *datasets.urlpatterns,
    *components.urlpatterns,
    *runs.urlpatterns,
    *images.urlpatterns,
    *registries.urlpatterns,
    *models.urlpatterns,
    *profiles.urlpatterns,
    *endpoints.urlpatterns,
    *deployment.urlpatterns,
    *telemetry.urlpatterns,
    *devices.urlpatterns,
    *clusters.urlpatterns,
    *batch.urlpatterns,
    *batch_deploying.urlpatterns,
    *batch_jobs.urlpatterns,
    *replays.urlpatterns,
    *pipelines.urlpatterns,
    *schedules.urlpatterns,
    *api_docs.urlpatterns,
]
