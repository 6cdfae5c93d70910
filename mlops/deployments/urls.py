"""The REST routes of this package, below /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mlops.deployments import api, callers_api, code_api, manifest_api, revisions_api, targets_api

ONE = "online-endpoints/<uuid:endpoint_id>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("deployment-targets/", targets_api.TargetsView.as_view()),
    path("online-endpoints/", api.EndpointsView.as_view()),
    path(ONE, api.OneEndpointView.as_view()),
    path(f"{ONE}deployments/", api.DeploymentsView.as_view()),
    path(f"{ONE}deployments/<str:deployment_id>/", api.OneDeploymentView.as_view()),
    path(f"{ONE}manifests/", manifest_api.ManifestPreviewView.as_view()),
    path(f"{ONE}deployments/<str:deployment_id>/manifests/", manifest_api.ManifestsView.as_view()),
    path(f"{ONE}code/", code_api.CodeView.as_view()),
    path(f"{ONE}deployments/<str:deployment_id>/revisions/", revisions_api.RevisionsView.as_view()),
    path(f"{ONE}deployments/<str:deployment_id>/revisions/<int:number>/restore/", revisions_api.RestoreView.as_view()),
    path(f"{ONE}deployments/<str:deployment_id>/edits/<int:place>/undo/", revisions_api.UndoEditView.as_view()),
    path(f"{ONE}traffic/", api.EndpointTrafficView.as_view()),
    path(f"{ONE}traffic/restore/", revisions_api.RestoreTrafficView.as_view()),
    path(f"{ONE}credentials/", api.CredentialsView.as_view()),
    path(f"{ONE}regenerate-keys/", api.RegenerateView.as_view()),
    path(f"{ONE}access-token/", callers_api.AccessTokenView.as_view()),
    path(f"{ONE}callers/", callers_api.CallersView.as_view()),
    path(f"{ONE}tokens/", callers_api.TokensView.as_view()),
    path(f"{ONE}tokens/<str:token_name>/", callers_api.OneTokenView.as_view()),
    path(f"{ONE}requests/", callers_api.RequestsView.as_view()),
    path(f"{ONE}logs/", api.LogsView.as_view()),
    path(f"{ONE}metrics/", api.MetricsView.as_view()),
    path(f"{ONE}program/", api.ProgramView.as_view()),
    path(f"{ONE}swagger/", api.SwaggerView.as_view()),
    path(f"{ONE}invoke/", api.InvokeView.as_view()),
]
