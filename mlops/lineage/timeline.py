"""A model's life as one story: data, training, deployment, drift, retraining, comparison, rollout and effect."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

import msgspec
from django.db.models import Q
from django.utils.translation import gettext as _

from mlops.datasets.models import DatasetVersion
from mlops.datasets.queries import page_url
from mlops.deployments.models import Deployment, DeploymentRevision, Endpoint
from mlops.events.models import Event
from mlops.lineage.effects import effects_of
from mlops.lineage.kinds.kind import page
from mlops.lineage.story_words import STAGES, TONES, words_of
from mlops.monitoring.models import Monitor
from mlops.registry.models import ModelDataset, ModelVersion, RegisteredModel

Stage = Literal["data", "training", "deployment", "drift", "retraining", "comparison", "rollout", "effect"]
Tone = Literal["good", "bad", "plain"]
MOST_ENTRIES = 500


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    at: datetime
    stage: Stage
    title: str
    text: str = ""
    """Why, in the words of whoever did it."""
    by: str = ""
    url: str = ""
    tone: Tone = "plain"


def timeline_of(model: RegisteredModel) -> tuple[Entry, ...]:
    """The oldest first; of more than 500 the newest."""
    endpoints = endpoints_of(model)
    monitors = monitors_of(model, endpoints)
    events = list(_events(model, endpoints, monitors))
    pages = {f"endpoints/{one.name}": page("endpoint", one.pk) for one in endpoints}
    pages |= {f"monitors/{one.name}": page("monitor", one.pk) for one in monitors}
    entries = [*_data(model), *(_told(event, model, pages) for event in events)]
    entries += [Entry(**one, stage="effect") for one in effects_of(events, monitors)]
    entries.sort(key=lambda entry: entry.at)
    return tuple(entries[-MOST_ENTRIES:])


def endpoints_of(model: RegisteredModel) -> list[Endpoint]:
    """That serve one of its versions, or once did."""
    now = Deployment.objects.filter(version__model=model).values("endpoint")
    once = DeploymentRevision.objects.filter(version__model=model).values("deployment__endpoint")
    return list(Endpoint.objects.filter(Q(pk__in=now) | Q(pk__in=once), project=model.project_id))


def monitors_of(model: RegisteredModel, endpoints: Iterable[Endpoint]) -> list[Monitor]:
    """That watch such an endpoint, or a dataset behind one of the versions."""
    datasets = ModelDataset.objects.filter(version__model=model).values("dataset_version__dataset")
    watched = Q(endpoint__in=list(endpoints)) | Q(dataset__in=datasets)
    return list(Monitor.objects.filter(watched, project=model.project_id))


def _events(model: RegisteredModel, endpoints: list[Endpoint], monitors: list[Monitor]) -> Iterable[Event]:
    numbers = range(max(1, model.last_number - MOST_ENTRIES + 1), model.last_number + 1)
    mine = Q(type="mlops.model.registered", subject__in=[f"models/{model.name}:{number}" for number in numbers])
    mine |= Q(type__in=[one for one in STAGES if one.startswith("mlops.retraining.")], data__model=model.name)
    for endpoint in endpoints:
        subject = f"endpoints/{endpoint.name}"
        mine |= Q(subject=subject) | Q(subject__startswith=f"{subject}/")
    mine |= Q(subject__in=[f"monitors/{monitor.name}" for monitor in monitors])
    rows = Event.objects.filter(mine, project=model.project_id, type__in=list(STAGES))
    return reversed(rows.order_by("-seq")[:MOST_ENTRIES])


def _data(model: RegisteredModel) -> list[Entry]:
    """Versions of the datasets behind it, also those that nothing was trained on yet."""
    datasets = ModelDataset.objects.filter(version__model=model).values("dataset_version__dataset")
    rows = DatasetVersion.objects.filter(dataset__in=datasets).select_related("dataset", "created_by")
    trained: dict[object, list[str]] = {}
    for version in ModelVersion.objects.filter(model=model).order_by("number"):
        for linked in ModelDataset.objects.filter(version=version):
            trained.setdefault(linked.dataset_version_id, []).append(str(version))
    return [
        Entry(
            at=row.created_at,
            stage="data",
            title=_("Data: %(version)s") % {"version": row},
            text=_("%(models)s learned from it.") % {"models": ", ".join(trained[row.pk])} if row.pk in trained else "",
            by=row.created_by.get_username() if row.created_by else "",
            url=page_url(row.dataset),
        )
        for row in rows.order_by("-created_at")[:MOST_ENTRIES]
    ]


def _told(event: Event, model: RegisteredModel, pages: dict[str, str]) -> Entry:
    return Entry(
        at=event.at,
        stage=STAGES[event.type],
        title=words_of(event),
        text=event.reason,
        by="" if event.actor_id is None else event.actor_name,
        url=_url(event, model, pages),
        tone=TONES.get(event.type, "plain"),
    )


def _url(event: Event, model: RegisteredModel, pages: dict[str, str]) -> str:
    first, _slash, rest = event.subject.partition("/")
    if first == "models":
        number = rest.rpartition(":")[2]
        return page("model-version", model.pk, int(number)) if number.isdecimal() else ""
    if first == "retraining" and "policy_id" in event.data and "attempt" in event.data:
        return page("retraining-attempt", event.data["policy_id"], event.data["attempt"])
    url = pages.get("/".join(event.subject.split("/")[:2]), "")
    look = event.data.get("run") if first == "monitors" else None
    return f"{url}?look={look}" if url and look else url
