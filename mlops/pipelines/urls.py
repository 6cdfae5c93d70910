"""The REST routes of runs and experiments, below /api/v1/."""

from __future__ import annotations

from django.urls import path

from mlops.pipelines import api, publishing_api, schedules_api

urlpatterns = [
    path("runs/", api.Runs.as_view(), name="runs"),
    path("runs/compare/", api.RunsCompare.as_view(), name="runs-compare"),
    path("runs/<uuid:run_id>/", api.OneRun.as_view(), name="run"),
    path("runs/<uuid:run_id>/document/", api.RunDocument.as_view(), name="run-document"),
    path("runs/<uuid:run_id>/cancel/", api.RunCancel.as_view(), name="run-cancel"),
    path("runs/<uuid:run_id>/prioritize/", api.RunPriority.as_view(), name="run-prioritize"),
    path("runs/<uuid:run_id>/steps/<str:node>/log/", api.StepLog.as_view(), name="step-log"),
    path("runs/<uuid:run_id>/steps/<str:node>/outputs/<str:port>/", api.StepOutput.as_view(), name="step-output"),
    path("runs/<uuid:run_id>/steps/<str:node>/outputs/<str:port>/files/", api.StepFiles.as_view(), name="step-files"),
    path(
        "runs/<uuid:run_id>/steps/<str:node>/outputs/<str:port>/files/<path:path>",
        api.StepFile.as_view(),
        name="step-file",
    ),
    path("experiments/", api.Experiments.as_view(), name="experiments"),
    path("pipeline-endpoints/", publishing_api.Endpoints.as_view(), name="pipeline-endpoints"),
    path("pipeline-endpoints/<uuid:pipeline_id>/", publishing_api.OneEndpoint.as_view(), name="pipeline-endpoint"),
    path("pipeline-endpoints/<uuid:pipeline_id>/runs/", publishing_api.EndpointRuns.as_view(), name="pipeline-call"),
    path(
        "pipeline-endpoints/<uuid:pipeline_id>/versions/<int:number>/",
        publishing_api.OneVersion.as_view(),
        name="published-pipeline",
    ),
    path("schedules/", schedules_api.Schedules.as_view(), name="schedules"),
    path("schedules/preview/", schedules_api.Preview.as_view(), name="schedule-preview"),
    path("schedules/<uuid:schedule_id>/", schedules_api.OneSchedule.as_view(), name="schedule"),
    path("schedules/<uuid:schedule_id>/trigger/", schedules_api.TriggerNow.as_view(), name="schedule-trigger"),
    path("schedules/<uuid:schedule_id>/fires/", schedules_api.Fires.as_view(), name="schedule-fires"),
]
