"""Routes below /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, path

from mlops.explanations import api

ONE = "explanations/<uuid:explanation_id>/"

urlpatterns: list[URLPattern] = [
    path("models/<uuid:model_id>/versions/<int:number>/explanations/", api.ExplanationsView.as_view()),
    path("runs/<uuid:run_id>/explanations/", api.RunExplanationsView.as_view()),
    path(ONE, api.OneExplanationView.as_view()),
    path(f"{ONE}cancel/", api.CancelExplanationView.as_view()),
    path(f"{ONE}rows/", api.LocalView.as_view()),
    path(f"{ONE}dependence/", api.DependenceView.as_view()),
    path(f"{ONE}fairness/", api.FairnessView.as_view()),
    path(f"{ONE}what-if/", api.WhatIfView.as_view()),
    path(f"{ONE}download/", api.DownloadView.as_view()),
    path(f"{ONE}compare/<uuid:other_explanation_id>/", api.CompareView.as_view()),
]
