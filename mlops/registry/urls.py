"""The REST routes of this package, below /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mlops.registry import api, pointing_api, scan_api, shelving
from mlops.registry.approval import api as approval

VERSION = "models/<uuid:model_id>/versions/<int:number>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("models/", api.ModelsView.as_view()),
    path("models/<uuid:model_id>/", api.OneModelView.as_view()),
    path("models/<uuid:model_id>/archive/", api.ArchiveModel.as_view()),
    path("models/<uuid:model_id>/restore/", api.ArchiveModel.as_view(act=shelving.bring_back)),
    path("models/<uuid:model_id>/versions/", api.VersionsView.as_view()),
    path(VERSION, api.OneVersionView.as_view()),
    path(f"{VERSION}archive/", api.ArchiveVersion.as_view()),
    path(f"{VERSION}restore/", api.ArchiveVersion.as_view(act=shelving.bring_back)),
    path(f"{VERSION}download/", api.DownloadView.as_view()),
    path(f"{VERSION}files/", api.FilesView.as_view()),
    path(f"{VERSION}datasets/", api.DatasetsView.as_view()),
    path(f"{VERSION}stage/", pointing_api.StageView.as_view()),
    path("models/<uuid:model_id>/aliases/", pointing_api.AliasesView.as_view()),
    path("models/<uuid:model_id>/aliases/<str:alias>/", pointing_api.OneAliasView.as_view()),
    path("models/<uuid:model_id>/transitions/", pointing_api.TransitionsView.as_view()),
    path("model-requests/", approval.RequestsView.as_view()),
    path("model-requests/<int:request_id>/", approval.OneRequestView.as_view()),
    path("model-requests/<int:request_id>/approve/", approval.ApproveView.as_view()),
    path("model-requests/<int:request_id>/reject/", approval.RejectView.as_view()),
    path("model-requests/<int:request_id>/withdraw/", approval.WithdrawView.as_view()),
    path("approval-rules/", approval.RulesView.as_view()),
    path("approval-rules/<uuid:approval_rule_id>/", approval.OneRuleView.as_view()),
    path(f"{VERSION}scan/", scan_api.ScanView.as_view()),
]
