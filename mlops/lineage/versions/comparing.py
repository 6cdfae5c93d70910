"""Any number of versions beside each other, of one model or of several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import msgspec
from django.utils.translation import gettext as _

from mlops.formats.refusal import Refusal
from mlops.lineage.versions.facts import VersionFacts, facts_of
from mlops.registry.models import ModelVersion, RegisteredModel, Stage
from mlops.registry.queries import versions_of, visible_versions
from mlops.runs.comparing import MetricRow, Row, metric_row, rows_of

LEAST, MOST = 2, 20


class DataChange(msgspec.Struct, frozen=True, kw_only=True):
    """Two versions of one dataset that stand behind the compared models; `url` shows their difference."""

    dataset: UUID
    name: str
    before: int
    after: int
    url: str


class Beside(msgspec.Struct, frozen=True, kw_only=True):
    versions: tuple[VersionFacts, ...]
    facts: tuple[Row, ...]
    metrics: tuple[MetricRow, ...]
    parameters: tuple[Row, ...]
    data: tuple[Row, ...]
    data_changes: tuple[DataChange, ...]
    importances: tuple[Row, ...]
    inputs: tuple[Row, ...]
    outputs: tuple[Row, ...]
    packages: tuple[Row, ...]
    serving: tuple[Row, ...]


def beside(versions: Sequence[ModelVersion]) -> Beside:
    known = facts_of(versions)
    return Beside(
        versions=tuple(known),
        facts=rows_of([_facts(one) for one in known]),
        metrics=tuple(metric_row(row) for row in rows_of([one.metrics for one in known])),
        parameters=rows_of([{name: _text(value) for name, value in one.parameters.items()} for one in known]),
        data=rows_of([_data(one) for one in known]),
        data_changes=_changes(known),
        importances=_importances(known),
        inputs=rows_of([one.inputs for one in known]),
        outputs=rows_of([one.outputs for one in known]),
        packages=rows_of([one.packages for one in known]),
        serving=rows_of([_serving(one) for one in known]),
    )


def chosen(person: Any, model: RegisteredModel, asked: Sequence[str]) -> list[ModelVersion]:
    """`asked`: numbers of the model, or `name:number` of others in the project; none: its newest, up to five.

    Raises Refusal `versions_wrong`, `not_found`."""
    if not asked:
        asked = [str(one) for one in reversed(versions_of(model).values_list("number", flat=True)[:5])]
    wanted = list(dict.fromkeys(asked))
    if not LEAST <= len(wanted) <= MOST:
        message = _("From %(least)d to %(most)d versions are compared, not %(count)d.")
        told = {"least": LEAST, "most": MOST, "count": len(wanted)}
        raise Refusal("versions_wrong", message % told, hint=_("Choose versions such as 1, 2 or other-model:3."))
    seen = visible_versions(person).filter(model__project=model.project_id)
    return [_version(seen, model, one) for one in wanted]


def _version(seen: Any, model: RegisteredModel, text: str) -> ModelVersion:
    name, _colon, number = text.strip().rpartition(":")
    found = seen.filter(model__name=name) if name else seen.filter(model=model)
    one: ModelVersion | None = found.filter(number=int(number)).first() if number.isdecimal() else None
    if one is None:
        raise Refusal("not_found", _("There is no version “%(text)s” here.") % {"text": text[:160]}, status=404)
    return one


def _facts(one: VersionFacts) -> dict[str, Any]:
    return {
        "stage": "" if one.stage == Stage.NONE else one.stage,
        "aliases": ", ".join(one.aliases),
        "task": one.task,
        "algorithm": one.algorithm,
        "framework": one.framework,
        "size_bytes": one.size_bytes,
        "files": one.files,
        "trained_rows": one.trained_rows or None,
        "p99_ms": one.latency.p99_ms if one.latency else None,
        "per_second": one.latency.per_second if one.latency else None,
        "onnx": one.onnx,
        "created_at": one.created_at.isoformat(timespec="seconds"),
        "created_by": one.created_by,
        "run": one.run,
        "commit": one.commit,
        "tags": ", ".join(f"{key}={value}" for key, value in one.tags.items()),
    }


def _data(one: VersionFacts) -> dict[str, str]:
    found: dict[str, str] = {}
    for data in one.data:
        found[data.relation] = ", ".join(filter(None, (found.get(data.relation), data.name)))
    return found


def _changes(known: Sequence[VersionFacts]) -> tuple[DataChange, ...]:
    """Of each dataset of which different versions were used: the oldest beside the newest."""
    used: dict[UUID, tuple[str, set[int], str]] = {}
    for one in known:
        for data in one.data:
            _name, numbers, _url = used.setdefault(data.dataset, (data.name.rpartition(":")[0], set(), data.url))
            numbers.add(data.number)
    return tuple(
        DataChange(
            dataset=dataset,
            name=name,
            before=min(numbers),
            after=max(numbers),
            url=f"{url}?tab=difference&version={max(numbers)}&against={min(numbers)}",
        )
        for dataset, (name, numbers, url) in used.items()
        if len(numbers) > 1
    )


def _importances(known: Sequence[VersionFacts]) -> tuple[Row, ...]:
    """The weightiest in any of them first."""
    rows = rows_of([one.importances for one in known])
    return tuple(sorted(rows, key=lambda row: -max(abs(value) for value in row.values if value is not None)))


def _serving(one: VersionFacts) -> dict[str, str]:
    return {
        f"{each.endpoint}/{each.deployment}": f"{each.state or each.kind} {each.share:.0%}".strip()
        for each in one.served
    }


def _text(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()
