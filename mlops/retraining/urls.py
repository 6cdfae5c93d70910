"""The REST routes of this package, below /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mlops.retraining import api

ONE = "retraining-policies/<uuid:policy_id>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("retraining-policies/", api.PoliciesView.as_view()),
    path(ONE, api.PolicyView.as_view()),
    path(f"{ONE}enable/", api.PolicySwitchView.as_view(), {"act": "enable"}),
    path(f"{ONE}disable/", api.PolicySwitchView.as_view(), {"act": "disable"}),
    path(f"{ONE}attempts/", api.AttemptsView.as_view()),
    path(f"{ONE}attempts/<int:number>/", api.AttemptView.as_view()),
    *(path(f"{ONE}attempts/<int:number>/{act}/", api.AttemptActView.as_view(), {"act": act}) for act in api.ACTS),
    path(f"{ONE}comparisons/", api.ComparisonsView.as_view()),
    path(f"{ONE}looked-back/", api.LookedBackView.as_view()),
]
