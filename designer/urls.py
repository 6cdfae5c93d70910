"""The designer pages and its REST routes."""

from __future__ import annotations

from django.urls import include, path

from designer import (
    api,
    component_api,
    exchange_api,
    inference_api,
    log_api,
    pages,
    presence_api,
    publish_page,
    samples_api,
)
from designer.compare import pages as compare
from designer.git import api as git_api
from designer.git import pages as git_pages

app_name = "designer"

LINKS = "repositories/<uuid:repository_id>/pipelines/"

rest = [
    path("samples/", samples_api.Samples.as_view(), name="samples"),
    path("palette/", api.Palette.as_view(), name="palette"),
    path("palette/links/", api.PaletteLinks.as_view(), name="palette-links"),
    path("drafts/", api.Drafts.as_view(), name="drafts"),
    path("drafts/<uuid:draft_id>/", api.OneDraft.as_view(), name="one-draft"),
    path("drafts/<uuid:draft_id>/document/", api.DraftDocument.as_view(), name="document"),
    path("drafts/<uuid:draft_id>/revisions/", api.DraftRevisions.as_view(), name="revisions"),
    path("drafts/<uuid:draft_id>/revisions/<int:number>/", log_api.DraftRevision.as_view(), name="revision"),
    path("drafts/<uuid:draft_id>/operations/", log_api.DraftOperations.as_view(), name="operations"),
    path("drafts/<uuid:draft_id>/examined/", log_api.DraftExamined.as_view(), name="examined"),
    path("drafts/<uuid:draft_id>/steps/", log_api.DraftSteps.as_view(), name="steps"),
    path("drafts/<uuid:draft_id>/history/", log_api.DraftHistory.as_view(), name="history"),
    path("drafts/<uuid:draft_id>/versions/", log_api.DraftVersions.as_view(), name="versions"),
    path("drafts/<uuid:draft_id>/presence/", presence_api.DraftPresence.as_view(), name="presence"),
    path("drafts/<uuid:draft_id>/restore/", api.DraftRestore.as_view(), name="restore"),
    path("drafts/<uuid:draft_id>/clone/", api.DraftClone.as_view(), name="clone-rest"),
    path("drafts/<uuid:draft_id>/plan/", api.DraftPlan.as_view(), name="plan"),
    path("drafts/<uuid:draft_id>/publish/", api.DraftPublish.as_view(), name="publish"),
    path(
        "pipeline-endpoints/<uuid:pipeline_id>/versions/<int:number>/clone/",
        api.PublishedClone.as_view(),
        name="clone-published",
    ),
    path("drafts/<uuid:draft_id>/submit/", api.DraftSubmit.as_view(), name="submit"),
    path("drafts/<uuid:draft_id>/inference/", inference_api.DraftInference.as_view(), name="inference"),
    path(
        "drafts/<uuid:draft_id>/inference/update/",
        inference_api.DraftInferenceUpdate.as_view(),
        name="inference-update",
    ),
    path("drafts/import/", exchange_api.Import.as_view(), name="import"),
    path("drafts/<uuid:draft_id>/export/", exchange_api.Export.as_view(), name="export"),
    path("drafts/<uuid:draft_id>/collapse/", component_api.Collapse.as_view(), name="collapse"),
    path("drafts/<uuid:draft_id>/component/", component_api.SaveInside.as_view(), name="save-inside"),
    path("components/try/", component_api.TryComponent.as_view(), name="try-component"),
    path("components/<uuid:component_id>/difference/", component_api.Difference.as_view(), name="difference"),
    path(
        "components/<uuid:component_id>/versions/<str:version>/open/",
        component_api.OpenInside.as_view(),
        name="open-inside",
    ),
    path("drafts/<uuid:draft_id>/git/", git_api.OfDraft.as_view(), name="draft-git"),
    path(f"{LINKS}", git_api.Links.as_view(), name="git-links-rest"),
    path(f"{LINKS}<uuid:link_id>/", git_api.OneLink.as_view(), name="git-link-rest"),
    path(f"{LINKS}<uuid:link_id>/push/", git_api.Push.as_view(), name="git-link-push"),
    path(f"{LINKS}<uuid:link_id>/pull/", git_api.Pull.as_view(), name="git-link-pull"),
    path(f"{LINKS}<uuid:link_id>/settle/", git_api.Settle.as_view(), name="git-link-settle"),
    path("runs/<uuid:run_id>/clone/", api.RunClone.as_view(), name="clone-run"),
]

urlpatterns = [
    path("api/v1/", include(rest)),
    path("designer/", pages.home, name="home"),
    path("designer/compare/", compare.chosen, name="compare-chosen"),
    path("designer/compare/<str:a>/<str:b>/", compare.compared, name="compare"),
    path("designer/new/", pages.create, name="new"),
    path("designer/import/", pages.import_page, name="import-page"),
    path("designer/samples/<slug:key>/", pages.open_sample, name="open-sample"),
    path("designer/<uuid:draft_id>/", pages.canvas, name="draft"),
    path("designer/<uuid:draft_id>/clone/", pages.clone, name="clone"),
    path("designer/runs/<uuid:run_id>/clone/", pages.clone_run, name="clone-run-page"),
    path("designer/runs/<uuid:run_id>/publish/", publish_page.publish_run, name="publish-run-page"),
    path(
        "designer/pipelines/<uuid:pipeline_id>/<int:number>/clone/",
        publish_page.clone_published,
        name="clone-published-page",
    ),
    path("repositories/<uuid:repository_id>/pipelines/", git_pages.links, name="git-links"),
    path("designer/git/<uuid:link_id>/", git_pages.link, name="git-link"),
    path("designer/<uuid:draft_id>/delete/", pages.delete, name="delete"),
]
