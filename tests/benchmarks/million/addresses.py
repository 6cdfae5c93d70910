"""What is asked of the big database: every route that reads and whose things it holds, the searches of MLflow, and the
filters and orders that people use."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import msgspec

PROJECT = {"root": "big", "ann": "big", "sam": "p3", "mia": "big"}
NOT_LISTS = re.compile(r"export|download|/docs/|^docs/|schema/|verifier|healthz|readyz|sign-in|^api/v1/system/storage/")
"""Streams, and what does not read the big tables."""
FILTERS = ("state=failed", "state:running", "Area=Churn", "Area != Churn", "tags.Nothing", "metrics.rmse < 0.0005",
           "metrics.rmse < 0.5", "params.lr=0.1", "params.lr=7", "by=mia", "name ~ boost", "forest", "nowhere",
           "experiment='exp 7'", "created > 3 days ago", "created < 2000-01-01", "duration > 5 min",
           "Area=Churn and metrics.rmse < 0.5 and state = completed", "not Area=Churn", "archived=yes")  # fmt: skip
ORDERS = ("-created", "created", "name", "-duration", "experiment", "-metrics.rmse", "metrics.rmse", "params.lr",
          "tags.Area", "state", "number")  # fmt: skip
MODELS = ("", "Area=Churn", "boost", "nowhere", "metrics.rmse < 0.2", "alias=champion", "stage=Production",
          "framework=sklearn", "name ~ deep", "Area=Nothing")  # fmt: skip


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    path: str
    body: dict[str, Any] | None = None


def asked(person: Any) -> Iterator[Asked]:
    slug = PROJECT[person.username]
    things = examples(person, slug)
    yield from routed(things, person)
    for place in (f"project={slug}&", ""):
        for text in FILTERS:
            yield Asked(name=f"runs {place}{text}", path=f"/runs/?{place}filter={quote(text)}")
            yield Asked(name=f"REST runs {place}{text}", path=f"/api/v1/runs/?{place}filter={quote(text)}")
        for text in ORDERS:
            yield Asked(name=f"REST runs {place}by {text}", path=f"/api/v1/runs/?{place}order_by={quote(text)}")
        for text in MODELS:
            yield Asked(name=f"models {place}{text}", path=f"/models/?{place}facets=1&filter={quote(text)}")
            yield Asked(name=f"REST models {place}{text}", path=f"/api/v1/models/?{place}filter={quote(text)}")
        for text in ("Area=Churn", "data 77", "nowhere"):
            yield Asked(name=f"datasets {place}{text}", path=f"/datasets/?{place}facets=1&filter={quote(text)}")
        yield Asked(name=f"runs {place}facets", path=f"/runs/?{place}facets=1")
        yield Asked(name=f"runs {place}facets of a filter", path=f"/runs/?{place}facets=1&filter=metrics.rmse%3C0.5")
        for text in ("", "Ar", "Area=", "metrics.", "params.", "experiment=", "by="):
            yield Asked(name=f"proposals {place}{text}",
                        path=f"/search/complete/?noun=runs&{place}text={quote(text)}")  # fmt: skip
    for text in ("boost", "nowhere", "Area=Churn", things["run_id"], things["model"]):
        yield Asked(name=f"search {text}", path=f"/search/?q={quote(text)}")
        yield Asked(name=f"hits {text}", path=f"/search/hits/?text={quote(text)}")
    yield from of_mlflow(things)


def of_mlflow(things: dict[str, str]) -> Iterator[Asked]:
    base, within = "/api/2.0/mlflow/", {"experiment_ids": [things["experiment_id"]]}
    for text in ("", "metrics.rmse < 0.1", "params.lr = '0.1'", "tags.Area = 'Churn'",
                 "attributes.status = 'FAILED'", "attributes.run_name LIKE 'boost%'"):  # fmt: skip
        yield Asked(name=f"MLflow runs {text}", path=f"{base}runs/search", body={**within, "filter": text})
    for order in ("metrics.rmse DESC", "attributes.start_time ASC", "params.lr"):
        yield Asked(name=f"MLflow runs by {order}", path=f"{base}runs/search", body={**within, "order_by": [order]})
    yield Asked(name="MLflow experiments", path=f"{base}experiments/search", body={"max_results": 200})
    yield Asked(name="MLflow models", path=f"{base}registered-models/search?max_results=100")
    yield Asked(name="MLflow models like",
                path=f"{base}registered-models/search?max_results=100&filter={quote('name LIKE %boost%')}")  # fmt: skip
    yield Asked(name="MLflow versions", path=f"{base}model-versions/search?max_results=100")
    told = quote(f"name = '{things['model']}'")
    yield Asked(name="MLflow versions of one", path=f"{base}model-versions/search?filter={told}")
    told = quote(f"run_id = '{things['run_id']}'")
    yield Asked(name="MLflow versions of a run", path=f"{base}model-versions/search?filter={told}")
    yield Asked(name="MLflow one run", path=f"{base}runs/get?run_id={things['run_id']}")
    yield Asked(name="MLflow logged models", path=f"{base}logged-models/search", body=within)


def routed(things: dict[str, str], person: Any) -> Iterator[Asked]:
    """Those of tests.access.expectations."""
    from tests.access.expectations import TRIES
    from tests.access.walk import ADMINISTRATOR

    seen = set()
    for one in TRIES:
        if one.method != "GET" or (one.needs == ADMINISTRATOR and not person.is_superuser):
            continue
        if NOT_LISTS.search(one.route) or one.route.startswith("<mlflow_base") or 404 in one.allowed:
            continue
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", one.route) + one.query
        if "trace" in path:
            continue
        try:
            filled = path.format_map(things)
        except (KeyError, ValueError, IndexError):
            continue
        if filled not in seen:
            seen.add(filled)
            yield Asked(name=path, path=f"/{filled}")


def examples(person: Any, slug: str) -> dict[str, str]:
    """Ids of things in the project, by the names that the routes have for them."""
    from mlops.access.models import Project
    from mlops.datasets.models import DatasetVersion
    from mlops.registry.models import ModelVersion
    from mlops.runs.models import LoggedModel, Run

    project = Project.objects.get(slug=slug)
    run = Run.objects.filter(project=project).order_by("-created_at")[100]
    version = ModelVersion.objects.filter(model__project=project, number=2).first()
    data = DatasetVersion.objects.filter(dataset__project=project).first()
    logged = LoggedModel.objects.filter(experiment=run.experiment).first()
    assert version
    assert data
    return {
        "slug": slug, "run_id": str(run.pk), "experiment_id": str(run.experiment_id), "node": "n1",
        "number": "1", "model": version.model.name, "version_id": str(version.pk),
        "dataset_id": str(data.dataset_id), "a": "1", "b": "1",
        "model_id": str(version.model_id), **({"logged_id": str(logged.pk)} if logged else {}),
    }  # fmt: skip
