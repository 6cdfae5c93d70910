"""Routes below /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, path

from mlops.quotas.api import ProjectQuotasView, QuotasView

urlpatterns: list[URLPattern] = [
    path("quotas/", QuotasView.as_view()),
    path("projects/<slug:slug>/quotas/", ProjectQuotasView.as_view()),
]
