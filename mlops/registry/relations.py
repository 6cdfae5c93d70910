"""What a version has to do with data and with other versions, and what it usually needs: said by people, after the
fact."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.datasets import versions as datasets
from mlops.events.chain import record
from mlops.events.facts import Change, sides, stored
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.registry.models import ModelDataset, ModelVersion

RELATIONS = ("training data", "validation data", "evaluation data", "sample input", "sample output")
"""The usual ones; any other text will do."""
LONGEST_RELATION = 60
RESOURCES = {"cpu": 256.0, "memory_gib": 4096.0}
"""To the most that can be asked."""
MOST_PARENTS = 100


def link_dataset(actor: Any, version: ModelVersion, *, dataset: str, relation: str = RELATIONS[0]) -> ModelDataset:
    """`dataset`: `name:version`. Once however often. Raises Refusal `relation_invalid` and those of unknown data."""
    project = version.model.project
    require(actor, "models.register", project)
    relation = " ".join(relation.lower().split())
    if not relation or len(relation) > LONGEST_RELATION:
        raise Refusal(
            "relation_invalid",
            _("A relation is a text of at most %(most)d characters.") % {"most": LONGEST_RELATION},
            hint=_("Such as: %(known)s.") % {"known": ", ".join(RELATIONS)},
            where=Where(parameter="relation"),
        )
    name, _colon, number = dataset.strip().removeprefix("azureml:").partition(":")
    found = datasets.named(project, name, number)
    with transaction.atomic():
        link, is_new = ModelDataset.objects.get_or_create(version=version, dataset_version=found, relation=relation)
        if is_new:
            _tell(actor, version, "dataset_linked", dataset=str(found), relation=relation)
    return link


def unlink_dataset(actor: Any, version: ModelVersion, *, dataset: str, relation: str = RELATIONS[0]) -> None:
    """Raises Refusal `relation_unknown`."""
    require(actor, "models.register", version.model.project)
    links = list(ModelDataset.objects.filter(version=version).select_related("dataset_version__dataset"))
    found = [one for one in links if (str(one.dataset_version), one.relation) == (dataset.strip(), relation.strip())]
    if not found:
        known = ", ".join(f"{one.dataset_version} ({one.relation})" for one in links) or _("none")
        raise Refusal(
            "relation_unknown",
            _("“%(dataset)s” does not stand behind %(version)s as %(relation)s.")
            % {"dataset": dataset[:160], "version": version, "relation": relation[:60]},
            hint=_("There are: %(known)s.") % {"known": known},
            status=404,
        )
    with transaction.atomic():
        found[0].delete()
        _tell(actor, version, "dataset_unlinked", dataset=dataset.strip(), relation=relation.strip())


def set_parent(actor: Any, version: ModelVersion, *, parent: str) -> None:
    """`parent`: `name:number` in the same project; empty: none. Raises Refusal `parent_unknown`, `parent_circular`."""
    project = version.model.project
    require(actor, "models.register", project)
    found = _named(version, parent.strip()) if parent.strip() else None
    above, steps = found, 0
    while above is not None and steps < MOST_PARENTS:
        if above.pk == version.pk:
            message = _("%(version)s cannot be made from %(parent)s, which was made from it.")
            raise Refusal("parent_circular", message % {"version": version, "parent": found}, status=409)
        above, steps = above.parent, steps + 1
    with transaction.atomic():
        was = stored(version)
        version.parent = found
        version.save(update_fields=["parent", "changed_at"])
        _tell(actor, version, "parent_set", (was, stored(version)), parent=str(found) if found else "")


def set_resources(actor: Any, version: ModelVersion, *, resources: dict[str, Any]) -> None:
    """`cpu` in cores and `memory_gib`. Raises Refusal `resources_invalid`."""
    require(actor, "models.register", version.model.project)
    kept = {name: _size(name, value) for name, value in resources.items() if value not in (None, "")}
    with transaction.atomic():
        was = stored(version)
        version.resources = kept
        version.save(update_fields=["resources", "changed_at"])
        _tell(actor, version, "resources_set", (was, stored(version)), resources=kept)


def _size(name: str, value: Any) -> float:
    if name not in RESOURCES:
        hint = nearest(name, RESOURCES) or _("There are: %(names)s.") % {"names": ", ".join(RESOURCES)}
        raise _unfit(_("“%(name)s” is no resource of a model.") % {"name": name[:60]}, name, hint)
    try:
        size = float(value)
    except (TypeError, ValueError):
        size = float("nan")
    if not 0 < size <= RESOURCES[name]:
        told = {"value": str(value)[:40], "name": name, "most": RESOURCES[name]}
        raise _unfit(_("“%(value)s” is no %(name)s: more than 0, at most %(most)g.") % told, name)
    return size


def _unfit(message: str, name: str, hint: str = "") -> Refusal:
    return Refusal("resources_invalid", message, hint=hint, where=Where(parameter=name))


def _named(version: ModelVersion, text: str) -> ModelVersion:
    name, _colon, number = text.removeprefix("azureml:").rpartition(":")
    known = ModelVersion.objects.filter(model__project=version.model.project_id).select_related("model", "parent")
    found = known.filter(model__name=name, number=int(number)).first() if number.isdecimal() else None
    if found is None:
        names = [str(one) for one in known.order_by("-created_at")[:200]]
        raise Refusal(
            "parent_unknown",
            _("There is no model version “%(text)s” in this project.") % {"text": text[:160]},
            hint=nearest(text, names) or _("Write name:number, such as prices:3."),
            status=404,
            where=Where(parameter="parent"),
        )
    return found


def _tell(actor: Any, version: ModelVersion, act: str, change: Change | None = None, **data: Any) -> None:
    project, notice, subject = version.model.project, ("model", str(version.model_id)), f"models/{version}"
    record(actor, f"mlops.model.{act}", subject=subject, project=project, data=data, notice=notice, **sides(change))
