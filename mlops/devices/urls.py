"""The REST routes of this package, below /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mlops.devices import api

ONE = "online-endpoints/<uuid:endpoint_id>/deployments/<str:deployment_id>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path(f"{ONE}devices/", api.DevicesView.as_view()),
    path(f"{ONE}devices/<uuid:device_id>/", api.OneDeviceView.as_view()),
    path(f"{ONE}devices/<uuid:device_id>/token/", api.DeviceTokenView.as_view()),
    path(f"{ONE}bundle/", api.BundleView.as_view(), name="edge-bundle"),
    path("edge/reports/", api.ReportsView.as_view()),
    path("edge/segments/<str:name>/", api.SegmentView.as_view()),
    path("edge/bundles/<int:serial>/", api.DeviceBundleView.as_view()),
]
