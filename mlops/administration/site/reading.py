"""How rows of any model are shown: found by name and state, never edited, without what may be a secret."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import ModelAdmin
from django.db import models
from django.http import HttpRequest
from django.urls import URLPattern, path

from mlops.events.facts import SECRET

LISTED = (
    "project", "number", "state", "kind", "role", "type", "subject", "actor_name", "version", "failures", "user",
    "email", "is_superuser", "is_active", "last_login",
    "created_by", "created_at", "at", "seen_at", "ended_at",
)  # fmt: skip
"""Columns of lists, where a model has them, in this order."""
SEARCHED = ("name", "display_name", "username", "email", "slug", "subject", "type", "actor_name", "digest")
FILTERED = ("state", "kind", "role", "is_active", "is_superuser")
MOST_COLUMNS = 6
NEVER = frozenset({"session_key", "key", "retired_keys", "variables", "request", "response"})
"""Besides what is called a secret: keys, what people gave programs, and what they asked of models."""


class Rows(ModelAdmin):  # type: ignore[type-arg]
    show_full_result_count = False
    list_per_page = 50
    save_as = False

    def __init__(self, model: type[models.Model], site: Any) -> None:
        super().__init__(model, site)
        plain = {one.name: one for one in model._meta.concrete_fields}
        names = [name for name in LISTED if name in plain]
        has_name = model.__str__ is not models.Model.__str__
        self.list_display = ["__str__" if has_name else "pk", *names[:MOST_COLUMNS]]
        self.list_select_related = [name for name in names if plain[name].is_relation] or False  # type: ignore[misc]
        self.search_fields = [name for name in SEARCHED if name in plain and not SECRET.search(name)]  # type: ignore[misc]
        self.list_filter = [name for name in FILTERED if name in plain]  # type: ignore[misc]
        self.ordering = model._meta.ordering or ["-pk"]  # type: ignore[misc,assignment]
        self.exclude = [one.name for one in model._meta.get_fields() if _is_hidden(one)]  # type: ignore[misc]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.admin_site.has_permission(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.admin_site.has_permission(request)

    def get_urls(self) -> list[URLPattern]:
        """The list and the row; nothing adds, deletes or undoes here."""
        about = self.model._meta
        name = f"{about.app_label}_{about.model_name}"
        see = self.admin_site.admin_view
        return [
            path("", see(self.changelist_view), name=f"{name}_changelist"),
            path("<path:object_id>/change/", see(self.change_view), name=f"{name}_change"),
        ]


def _is_hidden(field: Any) -> bool:
    """What may be a secret, by its name, and bytes; relations that are not columns are not asked for."""
    if not getattr(field, "concrete", False) or getattr(field, "many_to_many", False):
        return not getattr(field, "auto_created", False)
    return isinstance(field, models.BinaryField) or field.name in NEVER or SECRET.search(field.name) is not None
