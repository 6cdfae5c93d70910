"""Columns that many kinds of things have."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import BooleanField, ExpressionWrapper, Q
from django.utils.translation import gettext_lazy as _

from mlops.tags.searching.searchable import Column


def named(*aliases: str) -> Column:
    return Column(name="name", label=_("Name"), path="name", is_searched=True, aliases=aliases)


def described() -> Column:
    return Column(name="description", label=_("Description"), path="description", is_searched=True)


def created(*aliases: str) -> Column:
    return Column(name="created", label=_("Created"), path="created_at", kind="date",
                  aliases=("created_at", "creation_time", *aliases))  # fmt: skip


def made_by(*aliases: str) -> Column:
    return Column(name="by", label=_("Made by"), path="created_by__username", is_nullable=True, read=person, facet=True,
                  aliases=("who", "user", "created_by", *aliases))  # fmt: skip


def in_project() -> Column:
    return Column(name="project", label=_("Project"), path="project__slug")


def identified(*aliases: str) -> Column:
    return Column(name="id", label=_("Id"), path="pk", read=identifier, aliases=aliases)


def archived() -> Column:
    return Column(name="archived", label=_("Archived"), kind="flag", expression=is_set("archived_at"))


def person(text: str, actor: Any) -> str:
    return actor.get_username() if text.lower() in ("me", "@me") and actor is not None else text


def identifier(text: str, _actor: Any) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise ValueError("an id such as 8c2f54a0-0000-4000-8000-000000000000") from error


def is_set(path: str) -> Any:
    return lambda _now: ExpressionWrapper(Q(**{f"{path}__isnull": False}), output_field=BooleanField())
