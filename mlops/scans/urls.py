"""Routes below /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, path

from mlops.scans import api

urlpatterns: list[URLPattern] = [
    path("projects/<slug:slug>/scan-policy/", api.ScanPolicyView.as_view()),
    path("projects/<slug:slug>/scan-allowances/", api.AllowancesView.as_view()),
    path("scan-allowances/<int:allowance_id>/", api.OneAllowanceView.as_view()),
]
