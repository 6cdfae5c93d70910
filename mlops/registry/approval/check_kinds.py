"""The checks that the registry itself can judge."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from mlops.registry.approval.checks import Given, Kind, Option, register
from mlops.registry.models import ModelDataset, ModelVersion
from mlops.registry.scanned import standing_in_version
from mlops.tags.filters import tags_of

Judged = tuple[bool, str, str]


def register_all() -> None:
    for kind in KINDS:
        register(kind)


def _card(version: ModelVersion, check: Given) -> Judged:
    if version.card.strip() or version.model.card.strip():
        return True, _("The model card is written."), ""
    return False, _("The model card is empty."), _("Write it on the tab Card.")


def _scan(version: ModelVersion, check: Given) -> Judged:
    found = standing_in_version(version)
    if found.level in ("none", "safe"):
        return True, _("Nothing unsafe was found in its files."), ""
    if found.level == "waiting":
        return False, _("Its files are not scanned yet."), _("Ask again in a minute.")
    names = ", ".join(file.path for file in found.troubles[:3])
    said = _("Its files are %(level)s: %(names)s.") % {"level": found.level, "names": names}
    return False, said, _("Look at the findings on its page; an owner may allow what is meant.")


def _metric(version: ModelVersion, check: Given) -> Judged:
    name, least, most = check["name"], check.get("least"), check.get("most")
    value = version.metrics.get(name)
    if value is None:
        known = ", ".join(version.metrics) or _("none")
        said = _("The version has no metric “%(name)s”.") % {"name": name}
        return False, said, _("It has: %(names)s. Register it with that metric.") % {"names": known}
    if least is not None and value < least:
        said = _("%(name)s is %(value)g, less than %(least)g.") % {"name": name, "value": value, "least": least}
        return False, said, _("Register a better version.")
    if most is not None and value > most:
        said = _("%(name)s is %(value)g, more than %(most)g.") % {"name": name, "value": value, "most": most}
        return False, said, _("Register a better version.")
    return True, _("%(name)s is %(value)g.") % {"name": name, "value": value}, ""


def _dataset(version: ModelVersion, check: Given) -> Judged:
    links = ModelDataset.objects.filter(version=version, dataset_version__dataset__name=check["dataset"])
    if check.get("relation"):
        links = links.filter(relation=check["relation"])
    found = links.select_related("dataset_version__dataset").first()
    if found is not None:
        return True, _("%(data)s stands behind it as %(relation)s.") % {
            "data": found.dataset_version,
            "relation": found.relation,
        }, ""  # fmt: skip
    relation = check.get("relation") or _("any relation")
    said = _("The dataset “%(name)s” does not stand behind it (%(relation)s).")
    hint = _("Evaluate it on that dataset, and add the dataset on the tab Datasets.")
    return False, said % {"name": check["dataset"], "relation": relation}, hint


def _signature(version: ModelVersion, check: Given) -> Judged:
    if version.signature is not None:
        return True, _("It says which columns it takes."), ""
    return False, _("It does not say which columns it takes."), _("Register it with a signature.")


def _tag(version: ModelVersion, check: Given) -> Judged:
    key, wanted = check["name"], check.get("value")
    value = tags_of(version).get(key)
    if value is not None and wanted in (None, value):
        return True, _("It has the tag %(key)s=%(value)s.") % {"key": key, "value": value}, ""
    told = f"{key}={wanted}" if wanted else key
    return False, _("It has no tag %(tag)s.") % {"tag": told}, _("Set the tag once what it stands for is done.")


KINDS = (
    Kind(name="card", title=gettext_lazy("The model card is written"), judge=_card),
    Kind(name="scan", title=gettext_lazy("The scan of its files found nothing"), judge=_scan),
    Kind(
        name="metric",
        title=gettext_lazy("A metric is there, and within limits"),
        judge=_metric,
        options=(
            Option(name="name", label=gettext_lazy("Metric"), is_needed=True, example="auc"),
            Option(name="least", label=gettext_lazy("At least"), is_number=True, example="0.8"),
            Option(name="most", label=gettext_lazy("At most"), is_number=True, example="0.3"),
        ),
    ),
    Kind(
        name="dataset",
        title=gettext_lazy("Evaluated on a dataset"),
        judge=_dataset,
        options=(
            Option(name="dataset", label=gettext_lazy("Dataset"), is_needed=True, example="holdout"),
            Option(name="relation", label=gettext_lazy("Relation"), example="evaluation data"),
        ),
    ),
    Kind(name="signature", title=gettext_lazy("It says which columns it takes"), judge=_signature),
    Kind(
        name="tag",
        title=gettext_lazy("It has a tag"),
        judge=_tag,
        options=(
            Option(name="name", label=gettext_lazy("Tag"), is_needed=True, example="reviewed"),
            Option(name="value", label=gettext_lazy("Value"), example="yes"),
        ),
    ),
)
