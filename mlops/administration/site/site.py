"""The site itself: administrators alone, by the product's own sign-in, with the pages that reading needs."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, include, path
from django.utils.translation import gettext_lazy as _

from mlops.access.decisions import require_administrator


class OurSite(AdminSite):
    site_header = site_title = _("Administration")
    index_title = _("Rows of this server")
    site_url = "/"
    enable_nav_sidebar = False
    final_catch_all_view = False

    def has_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and getattr(request.user, "is_superuser", False))

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Others get the product's refusal, or its sign-in page, which asks for the second factor."""
        guarded = super().admin_view(view, cacheable)

        def entry(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            require_administrator(request.user, str(_("Only an administrator may see the rows of this server.")))
            return guarded(request, *args, **kwargs)

        return entry

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return redirect_to_login(request.get_full_path())

    def logout(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("accounts:sign-out")

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """No sign-in, sign-out and password pages of its own."""
        models: list[URLPattern | URLResolver] = [
            path(f"{model._meta.app_label}/{model._meta.model_name}/", include(admin.urls))
            for model, admin in self._registry.items()
        ]
        labels = {model._meta.app_label for model in self._registry}
        apps = [
            path(f"{label}/", self.admin_view(self.app_index), {"app_label": label}, name="app_list")
            for label in sorted(labels)
        ]
        return [
            path("", self.admin_view(self.index), name="index"),
            path("jsi18n/", self.admin_view(self.i18n_javascript, cacheable=True), name="jsi18n"),
            *models,
            *apps,
        ]


site = OurSite(name="admin")
