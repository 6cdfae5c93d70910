"""The REST routes of this package, below /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mlops.batch import api

ONE = "batch-endpoints/<uuid:batch_id>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("batch-endpoints/", api.BatchEndpoints.as_view()),
    path(ONE, api.OneBatchEndpoint.as_view()),
    path(f"{ONE}deployments/", api.BatchDeployments.as_view()),
    path(f"{ONE}deployments/<str:batch_deployment>/", api.OneBatchDeployment.as_view()),
    path(f"{ONE}inputs/", api.BatchInputs.as_view()),
    path(f"{ONE}jobs/", api.BatchJobs.as_view(), name="batch-call"),
    path("batch-jobs/<uuid:job_id>/", api.OneBatchJob.as_view()),
    path("batch-jobs/<uuid:job_id>/cancel/", api.BatchJobCancel.as_view()),
]
