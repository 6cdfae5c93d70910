"""Routes at the server's root, as MLflow's clients call them."""

from __future__ import annotations

from django.urls import URLPattern, path, register_converter

from mlops.mlflow_api import (
    artifacts,
    assessments,
    experiments,
    info,
    logged_models,
    metrics,
    multipart,
    otlp,
    presigned,
    registered,
    runs,
    searches,
    telling,
    trace_searches,
    trace_telling,
    traces,
    versions,
    webhooks,
    workspaces,
)
from mlops.mlflow_api.door import View, route
from mlops.mlflow_api.graphql import answering

ACTS: dict[str, View] = {
    "experiments/create": route(POST=experiments.create),
    "experiments/get": route(by_steps=True, GET=experiments.show),
    "experiments/get-by-name": route(by_steps=True, GET=experiments.show_by_name),
    "experiments/search": route(POST=searches.experiments, GET=searches.experiments),
    "experiments/search-datasets": route(by_steps=True, POST=searches.datasets),
    "experiments/update": route(POST=experiments.rename),
    "experiments/delete": route(POST=experiments.delete),
    "experiments/restore": route(POST=experiments.restore),
    "experiments/set-experiment-tag": route(POST=experiments.set_tag),
    "experiments/delete-experiment-tag": route(POST=experiments.delete_tag),
    "runs/create": route(by_steps=True, POST=runs.create),
    "runs/get": route(by_steps=True, GET=runs.show),
    "runs/update": route(by_steps=True, POST=runs.update),
    "runs/delete": route(POST=runs.delete),
    "runs/restore": route(POST=runs.restore),
    "runs/search": route(by_steps=True, POST=searches.runs),
    "runs/log-metric": route(by_steps=True, POST=telling.log_metric),
    "runs/log-parameter": route(by_steps=True, POST=telling.log_param),
    "runs/log-batch": route(by_steps=True, POST=telling.log_batch),
    "runs/log-inputs": route(by_steps=True, POST=telling.log_inputs),
    "runs/log-model": route(by_steps=True, POST=telling.log_model),
    "runs/outputs": route(by_steps=True, POST=logged_models.log_outputs),
    "runs/set-tag": route(by_steps=True, POST=telling.set_tag),
    "runs/delete-tag": route(by_steps=True, POST=telling.delete_tag),
    "logged-models": route(by_steps=True, POST=logged_models.create),
    "logged-models/search": route(by_steps=True, POST=searches.logged_models),
    "logged-models/<str:logged_id>": route(
        by_steps=True, GET=logged_models.show, PATCH=logged_models.finish, DELETE=logged_models.delete
    ),
    "logged-models/<str:logged_id>/params": route(by_steps=True, POST=logged_models.add_parameters),
    "logged-models/<str:logged_id>/tags": route(by_steps=True, PATCH=logged_models.set_tags),
    "logged-models/<str:logged_id>/tags/<str:tag>": route(DELETE=logged_models.delete_tag),
    "logged-models/<str:logged_id>/artifacts/directories": route(by_steps=True, GET=logged_models.files),
    "logged-models/<str:logged_id>/artifacts/files": route(by_steps=True, GET=artifacts.file_of_model),
    "metrics/get-history": route(by_steps=True, GET=metrics.history),
    "metrics/get-history-bulk": route(by_steps=True, GET=metrics.history_of_many),
    "metrics/get-history-bulk-interval": route(by_steps=True, GET=metrics.thinned_history),
    "traces": route(by_steps=True, POST=trace_telling.create, GET=trace_searches.old_traces),
    "traces/get": route(by_steps=True, GET=traces.whole),
    "traces/batchGet": route(by_steps=True, GET=traces.several),
    "traces/batchGetInfos": route(by_steps=True, GET=traces.several_infos, POST=traces.several_infos),
    "traces/search": route(by_steps=True, POST=trace_searches.traces),
    "traces/delete-traces": route(POST=traces.delete),
    "traces/link-to-run": route(by_steps=True, POST=traces.link),
    "traces/<str:trace_id>": route(by_steps=True, GET=traces.show, PATCH=trace_telling.end),
    "traces/<str:trace_id>/info": route(by_steps=True, GET=traces.show_old),
    "traces/<str:trace_id>/tags": route(by_steps=True, PATCH=traces.set_tag, DELETE=traces.delete_tag),
    "traces/<str:trace_id>/assessments": route(by_steps=True, POST=assessments.create),
    "traces/<str:trace_id>/assessments/<str:assessment_id>": route(
        by_steps=True, GET=assessments.show, PATCH=assessments.update, DELETE=assessments.delete
    ),
    "get-trace-artifact": route(GET=traces.artifact),
    "artifacts/list": route(by_steps=True, GET=artifacts.listed_of_run),
    "artifacts/presigned-download-url": route(by_steps=True, POST=presigned.to_read),
    "artifacts/presigned-upload-url": route(by_steps=True, POST=presigned.to_send),
    "get-artifact": route(GET=artifacts.file_of_run),
    "upload-artifact": route(POST=artifacts.upload_to_run),
    "registered-models/create": route(by_steps=True, POST=registered.create),
    "registered-models/get": route(by_steps=True, GET=registered.show),
    "registered-models/rename": route(POST=registered.rename),
    "registered-models/update": route(PATCH=registered.update),
    "registered-models/delete": route(DELETE=registered.delete),
    "registered-models/search": route(GET=registered.search),
    "registered-models/get-latest-versions": route(GET=registered.latest_versions, POST=registered.latest_versions),
    "registered-models/set-tag": route(POST=registered.set_tag),
    "registered-models/delete-tag": route(DELETE=registered.delete_tag),
    "registered-models/alias": route(
        GET=registered.show_by_alias, POST=registered.set_alias, DELETE=registered.delete_alias
    ),
    "model-versions/create": route(by_steps=True, POST=versions.create),
    "model-versions/get": route(by_steps=True, GET=versions.show),
    "model-versions/update": route(PATCH=versions.update),
    "model-versions/delete": route(DELETE=versions.delete),
    "model-versions/search": route(GET=versions.search),
    "model-versions/transition-stage": route(POST=versions.change_stage),
    "model-versions/get-artifact": route(GET=versions.file),
    "model-versions/get-download-uri": route(GET=versions.download_uri),
    "model-versions/set-tag": route(POST=versions.set_tag),
    "model-versions/delete-tag": route(DELETE=versions.delete_tag),
    "webhooks": route(GET=webhooks.listed, POST=webhooks.create),
    "webhooks/<str:webhook>": route(GET=webhooks.show, PATCH=webhooks.update, DELETE=webhooks.delete),
    "webhooks/<str:webhook>/test": route(POST=webhooks.test),
    "workspaces": route(GET=workspaces.listed),
    "workspaces/<slug:slug>": route(GET=workspaces.show),
}
PROXY = route(by_steps=True, GET=artifacts.file_by_path, PUT=artifacts.upload_by_path, DELETE=artifacts.remove_by_path)
PARTED = {
    "create": route(by_steps=True, POST=multipart.create),
    "complete": route(by_steps=True, POST=multipart.complete),
    "abort": route(by_steps=True, POST=multipart.abort),
}
PRESIGNED = route(by_steps=True, GET=presigned.by_path)
PROXIED_LIST = route(by_steps=True, GET=artifacts.listed_by_path)


class Base:
    """Every route has the same meaning in each version of the API, and under the prefix that MLflow's pages use."""

    regex = r"(?:ajax-)?api/[23]\.0"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Base, "mlflow_base")

urlpatterns: list[URLPattern] = [
    path("health", info.health, name="mlflow-health"),
    path("version", info.version, name="mlflow-version"),
    path("get-artifact", ACTS["get-artifact"]),
    path("model-versions/get-artifact", ACTS["model-versions/get-artifact"]),
    path("graphql", route(POST=answering.answered)),
    path("v1/traces", route(by_steps=True, POST=otlp.spans)),
    *(path(f"<mlflow_base:base>/mlflow/{act}", view) for act, view in ACTS.items()),
    path("<mlflow_base:base>/mlflow/server-info", info.server_info),
    path("<mlflow_base:base>/mlflow-artifacts/artifacts", PROXIED_LIST),
    path("<mlflow_base:base>/mlflow-artifacts/artifacts/<path:artifact>", PROXY),
    path("<mlflow_base:base>/mlflow-artifacts/mpu/parts/<str:token>", multipart.part),
    *(path(f"<mlflow_base:base>/mlflow-artifacts/mpu/{act}/<path:folder>", view) for act, view in PARTED.items()),
    path("<mlflow_base:base>/mlflow-artifacts/presigned/<path:artifact>", PRESIGNED),
    path("<mlflow_base:base>/mlflow-artifacts/signed/<str:token>", presigned.file),
    path("<mlflow_base:base>/mlflow/<path:rest>", info.nowhere),
]
