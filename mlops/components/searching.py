"""What can be asked of a project's components in a filter. Of what belongs to a version, one that fits is enough."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mlops.components.models import Component, ComponentVersion, Kind
from mlops.tags.searching import Column, Held, Searchable, choices_of, labels_of
from mlops.tags.searching.columns import archived, created, identified, in_project, made_by, named

OF_VERSIONS = Held(model=ComponentVersion, by="component")

COMPONENTS = Searchable(
    noun="components",
    label=_("Components"),
    words=("name",),
    words_of=((OF_VERSIONS, ("title", "description")),),
    columns=(
        named(),
        Column(name="title", label=_("Title"), path="title", of=OF_VERSIONS, is_searched=True,
               aliases=("display_name",)),
        Column(name="description", label=_("Description"), path="description", of=OF_VERSIONS, is_searched=True),
        Column(name="kind", label=_("Kind"), path="kind", kind="choice", of=OF_VERSIONS, facet=True,
               choices=choices_of(Kind), labels=labels_of(Kind), aliases=("type",)),
        Column(name="version", label=_("Version"), path="version", of=OF_VERSIONS),
        created(),
        made_by(),
        archived(),
        in_project(),
        identified("component_id"),
    ),
    tags=(Held(model=Component), Held(model=ComponentVersion, by="component", json="tags")),
)  # fmt: skip
