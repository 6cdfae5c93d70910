"""Acts on pipeline components: collapse a selection into one, open one as a draft, save that as its next version."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from designer.actions import create_draft
from designer.graph.subgraph import Exposed, cut
from designer.models import Draft
from designer.queries import document_of
from mlops.access.decisions import require
from mlops.components.actions import create_version
from mlops.components.models import ComponentVersion
from mlops.components.names import checked_name
from mlops.components.queries import ProjectLibrary, definition_of
from mlops.formats.azureml.values import title_of
from mlops.formats.definition import Graph
from mlops.formats.refusal import Refusal
from mlops.pipelines.subgraph import define

ORIGIN = "components/"
"""`Draft.cloned_from` of a draft that is the inside of a component: `components/NAME:VERSION`."""


def collapse(
    actor: Any,
    draft: Draft,
    *,
    nodes: Iterable[str],
    name: str,
    title: str = "",
    help: str = "",
    exposed: Iterable[Exposed] = (),
) -> ComponentVersion:
    """The chosen steps of the saved drawing as a component's next version. The drawing is not changed by it."""
    require(actor, "pipelines.design", draft.project)
    inner, crossing = cut(document_of(draft), nodes, exposed)
    definition = define(
        inner,
        ProjectLibrary(draft.project),
        name=checked_name(name),
        title=title.strip() or title_of(name),
        help=help,
        crossing=crossing,
    )
    return create_version(actor, draft.project, definition, kind="graph")


def open_inside(actor: Any, version: ComponentVersion) -> Draft:
    """The draft in which the inside of the version is edited: the one that is open already, or a new one."""
    require(actor, "pipelines.design", version.component.project)
    graph = definition_of(version).how
    if not isinstance(graph, Graph):
        raise Refusal(
            "not_a_pipeline",
            _("“%(name)s” is no pipeline: it has no steps inside.") % {"name": version.title},
            hint=_("Its page shows its script."),
            status=409,
        )
    project, origin = version.component.project, f"{ORIGIN}{version}"
    known = Draft.objects.filter(project=project, cloned_from=origin).first()
    return known or create_draft(actor, project, name=version.title, document=graph.document, cloned_from=origin)


def save_inside(
    actor: Any, draft: Draft, *, name: str = "", version: str = "", title: str = "", help: str = ""
) -> ComponentVersion:
    """The draft as the next version of the component that it is the inside of, or as a new component `name`."""
    require(actor, "pipelines.design", draft.project)
    origin = origin_of(draft)
    wanted = name or (origin.component.name if origin else "")
    before = definition_of(origin) if origin and origin.component.name == wanted else None
    library = ProjectLibrary(draft.project)
    document = document_of(draft)
    if any(node.component == wanted for node in document.nodes.values()):
        raise Refusal(
            "component_in_itself",
            _("“%(name)s” cannot hold itself.") % {"name": wanted},
            hint=_("Take its card out of the drawing."),
            status=422,
        )
    definition = define(
        document,
        library,
        name=checked_name(wanted),
        title=title.strip() or (before.component.title if before else draft.name),
        help=help or (before.component.help if before else draft.description),
        version=version,
        before=before.how if before and isinstance(before.how, Graph) else None,
    )
    made = create_version(actor, draft.project, definition, kind="graph")
    Draft.objects.filter(pk=draft.pk).update(cloned_from=f"{ORIGIN}{made}")
    return made


def origin_of(draft: Draft) -> ComponentVersion | None:
    """The version that the draft is the inside of."""
    if not draft.cloned_from.startswith(ORIGIN):
        return None
    name, _colon, version = draft.cloned_from.removeprefix(ORIGIN).partition(":")
    rows = ComponentVersion.objects.filter(component__project=draft.project, component__name=name, version=version)
    return rows.select_related("component__project").first()
