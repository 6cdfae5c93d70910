"""Routes below /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mlops.bin import api, policy_api

urlpatterns: list[URLPattern | URLResolver] = [
    path("bin/", api.Bin.as_view()),
    path("bin/policy/", policy_api.PolicyView.as_view()),
    path("bin/policy/try/", policy_api.PolicyTry.as_view()),
    path("bin/policy/apply/", policy_api.PolicyRun.as_view()),
    path("bin/empty/", api.Empty.as_view()),
    path("bin/<slug:kind>/<uuid:bin_id>/restore/", api.Restore.as_view()),
    path("bin/<slug:kind>/<uuid:bin_id>/purge/", api.Purge.as_view()),
]
