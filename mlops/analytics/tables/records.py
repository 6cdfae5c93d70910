"""Tables of the studio's own database: runs, models, endpoints, monitors, batch jobs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from django.db.models import QuerySet
from django.utils.translation import gettext_noop

from mlops.access.decisions import visible_projects
from mlops.access.granted import told_columns
from mlops.analytics.tables.columns import Column, Kind, Table
from mlops.batch import queries as batch
from mlops.datasets import guests as shared_datasets
from mlops.deployments import sharing as shared_endpoints
from mlops.deployments.models import TrafficMinute
from mlops.monitoring import queries as monitoring
from mlops.monitoring.models import Alarm, Look, LookValue
from mlops.registry import sharing as shared_models
from mlops.runs import sharing as shared_runs
from mlops.runs.models import LatestMetric, Metric, RunParameter


class Records(msgspec.Struct, frozen=True, kw_only=True):
    """`seen_by`: its rows, as a person may see them; `project`: the ORM path to their project; `untold`: columns of
    rows that guests see as well, and which they see empty, by the names that the table reads them by."""

    table: Table
    seen_by: Callable[[Any], QuerySet[Any]]
    project: str
    untold: dict[str, str] = {}

    def rows(self, person: Any, *, project: str = "") -> QuerySet[Any]:
        found = self.seen_by(person).order_by()
        found = found.annotate(**told_columns(person, self.project, self.untold)) if self.untold else found
        return found.filter(**{f"{self.project}__slug": project}) if project else found


def _made(
    name: str,
    sql_name: str,
    says: str,
    seen_by: Callable[[Any], QuerySet[Any]],
    columns: str,
    *,
    order: str,
    project: str = "project",
    untold: str = "",
) -> Records:
    """`columns`: lines of name, kind and path (that of the name where none is given); the key is the last of
    `order`. `untold`: names of columns."""
    given = [line.split() for line in columns.strip().splitlines()]
    paths = {one[0]: one[2] if len(one) > 2 else one[0] for one in given}
    hidden = {f"told_{name}": paths[name] for name in untold.split()}
    paths |= {name: f"told_{name}" for name in untold.split()}
    made = tuple(Column(one[0], _KINDS[one[1]], paths[one[0]]) for one in given)
    by = tuple(order.split())
    table = Table(name=name, sql_name=sql_name, says=says, columns=made, key=by[-1:], order=by)
    return Records(table=table, seen_by=seen_by, project=project, untold=hidden)


_KINDS: dict[str, Kind] = {
    "text": "string",
    "integer": "integer",
    "decimal": "decimal",
    "boolean": "boolean",
    "moment": "moment",
    "guid": "guid",
}


def _of_runs(model: Any) -> Callable[[Any], QuerySet[Any]]:
    return lambda person: model.objects.filter(run__deleted_at=None, run__project__in=visible_projects(person))


RECORDS: tuple[Records, ...] = (
    _made(
        "Runs",
        "runs",
        gettext_noop("Runs of pipelines and jobs, and those that clients report"),
        shared_runs.readable_by,
        """
        id guid
        project text project__slug
        number integer
        name text
        display_name text
        kind text
        experiment text experiment__name
        state text
        reason text
        created_by text created_by__username
        created_at moment
        started_at moment
        ended_at moment
        parent_id guid
        """,
        order="created_at id",
        untold="experiment reason parent_id",
    ),
    _made(
        "RunMetrics",
        "run_metrics",
        gettext_noop("The last value of each metric of each run"),
        _of_runs(LatestMetric),
        """
        id integer
        project text run__project__slug
        run_id guid
        run_number integer run__number
        experiment text run__experiment__name
        key text
        value decimal
        step integer position
        at moment
        """,
        order="id",
        project="run__project",
    ),
    _made(
        "RunMetricHistory",
        "run_metric_history",
        gettext_noop("Every value of each metric of each run"),
        _of_runs(Metric),
        """
        id integer
        project text run__project__slug
        run_id guid
        run_number integer run__number
        key text
        value decimal
        step integer position
        at moment
        """,
        order="id",
        project="run__project",
    ),
    _made(
        "RunParameters",
        "run_parameters",
        gettext_noop("What each run was given"),
        _of_runs(RunParameter),
        """
        id integer
        project text run__project__slug
        run_id guid
        run_number integer run__number
        key text
        value text
        """,
        order="id",
        project="run__project",
    ),
    _made(
        "Models",
        "models",
        gettext_noop("Registered models"),
        shared_models.readable_by,
        """
        id guid
        project text project__slug
        name text
        description text
        last_version integer last_number
        created_by text created_by__username
        created_at moment
        changed_at moment
        archived_at moment
        """,
        order="created_at id",
    ),
    _made(
        "ModelVersions",
        "model_versions",
        gettext_noop("Versions of registered models"),
        shared_models.readable_versions,
        """
        id guid
        project text model__project__slug
        model_id guid
        model text model__name
        version integer number
        stage text
        task text
        algorithm text
        framework text
        framework_version text
        description text
        run_id guid
        created_by text created_by__username
        created_at moment
        changed_at moment
        archived_at moment
        """,
        order="created_at id",
        project="model__project",
        untold="run_id",
    ),
    _made(
        "Datasets",
        "datasets",
        gettext_noop("Datasets"),
        shared_datasets.readable_by,
        """
        id guid
        project text project__slug
        name text
        type text
        description text
        last_version integer last_number
        created_by text created_by__username
        created_at moment
        archived_at moment
        """,
        order="created_at id",
    ),
    _made(
        "DatasetVersions",
        "dataset_versions",
        gettext_noop("Versions of datasets"),
        shared_datasets.readable_versions,
        """
        id guid
        project text dataset__project__slug
        dataset_id guid
        dataset text dataset__name
        version integer number
        state text
        row_count integer
        size_bytes integer
        created_by text created_by__username
        created_at moment
        """,
        order="created_at id",
        project="dataset__project",
    ),
    _made(
        "Endpoints",
        "endpoints",
        gettext_noop("Real-time endpoints"),
        shared_endpoints.readable_by,
        """
        id guid
        project text project__slug
        name text
        description text
        default_deployment text default
        created_by text created_by__username
        created_at moment
        """,
        order="created_at id",
        untold="created_by",
    ),
    _made(
        "Deployments",
        "deployments",
        gettext_noop("Deployments behind real-time endpoints"),
        shared_endpoints.readable_deployments,
        """
        id guid
        project text endpoint__project__slug
        endpoint text endpoint__name
        name text
        model text version__model__name
        model_version integer version__number
        state text
        reason text
        state_since moment
        target text
        instances integer
        created_by text created_by__username
        created_at moment
        """,
        order="created_at id",
        project="endpoint__project",
        untold="model model_version reason target created_by",
    ),
    _made(
        "Traffic",
        "traffic",
        gettext_noop("Requests of each deployment by the minute"),
        lambda person: TrafficMinute.objects.filter(deployment__endpoint__project__in=visible_projects(person)),
        """
        id integer
        project text deployment__endpoint__project__slug
        endpoint text deployment__endpoint__name
        deployment text deployment__name
        minute moment
        requests integer
        errors integer
        refused integer
        seconds_sum decimal
        """,
        order="id",
        project="deployment__endpoint__project",
    ),
    _made(
        "Monitors",
        "monitors",
        gettext_noop("Monitors of endpoints and datasets"),
        monitoring.visible_to,
        """
        id guid
        project text project__slug
        name text
        description text
        endpoint text endpoint__name
        dataset text dataset__name
        is_enabled boolean
        state text
        reason text
        state_since moment
        next_at moment
        created_by text created_by__username
        created_at moment
        """,
        order="created_at id",
    ),
    _made(
        "MonitorLooks",
        "monitor_looks",
        gettext_noop("Each look of a monitor at one window"),
        lambda person: Look.objects.filter(monitor__project__in=visible_projects(person)),
        """
        id guid
        project text monitor__project__slug
        monitor_id guid
        monitor text monitor__name
        number integer
        window text
        start moment
        end moment
        state text
        cause text
        baseline text
        target text
        rows integer
        baseline_rows integer
        labelled_rows integer labelled
        is_alarm boolean
        created_at moment
        """,
        order="created_at id",
        project="monitor__project",
    ),
    _made(
        "MonitorResults",
        "monitor_results",
        gettext_noop("Every value that a look of a monitor measured, by signal, column and metric"),
        lambda person: LookValue.objects.filter(look__monitor__project__in=visible_projects(person)),
        """
        id integer
        project text look__monitor__project__slug
        monitor_id guid look__monitor_id
        monitor text look__monitor__name
        look_id guid
        look_number integer look__number
        window text look__window
        start moment look__start
        end moment look__end
        signal text
        kind text
        segment text
        feature text
        metric text
        value decimal
        threshold decimal
        low decimal
        high decimal
        is_alarm boolean
        """,
        order="id",
        project="look__monitor__project",
    ),
    _made(
        "Alarms",
        "alarms",
        gettext_noop("Alarms of monitors, also those that have ended"),
        lambda person: Alarm.objects.filter(monitor__project__in=visible_projects(person)),
        """
        id integer
        project text monitor__project__slug
        monitor_id guid
        monitor text monitor__name
        signal text
        feature text
        metric text
        value decimal
        threshold decimal
        is_on boolean
        since moment
        """,
        order="id",
        project="monitor__project",
    ),
    _made(
        "BatchJobs",
        "batch_jobs",
        gettext_noop("Jobs of batch endpoints, with what came out"),
        batch.jobs,
        """
        id guid
        project text endpoint__project__slug
        endpoint text endpoint__name
        deployment text deployment_name
        scored_with text of
        run_id guid
        run_number integer run__number
        state text run__state
        phase text
        total_items integer
        done_items integer
        failed_items integer
        output_dataset text
        output_version integer output_version__number
        created_at moment
        """,
        order="created_at id",
        project="endpoint__project",
    ),
)
BY_NAME = {one.table.name: one for one in RECORDS}
