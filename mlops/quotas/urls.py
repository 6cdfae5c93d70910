"""Routes below /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, path

from mlops.quotas.api import ProjectQuotasView, QuotasView
from mlops.quotas.people_api import OwnQuotasView, PeopleQuotasView, PersonQuotasView

urlpatterns: list[URLPattern] = [
    path("quotas/", QuotasView.as_view()),
    path("people-quotas/", PeopleQuotasView.as_view()),
    path("people/<str:name>/quotas/", PersonQuotasView.as_view()),
    path("me/quotas/", OwnQuotasView.as_view()),
    path("projects/<slug:slug>/quotas/", ProjectQuotasView.as_view()),
]
