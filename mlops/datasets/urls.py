"""The REST routes of this package, below /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mlops.datasets import api, assets_api

urlpatterns: list[URLPattern | URLResolver] = [
    path("uploads/", api.UploadsView.as_view()),
    path("uploads/<uuid:upload_id>/preview/", api.UploadPreviewView.as_view()),
    path("data-arrivals/", assets_api.ArrivalsView.as_view()),
    path("data-assets/", assets_api.AssetsView.as_view()),
    path("data-assets/<uuid:dataset_id>/", assets_api.AssetView.as_view()),
    path("data-assets/<uuid:dataset_id>/archive/", assets_api.ArchiveView.as_view(), {"act": "archive"}),
    path("data-assets/<uuid:dataset_id>/restore/", assets_api.ArchiveView.as_view(), {"act": "restore"}),
    path("datasets/<uuid:dataset_id>/versions/<int:number>/files/", assets_api.FilesView.as_view()),
    path("datasets/<uuid:dataset_id>/versions/<int:number>/verify/", assets_api.VerifyView.as_view()),
    path("datasets/<uuid:dataset_id>/versions/<int:number>/difference/", assets_api.DifferenceView.as_view()),
    path("datasets/", api.DatasetsView.as_view()),
    path("datasets/<uuid:dataset_id>/", api.DatasetView.as_view()),
    path("datasets/<uuid:dataset_id>/versions/", api.VersionsView.as_view()),
    path("datasets/<uuid:dataset_id>/versions/<int:number>/", api.VersionView.as_view()),
    path("datasets/<uuid:dataset_id>/versions/<int:number>/rows/", api.RowsView.as_view()),
    path("datasets/<uuid:dataset_id>/versions/<int:number>/profile/", api.ProfileView.as_view()),
    path("datasets/<uuid:dataset_id>/versions/<int:number>/download/", api.DownloadView.as_view()),
]
