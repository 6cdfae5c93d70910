"""The REST routes of this package, below /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mlops.lineage import api
from mlops.lineage.openlineage import api as openlineage
from mlops.lineage.report import api as report
from mlops.lineage.serving import api as serving
from mlops.lineage.versions import api as versions

VERSION = "models/<uuid:model_id>/versions/<int:number>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("lineage/", api.Lineage.as_view()),
    path("lineage/things/", api.Found.as_view()),
    path("lineage/openlineage/", openlineage.ProjectEvents.as_view()),
    path("runs/<uuid:run_id>/openlineage/", openlineage.RunEvents.as_view()),
    path("lineage/at/", serving.DeployedAt.as_view()),
    path("monitors/<uuid:monitor_id>/looks/<int:number>/causes/", api.Causes.as_view()),
    path("models/<uuid:model_id>/timeline/", api.Timeline.as_view()),
    path("models/<uuid:model_id>/card/", versions.ModelCard.as_view()),
    path("models/<uuid:model_id>/card/edits/", versions.ModelCardEdits.as_view()),
    path("models/<uuid:model_id>/compare/", versions.Compared.as_view()),
    path(f"{VERSION}card/", versions.VersionCard.as_view()),
    path(f"{VERSION}card/edits/", versions.VersionCardEdits.as_view()),
    path(f"{VERSION}report/", report.GovernanceReport.as_view(), name="model-report"),
    path(f"{VERSION}serving/", versions.Serving.as_view()),
]
