"""Who may do what at each route. A route that is not named here fails the test: say who may use it.

`on(route, GET=READ, POST=(CONTRIBUTE, {body}))`; a route may be named again with another `query`."""

from __future__ import annotations

from typing import Any

from tests.access.walk import ADMINISTRATOR, ANYONE, CONTRIBUTE, OWN, READ, SIGNED_IN, Try

TRIES: list[Try] = []
Need = str | tuple[str, dict[str, Any]]


def on(route: str, *, query: str = "", form: bool = False, allowed: tuple[int, ...] = (), **methods: Need) -> None:
    for method, need in methods.items():
        needs, body = need if isinstance(need, tuple) else (need, {})
        TRIES.append(Try(route=route, method=method, needs=needs, query=query, body=body, form=form, allowed=allowed))


# -- machines
on("healthz", GET=ANYONE)
on("readyz", GET=ANYONE, allowed=(503,))
on("metrics", GET=ADMINISTRATOR)
on("jsi18n/", GET=ANYONE)
on("api/v1/schema/", GET=ANYONE)
on("api/v1/docs/", GET=SIGNED_IN)

# -- clusters
on("clusters/", GET=ADMINISTRATOR, POST=(ADMINISTRATOR, {"name": "prod"}))
on("clusters/<uuid:cluster_id>/", GET=ADMINISTRATOR, POST=(ADMINISTRATOR, {"act": "forget"}))
on("api/v1/clusters/", GET=SIGNED_IN, POST=(ADMINISTRATOR, {"name": "prod"}))
on("api/v1/clusters/<uuid:cluster_id>/", GET=SIGNED_IN, PATCH=(ADMINISTRATOR, {"context": "x"}), DELETE=ADMINISTRATOR)

# -- analytics
on("odata/v1/", GET=SIGNED_IN)
on("odata/v1/$metadata", GET=SIGNED_IN)
on("odata/v1/<str:segment>", GET=SIGNED_IN)
on("odata/v1/<str:segment>", query="(00000000-0000-0000-0000-000000000000)", GET=SIGNED_IN, allowed=(404,))
on("odata/v1/<str:segment>/$count", GET=SIGNED_IN)

# -- imports
on("api/v1/imports/", GET=SIGNED_IN, POST=(CONTRIBUTE, {"project": "{slug}", "address": "/srv/mlruns"}))
on("api/v1/imports/", query="?project={slug}", GET=SIGNED_IN)
on("api/v1/imports/archives/", query="?project={slug}", PUT=CONTRIBUTE)
on("api/v1/imports/marks/", query="?project={slug}&source=old", GET=READ)
on("api/v1/imports/<uuid:import_id>/", GET=READ)
on("api/v1/imports/<uuid:import_id>/cancel/", POST=CONTRIBUTE)
on("imports/", query="?project={slug}", GET=READ, POST=(CONTRIBUTE, {"address": "/srv/mlruns"}))
on("imports/<uuid:import_id>/", GET=READ, POST=(CONTRIBUTE, {"act": "cancel"}))
on("imports/<uuid:import_id>/state/", GET=READ)

# -- monitoring
on("monitoring/", GET=SIGNED_IN)
on("monitoring/", query="?project={slug}", GET=READ)
on("monitoring/new/", query="?project={slug}", GET=CONTRIBUTE)
on("monitoring/new/", query="?project={slug}", POST=(CONTRIBUTE, {"kind": "dataset", "dataset": "zebra data"}))
on("monitoring/<uuid:monitor_id>/edit/", GET=CONTRIBUTE, POST=(CONTRIBUTE, {"name": "x"}), allowed=(422,))
SPAN_TYPED = {"act": "begin", "start": "2020-01-01T00:00", "end": "2100-01-01T00:00"}
on("monitoring/<uuid:monitor_id>/backfill/", GET=CONTRIBUTE, POST=(CONTRIBUTE, SPAN_TYPED))
on("monitoring/<uuid:monitor_id>/delete/", GET=CONTRIBUTE, POST=CONTRIBUTE)
on("monitoring/<uuid:monitor_id>/", GET=READ, POST=(CONTRIBUTE, {"act": "disable"}))
MONITOR = "api/v1/monitors/<uuid:monitor_id>/"
on("api/v1/monitors/", GET=SIGNED_IN)
on("api/v1/monitors/", query="?project={slug}", GET=READ)
WATCH = {"target": {"dataset": "zebra data"}, "signals": [{"name": "drift", "kind": "data_drift"}]}
WATCH |= {"baseline": {"kind": "earlier"}}
on("api/v1/monitors/", POST=(CONTRIBUTE, {"project": "{slug}", "name": "x", "settings": WATCH}))
on("api/v1/monitors/suggestion/", query="?project={slug}&dataset=zebra data", GET=READ)
on(MONITOR, GET=READ, PATCH=(CONTRIBUTE, {"enabled": False}), DELETE=CONTRIBUTE)
on(f"{MONITOR}revisions/", GET=READ)
on(f"{MONITOR}yaml/", GET=READ)
on(f"{MONITOR}looks/", GET=READ, POST=(CONTRIBUTE, {}))
on(f"{MONITOR}looks/<int:number>/", GET=READ)
on(f"{MONITOR}looks/<int:number>/causes/", GET=READ)
on(f"{MONITOR}looks/<int:number>/again/", POST=CONTRIBUTE)
on(f"{MONITOR}looks/<int:number>/cancel/", POST=CONTRIBUTE)
on(f"{MONITOR}values/", GET=READ)
on(f"{MONITOR}stored-form/", GET=READ, POST=(CONTRIBUTE, {}), allowed=(422,))
SPAN = {"start": "2020-01-01T00:00:00Z", "end": "2100-01-01T00:00:00Z"}
on(f"{MONITOR}backfills/", GET=READ, POST=(CONTRIBUTE, SPAN))
on(f"{MONITOR}backfills/<int:number>/cancel/", POST=CONTRIBUTE)

# -- people
on("sign-in/", GET=ANYONE)
on("sign-in/link/<str:token>/", GET=ANYONE, allowed=(302, 410))
on("sign-out/", POST=ANYONE)
on("settings/", GET=SIGNED_IN, POST=(SIGNED_IN, {"act": "create-token", "name": "walk"}))
on("people/", GET=ADMINISTRATOR, POST=(ADMINISTRATOR, {"act": "add", "name": "nina"}))
on("api/v1/me/", GET=SIGNED_IN)
on("api/v1/tokens/", GET=SIGNED_IN, POST=(SIGNED_IN, {"name": "walk"}))
on("api/v1/tokens/<uuid:token_id>/", DELETE=OWN)

# -- projects
on("", GET=SIGNED_IN)
on("", query="?project={slug}", GET=READ)
on("projects/", GET=SIGNED_IN)
on("projects/new/", GET=SIGNED_IN, POST=(SIGNED_IN, {"name": "Another"}))
on("projects/<slug:slug>/", GET=READ, POST=(OWN, {"act": "give-role", "user": "sven", "role": "reader"}))
on("projects/<slug:slug>/", query="?tab=activity", GET=READ)
on("api/v1/projects/", GET=SIGNED_IN, POST=(SIGNED_IN, {"name": "Another"}))
on("api/v1/projects/<slug:slug>/", GET=READ)
on("api/v1/projects/<slug:slug>/members/", GET=READ, POST=(OWN, {"user": "sven", "role": "reader"}))
on("api/v1/projects/<slug:slug>/members/<str:name>/", DELETE=OWN)

# -- designer
on("designer/", GET=SIGNED_IN)
on("designer/", query="?project={slug}", GET=READ)
on("designer/compare/<str:a>/<str:b>/", GET=READ)
on("designer/compare/", query="?a={a}&b={b}", GET=READ, allowed=(302,))
on("designer/new/", query="?project={slug}", POST=CONTRIBUTE)
on("designer/import/", query="?project={slug}", POST=CONTRIBUTE)
on("designer/<uuid:draft_id>/", GET=READ)
on("designer/samples/<slug:key>/", query="?project={slug}", POST=CONTRIBUTE)
on("designer/<uuid:draft_id>/clone/", POST=CONTRIBUTE)
on("designer/<uuid:draft_id>/delete/", POST=CONTRIBUTE)
on("designer/runs/<uuid:run_id>/clone/", POST=CONTRIBUTE)
on("api/v1/palette/", query="?project={slug}", GET=READ)
on("api/v1/palette/links/", query="?project={slug}", GET=READ)
on("api/v1/samples/", GET=SIGNED_IN, POST=(CONTRIBUTE, {"project": "{slug}", "key": "automobile-basic"}))
on("api/v1/drafts/", GET=SIGNED_IN, POST=(CONTRIBUTE, {"project": "{slug}", "name": "x"}))
on("api/v1/drafts/", query="?project={slug}", GET=READ)
on("api/v1/drafts/<uuid:draft_id>/", GET=READ, PATCH=(CONTRIBUTE, {"name": "x"}), DELETE=CONTRIBUTE)
on("api/v1/drafts/<uuid:draft_id>/document/", PUT=(CONTRIBUTE, {"base_revision": 1, "document": {}, "label": "x"}))
on("api/v1/drafts/<uuid:draft_id>/revisions/", GET=READ)
on("api/v1/drafts/<uuid:draft_id>/revisions/<int:number>/", GET=READ)
on("api/v1/drafts/<uuid:draft_id>/operations/", GET=READ, POST=(CONTRIBUTE, {"operations": []}))
on("api/v1/drafts/<uuid:draft_id>/examined/", GET=READ)
on("api/v1/drafts/<uuid:draft_id>/steps/", GET=READ)
on("api/v1/drafts/<uuid:draft_id>/history/", GET=READ)
on("api/v1/drafts/<uuid:draft_id>/versions/", GET=READ, POST=(CONTRIBUTE, {"name": "x"}))
TAB = "6f1f9c1e-5d0a-4b3c-9a44-0d2f6a6c3b11"
on("api/v1/drafts/<uuid:draft_id>/presence/", GET=READ, PUT=(READ, {"tab": TAB}))
on("api/v1/drafts/<uuid:draft_id>/presence/", query=f"?tab={TAB}", DELETE=READ)
on("api/v1/drafts/<uuid:draft_id>/restore/", POST=(CONTRIBUTE, {"revision": 1}))
on("api/v1/drafts/<uuid:draft_id>/clone/", POST=CONTRIBUTE)
on("api/v1/drafts/<uuid:draft_id>/inference/", GET=READ, POST=(CONTRIBUTE, {"kind": "realtime"}), allowed=(409, 422))
on("api/v1/drafts/<uuid:draft_id>/inference/update/", POST=CONTRIBUTE, allowed=(409,))
on("api/v1/drafts/<uuid:draft_id>/publish/", POST=(CONTRIBUTE, {"endpoint": "x"}))
on("api/v1/pipeline-endpoints/", GET=SIGNED_IN)
on("api/v1/pipeline-endpoints/<uuid:pipeline_id>/", GET=READ, PATCH=(CONTRIBUTE, {"description": "x"}))
on("api/v1/pipeline-endpoints/<uuid:pipeline_id>/runs/", GET=READ, POST=(CONTRIBUTE, {}))
PUBLISHED = "api/v1/pipeline-endpoints/<uuid:pipeline_id>/versions/<int:number>/"
on(
    PUBLISHED,
    GET=READ,
    PATCH=(CONTRIBUTE, {"enabled": True}),
)
on(f"{PUBLISHED}clone/", POST=CONTRIBUTE)
on("api/v1/schedules/", GET=SIGNED_IN, POST=(CONTRIBUTE, {"endpoint": "{pipeline_id}"}))
on("api/v1/schedules/preview/", POST=(SIGNED_IN, {"trigger": {"type": "cron", "expression": "0 6 * * *"}}))
on("api/v1/schedules/<uuid:schedule_id>/", GET=READ, PATCH=(CONTRIBUTE, {"enabled": False}), DELETE=CONTRIBUTE)
on("api/v1/schedules/<uuid:schedule_id>/trigger/", POST=CONTRIBUTE)
on("api/v1/schedules/<uuid:schedule_id>/fires/", GET=READ)
on("designer/runs/<uuid:run_id>/publish/", GET=CONTRIBUTE, POST=(CONTRIBUTE, {"endpoint": "x"}))
on("designer/pipelines/<uuid:pipeline_id>/<int:number>/clone/", POST=CONTRIBUTE)
on("pipelines/", GET=SIGNED_IN)
on("pipelines/", query="?project={slug}", GET=READ)
on("pipelines/rows/", query="?project={slug}", GET=READ)
on("pipelines/<uuid:pipeline_id>/", GET=READ, POST=(CONTRIBUTE, {"act": "describe", "description": "x"}))
on("pipelines/schedules/", GET=SIGNED_IN)
on("pipelines/schedules/", query="?project={slug}", GET=READ)
on("pipelines/schedules/rows/", query="?project={slug}", GET=READ)
on(
    "pipelines/schedules/new/",
    query="?project={slug}",
    GET=CONTRIBUTE,
    POST=(CONTRIBUTE, {"name": "x", "kind": "cron"}),
)
on("pipelines/schedules/preview/", query="?kind=cron&expression=0 6 * * *", GET=SIGNED_IN)
on("pipelines/schedules/<uuid:schedule_id>/", GET=READ, POST=(CONTRIBUTE, {"act": "disable"}))
on("pipelines/schedules/<uuid:schedule_id>/fires/", GET=READ)
on("pipelines/schedules/<uuid:schedule_id>/edit/", GET=CONTRIBUTE, POST=(CONTRIBUTE, {"kind": "cron"}))
on("api/v1/drafts/<uuid:draft_id>/plan/", POST=(READ, {}))
on("api/v1/drafts/<uuid:draft_id>/submit/", POST=(CONTRIBUTE, {"experiment": "x"}))
on("api/v1/runs/<uuid:run_id>/clone/", POST=CONTRIBUTE)
on("api/v1/drafts/<uuid:draft_id>/export/", query="?form=yaml", GET=READ)
on("api/v1/drafts/import/", form=True, POST=(CONTRIBUTE, {"project": "{slug}"}))
on("api/v1/drafts/<uuid:draft_id>/collapse/", POST=(CONTRIBUTE, {"nodes": ["data"], "name": "part"}))
on("api/v1/drafts/<uuid:draft_id>/component/", POST=(CONTRIBUTE, {"name": "part"}))
on("api/v1/components/<uuid:component_id>/difference/", query="?a=1&b=1", GET=READ)
on("api/v1/components/<uuid:component_id>/versions/<str:version>/open/", POST=CONTRIBUTE, allowed=(409,))

# -- the recycle bin
on("api/v1/bin/policy/", query="?project={slug}", GET=READ)
on("api/v1/bin/policy/", PUT=(OWN, {"project": "{slug}", "keep_versions": 5}))
on("api/v1/bin/policy/try/", POST=(READ, {"project": "{slug}", "keep_versions": 5}))
on("api/v1/bin/policy/apply/", POST=(OWN, {"project": "{slug}"}))
on("bin/", GET=SIGNED_IN, allowed=(409,))
on("bin/", query="?project={slug}", GET=READ, POST=(OWN, {"act": "empty", "confirmed": "no"}), allowed=(400,))
on("api/v1/bin/", query="?project={slug}", GET=READ)
on("api/v1/bin/<slug:kind>/<uuid:bin_id>/restore/", POST=(CONTRIBUTE, {"project": "{slug}"}))
on("api/v1/bin/<slug:kind>/<uuid:bin_id>/purge/", POST=(OWN, {"project": "{slug}", "confirmed": "x"}), allowed=(400,))
on("api/v1/bin/empty/", POST=(OWN, {"project": "{slug}", "confirmed": "x"}), allowed=(400,))

# -- datasets
on("api/v1/uploads/", form=True, POST=(CONTRIBUTE, {"project": "{slug}"}))
on("api/v1/uploads/", query="?project={slug}&file_name=x.csv", PUT=CONTRIBUTE)
on("api/v1/uploads/<uuid:upload_id>/preview/", POST=(CONTRIBUTE, {"reading": {"format": "parquet"}}))
on("api/v1/datasets/", GET=SIGNED_IN, POST=(CONTRIBUTE, {"project": "{slug}", "name": "new", "upload": "{upload_id}"}))
on("api/v1/datasets/", query="?project={slug}", GET=READ)
on("api/v1/datasets/<uuid:dataset_id>/", GET=READ, PATCH=(CONTRIBUTE, {"description": "x"}), DELETE=CONTRIBUTE)
on("api/v1/datasets/<uuid:dataset_id>/versions/", GET=READ, POST=(CONTRIBUTE, {"upload": "{upload_id}"}))
on("api/v1/datasets/<uuid:dataset_id>/versions/<int:number>/", GET=READ, DELETE=CONTRIBUTE)
on("api/v1/datasets/<uuid:dataset_id>/versions/<int:number>/rows/", GET=READ)
on("api/v1/datasets/<uuid:dataset_id>/versions/<int:number>/profile/", GET=READ)
on("api/v1/datasets/<uuid:dataset_id>/versions/<int:number>/download/", GET=READ)
on("api/v1/data-arrivals/", query="?project={slug}&file_name=x.csv", PUT=CONTRIBUTE)
on("api/v1/data-assets/", POST=(CONTRIBUTE, {"project": "{slug}", "name": "new"}), allowed=(400,))
on("api/v1/data-assets/<uuid:dataset_id>/", PATCH=(CONTRIBUTE, {"tags": {"a": "b"}}))
on("api/v1/data-assets/<uuid:dataset_id>/archive/", POST=CONTRIBUTE)
on("api/v1/data-assets/<uuid:dataset_id>/restore/", POST=CONTRIBUTE)
on("api/v1/datasets/<uuid:dataset_id>/versions/<int:number>/files/", GET=READ)
on("api/v1/datasets/<uuid:dataset_id>/versions/<int:number>/verify/", POST=CONTRIBUTE)
on("api/v1/datasets/<uuid:dataset_id>/versions/<int:number>/difference/", query="?against=1", GET=READ)
on("datasets/<uuid:dataset_id>/versions/<int:number>/file/", query="?path=x", GET=READ, allowed=(404,))
LOCAL = {"project": "{slug}", "name": "own_folder", "type": "s3", "settings": {"bucket": "b"}}
on("api/v1/datastores/", GET=SIGNED_IN, POST=(CONTRIBUTE, LOCAL))
on("api/v1/datastores/", query="?project={slug}", GET=READ)
on("api/v1/datastores/default/", POST=(CONTRIBUTE, {"project": "{slug}", "name": "workspaceblobstore"}))
on("api/v1/datastores/<uuid:datastore_id>/", GET=READ, DELETE=CONTRIBUTE)
on("api/v1/datastores/<uuid:datastore_id>/test/", POST=CONTRIBUTE)
on("api/v1/datastores/<uuid:datastore_id>/content/", GET=CONTRIBUTE, allowed=(403, 404, 422, 501, 502))

on("datasets/stores/", GET=SIGNED_IN, allowed=(409,))
STORE = {"act": "default", "name": "workspaceblobstore"}
on("datasets/stores/", query="?project={slug}", GET=READ, POST=(CONTRIBUTE, STORE))
on("datasets/stores/<uuid:datastore_id>/", GET=READ, POST=(CONTRIBUTE, {"act": "default"}))
on(
    "datasets/stores/<uuid:datastore_id>/",
    query="?path=x",
    GET=CONTRIBUTE,
    allowed=(403, 404, 422, 501, 502),
)
UPLOAD = "datasets/uploads/<uuid:upload_id>/"
on("datasets/", GET=SIGNED_IN, allowed=(409,))
on("datasets/", query="?project={slug}", GET=READ)
on("datasets/rows/", query="?project={slug}", GET=READ)
on("datasets/new/", query="?project={slug}", GET=CONTRIBUTE, POST=CONTRIBUTE)
on(f"{UPLOAD}settings/", GET=CONTRIBUTE, POST=CONTRIBUTE)
on(f"{UPLOAD}schema/", GET=CONTRIBUTE, POST=CONTRIBUTE)
on(f"{UPLOAD}confirm/", GET=CONTRIBUTE, POST=(CONTRIBUTE, {"name": "new"}))
on("datasets/<uuid:dataset_id>/", GET=READ)
on("datasets/<uuid:dataset_id>/head/", GET=READ)
on("datasets/<uuid:dataset_id>/versions/<int:number>/reopen/", POST=CONTRIBUTE)
on("datasets/<uuid:dataset_id>/versions/<int:number>/act/", POST=(CONTRIBUTE, {"act": "archive"}))
on("datasets/<uuid:dataset_id>/versions/<int:number>/delete/", POST=CONTRIBUTE)

# -- components
COMPONENT = "api/v1/components/<uuid:component_id>/"
PYTHON = "import pandas as pd\n\ndef walk(table: pd.DataFrame) -> pd.DataFrame:\n    return table\n"
on("api/v1/components/", GET=SIGNED_IN, POST=(CONTRIBUTE, {"project": "{slug}", "python": PYTHON}))
on("api/v1/components/", query="?project={slug}", GET=READ)
on(COMPONENT, GET=READ, DELETE=CONTRIBUTE)
on(f"{COMPONENT}archive/", POST=CONTRIBUTE)
on(f"{COMPONENT}restore/", POST=CONTRIBUTE)
on(f"{COMPONENT}versions/", GET=READ)
on(f"{COMPONENT}versions/<str:version>/", GET=READ, PATCH=(CONTRIBUTE, {"deprecated": "x"}), DELETE=CONTRIBUTE)
on(f"{COMPONENT}versions/<str:version>/download/", GET=READ)

on("components/", GET=SIGNED_IN, allowed=(409,))
on("components/", query="?project={slug}", GET=READ)
on("components/new/", query="?project={slug}", GET=CONTRIBUTE)
on("components/upload/", query="?project={slug}", GET=READ, POST=CONTRIBUTE)
on("components/<uuid:component_id>/", GET=READ, POST=(CONTRIBUTE, {"act": "deprecate", "deprecated": "x"}))
on("components/<uuid:component_id>/edit/", GET=CONTRIBUTE, allowed=(409,))
SCRIPT = "def run():\n    return None\n"
INTERFACE = {"name": "walk", "outputs": [{"name": "out", "type": "any", "label": ""}]}
on(
    "api/v1/components/try/",
    POST=(CONTRIBUTE, {"project": "{slug}", "component": INTERFACE, "script": SCRIPT}),
)

# -- environments
ENVIRONMENT = "api/v1/environments/<uuid:asset_id>/"
HOLDS = "name: walk\ndependencies: [python=3.11, humanize]\n"
on("api/v1/environments/", GET=SIGNED_IN, POST=(CONTRIBUTE, {"project": "{slug}", "yaml": HOLDS}))
on("api/v1/environments/", query="?project={slug}", GET=READ)
on("api/v1/environments/prune/", POST=(ADMINISTRATOR, {"dry_run": True}))
on("api/v1/environments/curated/", GET=SIGNED_IN)
on(ENVIRONMENT, GET=READ, DELETE=CONTRIBUTE)
on(f"{ENVIRONMENT}archive/", POST=CONTRIBUTE)
on(f"{ENVIRONMENT}restore/", POST=CONTRIBUTE)
on(f"{ENVIRONMENT}versions/", GET=READ)
on(f"{ENVIRONMENT}versions/<str:version>/", GET=READ, DELETE=CONTRIBUTE)
on(f"{ENVIRONMENT}difference/", query="?a=1&b=1", GET=READ, allowed=(409,))
on(f"{ENVIRONMENT}versions/<str:version>/build/", GET=READ, POST=(CONTRIBUTE, {}))
on(f"{ENVIRONMENT}versions/<str:version>/log/", GET=READ)
on(f"{ENVIRONMENT}versions/<str:version>/download/", GET=READ)
on("environments/", GET=SIGNED_IN, allowed=(409,))
on("environments/", query="?project={slug}", GET=READ)
on("environments/new/", query="?project={slug}", GET=CONTRIBUTE, POST=(CONTRIBUTE, {"yaml": HOLDS}))
on("environments/<uuid:asset_id>/", GET=READ)
on("environments/<uuid:asset_id>/build/", GET=READ)

# -- search
on("search/", query="?q=name~secret", GET=SIGNED_IN)
on("search/hits/", query="?text=secret", GET=SIGNED_IN)
on("search/complete/", query="?noun=runs&project={slug}&text=a", GET=READ)
on("api/v1/<slug:noun>/<uuid:thing_id>/tags/", GET=READ, PATCH=(CONTRIBUTE, {"Area": "Churn"}))
on("tags/<slug:noun>/<uuid:thing_id>/", POST=(CONTRIBUTE, {"key": "Area", "value": "Churn"}))

# -- runs
NIGHTLY = '{{"name": "walk", "trigger": {{"type": "cron", "expression": "0 3 * * *"}}}}'
JOB = {"project": "{slug}", "yaml": "command: echo hello"}
on("api/v1/jobs/", POST=(CONTRIBUTE, JOB))
on("api/v1/jobs/schedules/", POST=(CONTRIBUTE, {**JOB, "schedule": NIGHTLY}))
on("api/v1/jobs/validate/", POST=(CONTRIBUTE, JOB))
on("api/v1/jobs/", GET=SIGNED_IN)
on("api/v1/jobs/<str:job>/", GET=READ, PATCH=(CONTRIBUTE, {"tags": {"a": "b"}}))
on("api/v1/jobs/<str:job>/cancel/", POST=CONTRIBUTE)
on("api/v1/jobs/<str:job>/archive/", POST=CONTRIBUTE)
on("api/v1/jobs/<str:job>/restore/", POST=CONTRIBUTE)
on("api/v1/jobs/<str:job>/files/", GET=READ)
on("api/v1/jobs/<str:job>/files/<path:path>", GET=READ, allowed=(404,))
RUN = "api/v1/runs/<uuid:run_id>/"
OUTPUT = f"{RUN}steps/<str:node>/outputs/<str:port>/"
on("api/v1/experiments/", GET=SIGNED_IN)
on("api/v1/experiments/", query="?project={slug}", GET=SIGNED_IN)  # a stranger gets an empty list
on("api/v1/runs/", GET=SIGNED_IN)
on("api/v1/runs/", query="?project={slug}", GET=SIGNED_IN)  # a stranger gets an empty list
on("api/v1/runs/compare/", query="?a={run_id}&b={run_id}", GET=READ)
on(RUN, GET=READ)
on(f"{RUN}document/", GET=READ)
on(f"{RUN}cancel/", POST=CONTRIBUTE)
on(f"{RUN}steps/<str:node>/log/", GET=READ)
on(OUTPUT, GET=READ)
on(f"{OUTPUT}files/", GET=READ)
on(f"{OUTPUT}files/<path:path>", GET=READ)
on("runs/", GET=SIGNED_IN, allowed=(409,))
on("runs/", query="?project={slug}", GET=READ)
on("runs/rows/", query="?project={slug}", GET=READ)
on("runs/compare/", query="?a={run_id}&b={run_id}", GET=READ, allowed=(400,))
on("runs/new/", query="?project={slug}", GET=CONTRIBUTE, POST=(CONTRIBUTE, {"yaml": "command: ls", "act": "check"}))
on("experiments/", GET=SIGNED_IN, allowed=(409,))
on("experiments/", query="?project={slug}", GET=READ)
on("experiments/", query="?project={slug}", POST=(CONTRIBUTE, {"act": "none"}), allowed=(400, 404))
on("runs/bulk/", POST=(CONTRIBUTE, {"run": "{run_id}", "act": "archive"}))
on("runs/views/", query="?project={slug}", POST=(READ, {"act": "keep", "name": "x", "query": ""}))
on("runs/bin/", GET=SIGNED_IN, allowed=(409,))
on(
    "runs/bin/",
    query="?project={slug}",
    GET=READ,
    POST=(OWN, {"act": "drop_rule", "experiment": "walk"}),
    allowed=(404,),
)
on("runs/<uuid:run_id>/", POST=(CONTRIBUTE, {"act": "bring_back"}))
on("traces/", query="?project={slug}", GET=READ)
on("traces/<uuid:trace_pk>/", GET=READ)
on("mlflow/experiments/<str:experiment_id>", GET=READ)
on("mlflow/experiments/<str:experiment_id>/runs/<str:run_id>", GET=READ)
on("mlflow/models/<path:name>/versions/<int:number>", GET=READ, allowed=(404,))
on("mlflow/models/<path:name>", GET=READ, allowed=(404,))
on("runs/<uuid:run_id>/log/", GET=READ)
on("runs/<uuid:run_id>/zip/", query="?part=outputs", GET=READ, allowed=(404,))
on("runs/<uuid:run_id>/file/<path:place>", GET=READ, allowed=(404,))
on("api/v1/runs/bin/", GET=SIGNED_IN)
on("api/v1/runs/<uuid:run_id>/delete/", POST=(CONTRIBUTE, {}), allowed=(409,))
on("api/v1/runs/<uuid:run_id>/restore/", POST=(CONTRIBUTE, {}))
on("api/v1/runs/<uuid:run_id>/purge/", POST=(OWN, {"confirmed": "no"}), allowed=(400,))
on("api/v1/runs/series/", query="?run={run_id}&key=x", GET=READ)
on("api/v1/runs/beside/", query="?run={run_id}", GET=READ)
on("api/v1/runs/<uuid:run_id>/metrics/", GET=READ)
on("runs/<uuid:run_id>/", GET=READ)
on("runs/<uuid:run_id>/head/", GET=READ)
on("runs/<uuid:run_id>/tab/<slug:tab>/", GET=READ)
on("runs/<uuid:run_id>/cancel/", POST=CONTRIBUTE)

# -- models
on("api/v1/models/", GET=SIGNED_IN, POST=(CONTRIBUTE, {"project": "{slug}", "name": "new", "run": "{run_id}"}))
on("api/v1/models/", query="?project={slug}", GET=READ)
on("api/v1/models/<uuid:model_id>/", GET=READ, DELETE=CONTRIBUTE)
on("api/v1/models/<uuid:model_id>/archive/", POST=CONTRIBUTE)
on("api/v1/models/<uuid:model_id>/restore/", POST=CONTRIBUTE)
on("api/v1/models/<uuid:model_id>/versions/<int:number>/archive/", POST=CONTRIBUTE)
on("api/v1/models/<uuid:model_id>/versions/<int:number>/restore/", POST=CONTRIBUTE)
on("api/v1/models/<uuid:model_id>/timeline/", GET=READ)
on("models/<uuid:model_id>/timeline/", GET=READ)
on("api/v1/lineage/", query="?of=runs/1", GET=READ)
on("api/v1/lineage/things/", GET=SIGNED_IN)
on("lineage/", GET=SIGNED_IN)
on("lineage/", query="?of=runs/1", GET=READ)
on("lineage/uses/", query="?of=runs/1", GET=READ)
on("api/v1/models/<uuid:model_id>/versions/", GET=READ)
on(
    "api/v1/models/<uuid:model_id>/versions/<int:number>/",
    GET=READ,
    PATCH=(CONTRIBUTE, {"description": "x"}),
    DELETE=CONTRIBUTE,
)
on("api/v1/models/<uuid:model_id>/versions/<int:number>/download/", GET=READ)
on("api/v1/models/<uuid:model_id>/versions/<int:number>/files/", GET=READ)
on("api/v1/models/<uuid:model_id>/versions/<int:number>/stage/", POST=(CONTRIBUTE, {"stage": "Staging"}))
on("api/v1/models/<uuid:model_id>/aliases/", GET=READ)
on("api/v1/models/<uuid:model_id>/aliases/<str:alias>/", GET=READ, DELETE=CONTRIBUTE, allowed=(409,))
on("api/v1/models/<uuid:model_id>/aliases/<str:alias>/", PUT=(CONTRIBUTE, {"version": 1}), allowed=(400,))
on("api/v1/models/<uuid:model_id>/transitions/", GET=READ)
for thing in ("", "versions/<int:number>/"):
    on(f"api/v1/models/<uuid:model_id>/{thing}card/", GET=READ, PUT=(CONTRIBUTE, {"card": "x"}))
    on(f"api/v1/models/<uuid:model_id>/{thing}card/edits/", GET=READ)
on("api/v1/models/<uuid:model_id>/versions/<int:number>/serving/", GET=READ)
LINKED = (CONTRIBUTE, {"dataset": "zebra data:1"})
on("api/v1/models/<uuid:model_id>/versions/<int:number>/datasets/", POST=LINKED, DELETE=LINKED, allowed=(404, 422))
on("api/v1/models/<uuid:model_id>/compare/", query="?version=1", GET=READ, allowed=(400,))
on("api/v1/model-requests/", GET=SIGNED_IN)
on("api/v1/model-requests/", query="?project={slug}", GET=READ)
on("api/v1/model-requests/<int:request_id>/", GET=READ)
on("api/v1/model-requests/<int:request_id>/approve/", POST=OWN)
on("api/v1/model-requests/<int:request_id>/reject/", POST=(OWN, {"reason": "x"}))
on("api/v1/model-requests/<int:request_id>/withdraw/", POST=OWN)
on("api/v1/approval-rules/", GET=SIGNED_IN)
on("api/v1/approval-rules/", query="?project={slug}", GET=READ)
on("api/v1/approval-rules/", POST=(OWN, {"project": "{slug}", "kind": "stage", "name": "Production"}))
on("api/v1/approval-rules/<uuid:approval_rule_id>/", GET=READ, DELETE=OWN)
on("api/v1/models/<uuid:model_id>/versions/<int:number>/scan/", GET=READ, POST=CONTRIBUTE)
on("datasets/new/files/", query="?project={slug}", GET=CONTRIBUTE, POST=CONTRIBUTE)
on("api/v1/sent-files/", GET=SIGNED_IN)
on("api/v1/sent-files/", query="?project={slug}", GET=READ)
on("api/v1/sent-files/<uuid:sent_id>/", GET=OWN, DELETE=OWN, allowed=(404,))  # an upload is its sender's alone
on("api/v1/projects/<slug:slug>/scan-policy/", GET=READ, PATCH=(OWN, {"download": "warn"}))
on("api/v1/projects/<slug:slug>/scan-allowances/", GET=READ, POST=(OWN, {"name": "zebra.Z", "reason": "x"}))
on("projects/<slug:slug>/scans/", GET=READ, POST=(OWN, {"act": "forbid", "allowance": "0"}), allowed=(404,))
on("api/v1/scan-allowances/<int:allowance_id>/", DELETE=OWN)
on("api/v1/runs/<uuid:run_id>/packages/", GET=READ, POST=(CONTRIBUTE, {"name": "service"}), allowed=(409,))
on("api/v1/models/<uuid:model_id>/versions/<int:number>/conversions/", GET=READ, POST=CONTRIBUTE)
on("api/v1/models/<uuid:model_id>/versions/<int:number>/profiles/", GET=READ, POST=CONTRIBUTE)
on("api/v1/profiles/<uuid:profile_id>/", GET=READ, DELETE=CONTRIBUTE)
on("api/v1/profiles/<uuid:profile_id>/cancel/", POST=CONTRIBUTE)
on("api/v1/profiles/<uuid:profile_id>/log/", GET=READ)
on("api/v1/models/<uuid:model_id>/versions/<int:number>/images/", GET=READ, POST=CONTRIBUTE)
on(
    "api/v1/registry-logins/",
    query="?project={slug}",
    GET=READ,
    POST=(OWN, {"project": "{slug}", "registry": "registry.example.com", "name": "x", "password": "y"}),
)
on("api/v1/registry-logins/<uuid:login_id>/", DELETE=OWN)
on("api/v1/images/<uuid:image_id>/", GET=READ, DELETE=CONTRIBUTE)
on("api/v1/images/<uuid:image_id>/cancel/", POST=CONTRIBUTE)
on("api/v1/images/<uuid:image_id>/log/", GET=READ)
on("api/v1/images/<uuid:image_id>/archive/", GET=READ, allowed=(409,))
on("api/v1/images/<uuid:image_id>/context/", GET=READ, allowed=(409,))
on("api/v1/images/<uuid:image_id>/sbom/", GET=READ, allowed=(409,))

MODEL = "models/<uuid:model_id>/"
on("models/", GET=SIGNED_IN, allowed=(409,))
on("models/", query="?project={slug}", GET=READ)
on("logged-models/", GET=SIGNED_IN, allowed=(409,))
on("logged-models/<uuid:logged_key>/", GET=READ, POST=(CONTRIBUTE, {"act": "delete"}))
on("logged-models/<uuid:logged_key>/zip/", GET=READ)
on("logged-models/<uuid:logged_key>/file/<path:logged_path>", GET=READ)
on("models/register/", query="?run={run_id}&node={node}&port={port}", GET=READ)
on("models/register/", POST=(CONTRIBUTE, {"run": "{run_id}", "node": "{node}", "port": "{port}", "name": "new"}))
on("models/requests/", query="?project={slug}", GET=READ, POST=(OWN, {"act": "withdraw", "request": "{request_id}"}))
on("models/requests/", GET=SIGNED_IN, allowed=(409,))
on("models/requests/rows/", query="?project={slug}", GET=READ)
on("models/rules/", GET=SIGNED_IN, allowed=(409,))
RULE_TYPED = {"act": "set", "point": "stage:Production", "approvals": "1", "by": "owner"}
on("models/rules/", query="?project={slug}", GET=READ, POST=(OWN, RULE_TYPED))
on("models/upload/", query="?project={slug}", GET=READ, POST=(CONTRIBUTE, {"name": "new"}))
on(MODEL, GET=READ)
on(f"{MODEL}versions/", GET=READ)
on(f"{MODEL}compare/", query="?version=1", GET=READ, allowed=(400,))
on(f"{MODEL}card/", GET=READ, POST=(CONTRIBUTE, {"act": "save", "card": "x"}), allowed=(409,))
on(f"{MODEL}<int:number>/card/", GET=READ, POST=(CONTRIBUTE, {"act": "save", "card": "x"}), allowed=(409,))
on(f"{MODEL}<int:number>/", GET=READ, POST=(CONTRIBUTE, {"act": "describe", "description": "x"}))
on(f"{MODEL}<int:number>/conversions/", GET=READ)
on(f"{MODEL}<int:number>/profile/", GET=READ, POST=(CONTRIBUTE, {"cores": "1"}))
on(f"{MODEL}<int:number>/images/", GET=READ)
on(f"{MODEL}<int:number>/package/", GET=READ, POST=(CONTRIBUTE, {"entry": "native"}))
on("registries/", GET=SIGNED_IN, allowed=(409,))
on("registries/", query="?project={slug}", GET=READ, POST=(OWN, {"act": "store", "registry": "r.example.com"}))
on("images/<uuid:image_id>/", GET=READ, POST=(CONTRIBUTE, {"act": "delete"}))
on("images/<uuid:image_id>/state/", GET=READ)
on("profiles/<uuid:profile_id>/", GET=READ, POST=(CONTRIBUTE, {"act": "delete"}))
on("profiles/<uuid:profile_id>/state/", GET=READ)
on("profiles/<uuid:profile_id>/compare/<uuid:other_id>/", GET=READ)

# -- batch endpoints
BATCH = "api/v1/batch-endpoints/<uuid:batch_id>/"
on("api/v1/batch-endpoints/", GET=SIGNED_IN, POST=(CONTRIBUTE, {"project": "{slug}", "name": "another"}))
on("api/v1/batch-endpoints/", query="?project={slug}", GET=READ)
on(BATCH, GET=READ, PATCH=(CONTRIBUTE, {"description": "x"}), DELETE=CONTRIBUTE)
on(f"{BATCH}deployments/", GET=READ, POST=(CONTRIBUTE, {"name": "green", "model": "{version_id}", "entry": "native"}))
on(f"{BATCH}deployments/<str:batch_deployment>/", GET=READ, PATCH=(CONTRIBUTE, {"description": "x"}), DELETE=CONTRIBUTE)
on(f"{BATCH}inputs/", form=True, POST=CONTRIBUTE)
on(f"{BATCH}jobs/", GET=READ, POST=(CONTRIBUTE, {"input": "nothing of that name"}), allowed=(404,))
on("api/v1/batch-jobs/<uuid:job_id>/", GET=READ)
on("api/v1/batch-jobs/<uuid:job_id>/cancel/", POST=CONTRIBUTE)
on("batch/", GET=SIGNED_IN, allowed=(409,))
on("batch/", query="?project={slug}", GET=READ)
on("batch/rows/", query="?project={slug}", GET=READ)
on("batch/new/", query="?project={slug}", GET=CONTRIBUTE, POST=(CONTRIBUTE, {"name": "another"}))
on("batch/<uuid:batch_id>/", GET=READ, POST=(CONTRIBUTE, {"act": "set-default", "deployment": "night"}))
for tab in ("call", "deployments", "consume"):
    on("batch/<uuid:batch_id>/", query=f"?tab={tab}", GET=READ)
on("batch/<uuid:batch_id>/jobs/", GET=READ)
on("batch/<uuid:batch_id>/deploy/", GET=CONTRIBUTE, POST=(CONTRIBUTE, {"name": "green", "version": "{version_id}"}))
on("batch/jobs/<uuid:job_id>/", GET=READ)
on("batch/jobs/<uuid:job_id>/body/", GET=READ)
on("batch/jobs/<uuid:job_id>/cancel/", POST=CONTRIBUTE)

# -- endpoints
on("api/v1/deployment-targets/", GET=SIGNED_IN)
ONE = "api/v1/online-endpoints/<uuid:endpoint_id>/"
on("api/v1/online-endpoints/", GET=SIGNED_IN, POST=(CONTRIBUTE, {"project": "{slug}", "name": "another"}))
on("api/v1/online-endpoints/", query="?project={slug}", GET=READ)
on(ONE, GET=READ, DELETE=CONTRIBUTE)
on(f"{ONE}deployments/", GET=READ, POST=(CONTRIBUTE, {"name": "green", "version": "{version_id}", "entry": "native"}))
on(f"{ONE}deployments/<str:deployment_id>/", GET=READ, PATCH=(CONTRIBUTE, {"cpus": 1.0}), DELETE=CONTRIBUTE)
on(f"{ONE}code/", GET=READ, POST=(CONTRIBUTE, {"files": {"score.py": "def init(): ...\ndef run(data): ..."}}))
on(f"{ONE}traffic/", POST=(CONTRIBUTE, {"traffic": {"blue": 100}}))
on(f"{ONE}credentials/", GET=CONTRIBUTE)
on(f"{ONE}regenerate-keys/", POST=(CONTRIBUTE, {"key": "primary"}))
on(f"{ONE}access-token/", POST=CONTRIBUTE)
on(f"{ONE}callers/", GET=READ, PATCH=(CONTRIBUTE, {"sticky_query": "user"}))
on(f"{ONE}tokens/", GET=READ, POST=(CONTRIBUTE, {"name": "another"}))
on(f"{ONE}tokens/<str:token_name>/", DELETE=CONTRIBUTE)
on(f"{ONE}requests/", GET=READ, allowed=(502,))
on(f"{ONE}logs/", GET=READ)
on(f"{ONE}metrics/", GET=READ)
on(f"{ONE}telemetry/", GET=READ)
on(f"{ONE}program/", GET=READ)
on(f"{ONE}swagger/", GET=READ, allowed=(502, 503, 504))
on(f"{ONE}invoke/", POST=(CONTRIBUTE, {"input_data": []}), allowed=(502, 503, 504))
on(f"{ONE}traffic/restore/", POST=(CONTRIBUTE, {}))
on(f"{ONE}deployments/<str:deployment_id>/revisions/", GET=READ)
on(f"{ONE}deployments/<str:deployment_id>/revisions/<int:number>/restore/", POST=(CONTRIBUTE, {}))
on(f"{ONE}deployments/<str:deployment_id>/edits/<int:place>/undo/", POST=(CONTRIBUTE, {}))
on(f"{ONE}rollouts/", GET=READ, POST=(CONTRIBUTE, {"candidate": "blue"}))
on(f"{ONE}rollouts/<int:number>/", GET=READ)
on(f"{ONE}rollouts/<int:number>/<str:act>/", POST=(CONTRIBUTE, {}))
COLLECTED = f"{ONE}collected/"
on(COLLECTED, GET=READ)
on(f"{COLLECTED}rows/", GET=CONTRIBUTE)
on(f"{COLLECTED}export/", GET=CONTRIBUTE, allowed=(409,))
on(f"{COLLECTED}datasets/", GET=READ, POST=(CONTRIBUTE, {"dataset": "fresh"}), allowed=(409,))
on(f"{COLLECTED}datasets/<uuid:saved_id>/", GET=READ)
on(f"{COLLECTED}refreshes/", GET=READ, POST=(CONTRIBUTE, {"dataset": "fresh"}))
on(f"{COLLECTED}refreshes/<uuid:refresh_id>/", DELETE=CONTRIBUTE)
on(f"{COLLECTED}removals/", GET=READ, POST=(CONTRIBUTE, {"column": "request_id", "values": ["r"]}))
on(f"{COLLECTED}removals/<uuid:forgetting_id>/", GET=READ)
on(f"{ONE}labels/", GET=READ, POST=(CONTRIBUTE, {"request_id": "r", "price": 1}))
on(f"{ONE}outcomes/", POST=(CONTRIBUTE, {"request_id": "r", "value": "x"}))
DEVICE = "an enrolled device"
DEPLOYED = f"{ONE}deployments/<str:deployment_id>/"
on(f"{DEPLOYED}devices/", GET=READ, POST=(CONTRIBUTE, {"name": "gate", "platform": "x86_64"}))
on(f"{DEPLOYED}devices/<uuid:device_id>/", GET=READ, DELETE=CONTRIBUTE)
on(f"{DEPLOYED}devices/<uuid:device_id>/token/", POST=CONTRIBUTE)
on(f"{DEPLOYED}bundle/", GET=READ)
on(f"{DEPLOYED}manifests/", GET=READ)
on(f"{ONE}manifests/", POST=(CONTRIBUTE, {"name": "green", "version": "{version_id}", "target": "iot_edge"}))
on("api/v1/edge/reports/", POST=(DEVICE, {"platform": "x86_64", "serial": 1, "reports": []}))
on("api/v1/edge/bundles/<int:serial>/", GET=DEVICE)
on("api/v1/edge/segments/<str:name>/", PUT=DEVICE)
on(f"{ONE}recording/", GET=READ, POST=(CONTRIBUTE, {"most": 5}), DELETE=CONTRIBUTE)
on(f"{ONE}recording/requests/", GET=CONTRIBUTE, allowed=(409,))
on(f"{ONE}replays/", GET=READ, POST=(CONTRIBUTE, {"before": "blue", "after": "green"}))
on(f"{ONE}replays/<int:number>/", GET=READ, DELETE=CONTRIBUTE)
on(f"{ONE}replays/<int:number>/cancel/", POST=CONTRIBUTE, allowed=(409,))
PAGE = "endpoints/<uuid:endpoint_id>/"
on(f"{PAGE}<uuid:deployment_id>/bundle/<str:platform>/", GET=READ)
on(f"{PAGE}<uuid:deployment_id>/manifests/", GET=READ)
on(f"{PAGE}collected/", GET=READ, POST=(CONTRIBUTE, {"act": "save", "dataset": "fresh"}), allowed=(409,))
on(f"{PAGE}collected/", query="?part=live", GET=READ)
on(f"{PAGE}replays/", GET=READ, POST=(CONTRIBUTE, {"before": "blue", "after": "green"}))
on(f"{PAGE}replays/<int:number>/", GET=READ, POST=(CONTRIBUTE, {"act": "delete"}))
on(f"{PAGE}replays/<int:number>/state/", GET=READ)
on("deploy/", query="?version={version_id}", GET=CONTRIBUTE, POST=(CONTRIBUTE, {"version": "{version_id}"}))
on("endpoints/", GET=SIGNED_IN, allowed=(409,))
on("endpoints/", query="?project={slug}", GET=READ)
on("endpoints/lines/", query="?project={slug}", GET=READ)
on(PAGE, GET=READ, POST=(CONTRIBUTE, {"act": "regenerate", "which": "primary"}))
for tab in ("traffic", "test", "consume", "requests", "metrics", "logs"):
    on(PAGE, query=f"?tab={tab}", GET=READ)
on(f"{PAGE}state/", GET=READ)
on(f"{PAGE}telemetry/", GET=READ)
on(f"{PAGE}telemetry/", query="?deployment=blue", POST=CONTRIBUTE, allowed=(400,))
on(f"{PAGE}traffic/state/", GET=READ)
on(f"{PAGE}<uuid:deployment_id>/", GET=READ, POST=(CONTRIBUTE, {"act": "apply", "cpus": "2"}))
for tab in ("metrics", "logs", "settings", "history"):
    on(f"{PAGE}<uuid:deployment_id>/", query=f"?tab={tab}", GET=READ)
on(f"{PAGE}<uuid:deployment_id>/log/", GET=READ)
on(f"{PAGE}<uuid:deployment_id>/state/", GET=READ)

# -- retraining
ONE = "api/v1/retraining-policies/<uuid:policy_id>/"
on(
    "api/v1/retraining-policies/",
    GET=SIGNED_IN,
    POST=(CONTRIBUTE, {"project": "{slug}", "name": "x", "settings": {"model": "m", "what": {"pipeline": "p"}}}),
)
on("api/v1/retraining-policies/", query="?project={slug}", GET=SIGNED_IN)
on(ONE, GET=READ, PATCH=(CONTRIBUTE, {"description": "x"}), DELETE=CONTRIBUTE)
on(f"{ONE}enable/", POST=CONTRIBUTE)
on(f"{ONE}disable/", POST=CONTRIBUTE)
on(f"{ONE}attempts/", GET=READ, POST=CONTRIBUTE)
on(f"{ONE}attempts/<int:number>/", GET=READ)
on(f"{ONE}attempts/<int:number>/approve/", POST=OWN)
on(f"{ONE}attempts/<int:number>/reject/", POST=OWN)
on(f"{ONE}attempts/<int:number>/cancel/", POST=CONTRIBUTE)
on(f"{ONE}attempts/<int:number>/retry/", POST=CONTRIBUTE)
on(f"{ONE}comparisons/", POST=(CONTRIBUTE, {"challenger": "{version_name}"}))
on(f"{ONE}looked-back/", GET=READ)
on("retraining/", query="?project={slug}", GET=READ)
on("retraining/new/", query="?project={slug}", GET=CONTRIBUTE, POST=(CONTRIBUTE, {"name": "x", "model": "m"}))
on("retraining/<uuid:policy_id>/", GET=READ, POST=(CONTRIBUTE, {"act": "disable"}))
on("retraining/<uuid:policy_id>/", query="?part=attempts", GET=READ)
on("retraining/<uuid:policy_id>/edit/", GET=CONTRIBUTE, POST=(CONTRIBUTE, {"name": "x"}))
on("retraining/<uuid:policy_id>/edit/", query="?as=yaml", GET=CONTRIBUTE, POST=(CONTRIBUTE, {"text": "x: 1"}))
on("retraining/<uuid:policy_id>/attempts/<int:number>/", GET=READ, POST=(CONTRIBUTE, {"act": "cancel"}))
on("retraining/<uuid:policy_id>/attempts/<int:number>/", query="?part=body", GET=READ, POST=(OWN, {"act": "approve"}))

# -- alerts
RULE = {"project": "{slug}", "name": "x", "when": {"events": ["mlops.run.failed"]}}
MAIL = {"name": "x", "kind": "email", "options": {"to": "ops@example.org"}, "project": "{slug}"}
TYPED = {"name": "x", "source": "event", "events": "mlops.run.failed", "people": "everyone", "severity": "info"}
UNTIL = {"until": "2099-01-01T00:00:00Z"}
on("alerts/", GET=SIGNED_IN, POST=(SIGNED_IN, {"act": "read-all"}))
on("alerts/", query="?project={slug}&state=all", GET=READ)
on("alerts/rows/", query="?project={slug}", GET=READ)
on("alerts/bell/", GET=SIGNED_IN)
on("alerts/<uuid:alert_id>/", GET=READ, POST=(CONTRIBUTE, {"act": "acknowledge"}))
on("alerts/<uuid:alert_id>/", POST=(CONTRIBUTE, {"act": "resolve"}))
on("alerts/<uuid:alert_id>/", POST=(READ, {"act": "mute", "hours": "1", "scope": "rule"}))
on("alerts/<uuid:alert_id>/state/", GET=READ)
on("alerts/mutes/", query="?project={slug}", GET=READ, POST=(READ, {"until": "2099-01-01T00:00"}))
on("alerts/mutes/<uuid:mute_id>/end/", POST=CONTRIBUTE)
on("alerts/rules/", query="?project={slug}", GET=READ)
on("alerts/rules/new/", query="?project={slug}&recipe=run-completed", GET=CONTRIBUTE, POST=(CONTRIBUTE, TYPED))
on("alerts/rules/try/", query="?project={slug}", POST=(CONTRIBUTE, TYPED))
on("alerts/rules/<uuid:rule_id>/", GET=READ, POST=(CONTRIBUTE, TYPED))
on("alerts/rules/<uuid:rule_id>/", POST=(CONTRIBUTE, {"act_on": "delete"}))
on("alerts/channels/", query="?project={slug}&kind=email", GET=READ)
on(
    "alerts/channels/",
    query="?project={slug}",
    POST=(CONTRIBUTE, {"kind": "email", "name": "x", "option.to": "a@b.org"}),
)
on("alerts/channels/<uuid:channel_id>/", GET=READ, POST=(CONTRIBUTE, {"act": "disable"}))
on("alerts/preferences/", GET=SIGNED_IN, POST=(SIGNED_IN, {"act": "save", "digest": "off"}))
on("alerts/confirm/<str:confirmation>/", GET=ANYONE)
on("alerts/unsubscribe/<str:signed>/", GET=ANYONE, POST=ANYONE)
on("api/v1/alerts/", GET=SIGNED_IN)
on("api/v1/alerts/", query="?project={slug}&state=open", GET=READ)
on("api/v1/alerts/<uuid:alert_id>/", GET=READ)
on("api/v1/alerts/<uuid:alert_id>/acknowledge/", POST=CONTRIBUTE)
on("api/v1/alerts/<uuid:alert_id>/resolve/", POST=CONTRIBUTE)
on("api/v1/alert-mutes/", GET=SIGNED_IN, POST=(CONTRIBUTE, {"project": "{slug}", **UNTIL}))
on("api/v1/alert-mutes/", query="?project={slug}", POST=(READ, {"project": "{slug}", "personal": True, **UNTIL}))
on("api/v1/alert-mutes/<uuid:mute_id>/", DELETE=CONTRIBUTE)
on("api/v1/alert-rules/", GET=SIGNED_IN, POST=(CONTRIBUTE, RULE))
on("api/v1/alert-rules/", query="?project={slug}", GET=READ)
on("api/v1/alert-rules/try/", POST=(CONTRIBUTE, RULE))
on("api/v1/alert-rules/watched/", GET=SIGNED_IN)
on("api/v1/alert-rules/<uuid:rule_id>/", GET=READ, PATCH=(CONTRIBUTE, {"severity": "info"}), DELETE=CONTRIBUTE)
on("api/v1/channels/", GET=SIGNED_IN, POST=(CONTRIBUTE, MAIL))
on("api/v1/channels/", query="?project={slug}", GET=READ)
on(
    "api/v1/channels/<uuid:channel_id>/",
    GET=READ,
    PATCH=(CONTRIBUTE, {"enabled": False}),
    DELETE=(CONTRIBUTE, {}),
)
on("api/v1/channels/<uuid:channel_id>/test/", POST=CONTRIBUTE)
on("api/v1/alert-preferences/", GET=SIGNED_IN, PATCH=(SIGNED_IN, {"time_zone": "Europe/Berlin"}))

# -- events and subscriptions
HOOK = {"project": "{slug}", "name": "x", "url": "https://93.184.216.34/x"}
SUBSCRIPTION = "api/v1/subscriptions/<uuid:subscription_id>/"
on("api/v1/subscriptions/", GET=SIGNED_IN, POST=(CONTRIBUTE, HOOK))
on("api/v1/subscriptions/", query="?project={slug}", GET=READ)
on("api/v1/subscriptions/", POST=(ADMINISTRATOR, {"name": "x", "url": "https://93.184.216.34/x"}))
on(SUBSCRIPTION, GET=CONTRIBUTE, PATCH=(CONTRIBUTE, {"types": ["mlops.run.*"]}), DELETE=CONTRIBUTE)
on(f"{SUBSCRIPTION}pause/", POST=CONTRIBUTE)
on(f"{SUBSCRIPTION}resume/", POST=CONTRIBUTE)
on(f"{SUBSCRIPTION}rotate-secret/", POST=CONTRIBUTE)
on(f"{SUBSCRIPTION}test/", POST=CONTRIBUTE)
on(f"{SUBSCRIPTION}replay/", POST=(CONTRIBUTE, {"dead": True}))
on(f"{SUBSCRIPTION}deliveries/", query="?state=dead", GET=CONTRIBUTE)
on(f"{SUBSCRIPTION}deliveries/<int:delivery_id>/", GET=CONTRIBUTE)
on("api/v1/events/", GET=SIGNED_IN)
on("api/v1/events/", query="?project={slug}&type=mlops.*&q=e", GET=READ)
on("api/v1/events/export/", query="?as=csv", GET=SIGNED_IN)
on("api/v1/events/export/", query="?project={slug}", GET=READ)
on("api/v1/events/<uuid:event_id>/", GET=READ)
on("api/v1/event-types/", GET=SIGNED_IN)
on("api/v1/event-types/<str:event_type>/", GET=SIGNED_IN)
on("api/v1/allowed-networks/", GET=ADMINISTRATOR, POST=(ADMINISTRATOR, {"name": "10.1.0.0/16"}))
on("api/v1/allowed-networks/<int:network_id>/", DELETE=ADMINISTRATOR)
HOOKED = {"name": "x", "url": "https://93.184.216.34/x", "envelope": "cloudevents", "handshake": "none"}
on("alerts/subscriptions/", GET=SIGNED_IN)
on("alerts/subscriptions/", query="?project={slug}", GET=READ)
on("alerts/subscriptions/new/", query="?project={slug}", GET=CONTRIBUTE, POST=(CONTRIBUTE, HOOKED))
on("alerts/subscriptions/<uuid:subscription_id>/", GET=CONTRIBUTE, POST=(CONTRIBUTE, {"act": "pause"}))
on("alerts/subscriptions/<uuid:subscription_id>/", POST=(CONTRIBUTE, {"act": "rotate"}))
on("alerts/subscriptions/<uuid:subscription_id>/edit/", GET=CONTRIBUTE, POST=(CONTRIBUTE, HOOKED))
on("alerts/subscriptions/<uuid:subscription_id>/rows/", GET=CONTRIBUTE)
on("alerts/subscriptions/<uuid:subscription_id>/deliveries/<int:delivery_id>/", GET=CONTRIBUTE)
on("alerts/events/", GET=SIGNED_IN)
on("alerts/events/", query="?project={slug}&type=mlops.*", GET=READ)
on("alerts/events/", query="?scope=all", GET=SIGNED_IN)
on("alerts/events/export/", query="?project={slug}&as=csv", GET=READ)
on("alerts/events/<uuid:event_id>/", GET=READ)
on("alerts/events/types/", GET=SIGNED_IN)
on("alerts/events/types/<str:event_type>/", GET=SIGNED_IN)
on("alerts/networks/", GET=ADMINISTRATOR, POST=(ADMINISTRATOR, {"act": "allow", "name": "10.2.0.0/16"}))

# -- MLflow's API
on("health", GET=ANYONE)
on("version", GET=ANYONE)
MLFLOW = "<mlflow_base:base>/mlflow/"
MODEL_TOLD = '{{"artifact_path": "m", "flavors": 1, "utc_time_created": 1, "run_id": 1}}'
RUN_ID, TRACKED = {"run_id": "{run_id}"}, {"experiment_id": "{experiment_id}"}
on(f"{MLFLOW}server-info", GET=ANYONE)
on(f"{MLFLOW}<path:rest>", GET=ANYONE, allowed=(404,))
on(f"{MLFLOW}experiments/create", POST=(CONTRIBUTE, {"name": "walk"}))
on(f"{MLFLOW}experiments/get", query="?experiment_id={experiment_id}", GET=READ)
on(f"{MLFLOW}experiments/get-by-name", query="?experiment_name=zebra experiment", GET=READ)
on(f"{MLFLOW}experiments/search", GET=READ, POST=READ)
on(f"{MLFLOW}experiments/update", POST=(CONTRIBUTE, TRACKED | {"new_name": "walk"}))
on(f"{MLFLOW}experiments/delete", POST=(CONTRIBUTE, TRACKED))
on(f"{MLFLOW}experiments/set-experiment-tag", POST=(CONTRIBUTE, TRACKED | {"key": "a", "value": "b"}))
on(f"{MLFLOW}experiments/delete-experiment-tag", POST=(CONTRIBUTE, TRACKED | {"key": "walk"}), allowed=(404,))
on(f"{MLFLOW}experiments/restore", POST=(CONTRIBUTE, TRACKED), allowed=(404,))
on(f"{MLFLOW}runs/create", POST=(CONTRIBUTE, TRACKED))
on(f"{MLFLOW}runs/get", query="?run_id={run_id}", GET=READ)
on(f"{MLFLOW}runs/update", POST=(CONTRIBUTE, RUN_ID | {"run_name": "walk"}))
on(f"{MLFLOW}runs/delete", POST=(CONTRIBUTE, RUN_ID))
on(f"{MLFLOW}runs/restore", POST=(CONTRIBUTE, RUN_ID))
on(f"{MLFLOW}runs/search", POST=SIGNED_IN)
on(f"{MLFLOW}runs/log-metric", POST=(CONTRIBUTE, RUN_ID | {"key": "a", "value": 1, "timestamp": 1}))
on(f"{MLFLOW}runs/log-parameter", POST=(CONTRIBUTE, RUN_ID | {"key": "a", "value": "1"}))
on(f"{MLFLOW}runs/log-batch", POST=(CONTRIBUTE, RUN_ID))
on(f"{MLFLOW}runs/log-inputs", POST=(CONTRIBUTE, RUN_ID))
on(f"{MLFLOW}runs/set-tag", POST=(CONTRIBUTE, RUN_ID | {"key": "a", "value": "1"}))
on(f"{MLFLOW}runs/delete-tag", POST=(CONTRIBUTE, RUN_ID | {"key": "walk"}), allowed=(404,))
on(f"{MLFLOW}runs/log-model", POST=(CONTRIBUTE, RUN_ID | {"model_json": MODEL_TOLD}))
on(f"{MLFLOW}runs/outputs", POST=(CONTRIBUTE, RUN_ID | {"models": []}))
on(f"{MLFLOW}logged-models", POST=(CONTRIBUTE, TRACKED))
on(f"{MLFLOW}logged-models/search", POST=(SIGNED_IN, {"experiment_ids": []}))
LOGGED = f"{MLFLOW}logged-models/<str:logged_id>"
on(LOGGED, GET=READ, PATCH=(CONTRIBUTE, {"status": 2}), DELETE=CONTRIBUTE)
on(f"{LOGGED}/params", POST=(CONTRIBUTE, {}))
on(f"{LOGGED}/tags", PATCH=(CONTRIBUTE, {}))
on(f"{LOGGED}/tags/<str:tag>", DELETE=CONTRIBUTE)
on(f"{LOGGED}/artifacts/directories", GET=READ)
on(f"{LOGGED}/artifacts/files", query="?artifact_file_path=MLmodel", GET=READ, allowed=(404,))
on(f"{MLFLOW}experiments/search-datasets", POST=(SIGNED_IN, {"experiment_ids": []}))
on("v1/traces", POST=SIGNED_IN)
on(f"{MLFLOW}traces", query="?experiment_ids={experiment_id}", GET=SIGNED_IN)
on(f"{MLFLOW}traces", POST=(CONTRIBUTE, TRACKED | {"timestamp_ms": 1}))
on(f"{MLFLOW}traces/get", query="?trace_id={trace_id}&allow_partial=true", GET=READ)
on(f"{MLFLOW}traces/batchGet", query="?trace_ids={trace_id}", GET=SIGNED_IN)
on(f"{MLFLOW}traces/batchGetInfos", query="?trace_ids={trace_id}", GET=SIGNED_IN)
on(f"{MLFLOW}traces/search", POST=(SIGNED_IN, {"locations": []}))
on(f"{MLFLOW}traces/delete-traces", POST=(CONTRIBUTE, TRACKED | {"max_timestamp_millis": 10**13}))
on(f"{MLFLOW}traces/link-to-run", POST=(CONTRIBUTE, RUN_ID | {"trace_ids": []}))
ONE_TRACE = f"{MLFLOW}traces/<str:trace_id>"
on(ONE_TRACE, GET=READ, PATCH=(CONTRIBUTE, {"timestamp_ms": 2_000_000_000_000, "status": "OK"}))
on(f"{ONE_TRACE}/info", GET=READ)
on(f"{ONE_TRACE}/tags", PATCH=(CONTRIBUTE, {"key": "walk", "value": "x"}), DELETE=(CONTRIBUTE, {"key": "area"}))
on(f"{ONE_TRACE}/assessments", POST=(CONTRIBUTE, {"assessment": {"assessment_name": "a", "feedback": {"value": 1}}}))
SAID = {"assessment": {"rationale": "x"}, "update_mask": "rationale"}
on(f"{ONE_TRACE}/assessments/<str:assessment_id>", GET=READ, PATCH=(CONTRIBUTE, SAID), DELETE=CONTRIBUTE)
on(f"{MLFLOW}get-trace-artifact", query="?request_id={trace_id}", GET=READ)
on(f"{MLFLOW}metrics/get-history", query="?run_id={run_id}&metric_key=a", GET=READ)
on(f"{MLFLOW}metrics/get-history-bulk", query="?run_id={run_id}&metric_key=a", GET=SIGNED_IN)
on(f"{MLFLOW}metrics/get-history-bulk-interval", query="?run_ids={run_id}&metric_key=a", GET=SIGNED_IN)
on(f"{MLFLOW}artifacts/list", query="?run_id={run_id}", GET=READ)
on(f"{MLFLOW}get-artifact", query="?run_id={run_id}&path=notes.txt", GET=READ)
on("get-artifact", query="?run_id={run_id}&path=notes.txt", GET=READ)
on(f"{MLFLOW}upload-artifact", query="?run_id={run_id}&path=walk.txt", POST=CONTRIBUTE)
PROXIED = "<mlflow_base:base>/mlflow-artifacts/artifacts"
on(PROXIED, query="?path={experiment_id}/{run_id}/artifacts", GET=READ)
on(f"{PROXIED}/<path:artifact>", GET=READ, PUT=CONTRIBUTE, DELETE=CONTRIBUTE)
PARTED = "<mlflow_base:base>/mlflow-artifacts/mpu"
on(f"{PARTED}/create/<path:folder>", POST=(CONTRIBUTE, {"path": "walk.bin"}))
on(f"{PARTED}/complete/<path:folder>", POST=(CONTRIBUTE, {"path": "walk.bin"}))
on(f"{PARTED}/abort/<path:folder>", POST=(CONTRIBUTE, {"path": "walk.bin", "upload_id": "{run_id}"}))
on(f"{PARTED}/parts/<str:token>", PUT=ANYONE, allowed=(403,))
on("<mlflow_base:base>/mlflow-artifacts/presigned/<path:artifact>", GET=READ)
on("<mlflow_base:base>/mlflow-artifacts/signed/<str:token>", GET=ANYONE, allowed=(403,))
NAMED, OF_VERSION = {"name": "zebra-model"}, {"name": "zebra-model", "version": "1"}
IN_QUERY, IN_QUERY_VERSION = "?name=zebra-model", "?name=zebra-model&version=1"
on(f"{MLFLOW}registered-models/create", POST=(CONTRIBUTE, {"name": "walk"}))
on(f"{MLFLOW}registered-models/get", query=IN_QUERY, GET=READ)
on(f"{MLFLOW}registered-models/rename", POST=(CONTRIBUTE, NAMED | {"new_name": "walk"}))
on(f"{MLFLOW}registered-models/update", PATCH=(CONTRIBUTE, NAMED | {"description": "x"}))
on(f"{MLFLOW}registered-models/delete", DELETE=(CONTRIBUTE, NAMED), allowed=(409,))
on(f"{MLFLOW}registered-models/search", GET=READ)
on(f"{MLFLOW}registered-models/get-latest-versions", query=IN_QUERY, GET=READ)
on(f"{MLFLOW}registered-models/get-latest-versions", POST=(READ, NAMED))
on(f"{MLFLOW}registered-models/set-tag", POST=(CONTRIBUTE, NAMED | {"key": "a", "value": "b"}))
on(f"{MLFLOW}registered-models/delete-tag", DELETE=(CONTRIBUTE, NAMED | {"key": "a"}))
on(f"{MLFLOW}registered-models/alias", POST=(CONTRIBUTE, OF_VERSION | {"alias": "best"}))
on(f"{MLFLOW}registered-models/alias", DELETE=(CONTRIBUTE, NAMED | {"alias": "best"}))
on(f"{MLFLOW}registered-models/alias", query=f"{IN_QUERY}&alias=latest", GET=READ)
on(f"{MLFLOW}model-versions/create", POST=(CONTRIBUTE, NAMED | {"source": "runs:/{run_id}/x"}))
on(f"{MLFLOW}model-versions/get", query=IN_QUERY_VERSION, GET=READ)
on(f"{MLFLOW}model-versions/update", PATCH=(CONTRIBUTE, OF_VERSION | {"description": "x"}))
on(f"{MLFLOW}model-versions/delete", DELETE=(CONTRIBUTE, OF_VERSION), allowed=(409,))
on(f"{MLFLOW}model-versions/search", GET=READ)
on(f"{MLFLOW}model-versions/transition-stage", POST=(CONTRIBUTE, OF_VERSION | {"stage": "Staging"}))
for prefix in (MLFLOW, ""):
    on(f"{prefix}model-versions/get-artifact", query=f"{IN_QUERY_VERSION}&path=weights.txt", GET=READ)
on(f"{MLFLOW}model-versions/get-download-uri", query=IN_QUERY_VERSION, GET=READ)
on(f"{MLFLOW}model-versions/set-tag", POST=(CONTRIBUTE, OF_VERSION | {"key": "a", "value": "b"}))
on(f"{MLFLOW}model-versions/delete-tag", DELETE=(CONTRIBUTE, OF_VERSION | {"key": "a"}))
on(f"{MLFLOW}workspaces", GET=SIGNED_IN)
on(f"{MLFLOW}workspaces/<slug:slug>", GET=READ)
