"""The REST routes of this package, below /api/v1/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, path

from mlops.packaging import api, image_api, profile_api, registry_api

urlpatterns: list[URLPattern | URLResolver] = [
    path("runs/<uuid:run_id>/packages/", api.PackagesView.as_view()),
    path("models/<uuid:model_id>/versions/<int:number>/conversions/", api.ConversionsView.as_view()),
    path("models/<uuid:model_id>/versions/<int:number>/profiles/", profile_api.ProfilesView.as_view()),
    path("profiles/<uuid:profile_id>/", profile_api.OneProfileView.as_view()),
    path("profiles/<uuid:profile_id>/cancel/", profile_api.CancelProfileView.as_view()),
    path("profiles/<uuid:profile_id>/log/", profile_api.ProfileLogView.as_view(), name="profile-log"),
    path("models/<uuid:model_id>/versions/<int:number>/images/", image_api.ImagesView.as_view()),
    path("registry-logins/", registry_api.RegistryLoginsView.as_view()),
    path("registry-logins/<uuid:login_id>/", registry_api.OneRegistryLoginView.as_view()),
    path("images/<uuid:image_id>/", image_api.OneImageView.as_view()),
    path("images/<uuid:image_id>/cancel/", image_api.CancelImageView.as_view()),
    path("images/<uuid:image_id>/log/", image_api.ImageLogView.as_view(), name="image-log"),
    path("images/<uuid:image_id>/archive/", image_api.ImageArchiveView.as_view(), name="image-archive"),
    path("images/<uuid:image_id>/context/", image_api.ImageContextView.as_view(), name="image-context"),
    path("images/<uuid:image_id>/sbom/", image_api.ImageMaterialsView.as_view(), name="image-sbom"),
]
