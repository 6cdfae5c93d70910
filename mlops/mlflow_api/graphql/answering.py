"""One question, answered from what the views of REST say: with their rights, their refusals and their limits.

A question is answered in part where a part of it is refused; `errors` says why, and is null where nothing is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from mlops.formats.refusal import Refusal
from mlops.mlflow_api import artifacts, experiments, metrics, runs, searches, versions
from mlops.mlflow_api.caller import Caller
from mlops.mlflow_api.door import Answer, reads
from mlops.mlflow_api.faults import invalid
from mlops.mlflow_api.given import Given
from mlops.mlflow_api.graphql.limits import too_much
from mlops.mlflow_api.graphql.schema import LARGE, schema

LONGEST, MOST_TOKENS, MOST_ROWS = 50_000, 20_000, 200
VIEWS: dict[str, Callable[[Caller, Given], Answer]] = {
    "mlflowGetExperiment": experiments.show,
    "mlflowGetRun": runs.show,
    "mlflowGetMetricHistoryBulkInterval": metrics.thinned_history,
    "mlflowListArtifacts": artifacts.listed_of_run,
    "mlflowSearchModelVersions": versions.search,
    "mlflowSearchRuns": searches.runs,
    "mlflowSearchDatasets": searches.datasets,
}
PAGED = ("mlflowSearchModelVersions", "mlflowSearchRuns")
METRICS = ("MlflowMetric", "MlflowMetricWithRunId")
ECHOES = ("test", "testMutation")


class Asked(msgspec.Struct):
    caller: Caller
    experiments: dict[str, Any] = {}
    """Those of runs, each looked up once."""


@reads
def answered(caller: Caller, given: Given) -> Answer:
    from graphql import GraphQLError, execute, parse, validate

    text = given.text("query", required=True)
    if len(text) > LONGEST:
        return _refused(_("A query has at most %(longest)s characters.") % {"longest": LONGEST})
    try:
        document = parse(text, max_tokens=MOST_TOKENS)
    except GraphQLError as error:
        return _refused(error.message)
    if told := too_much(document):
        return _refused(told)
    if wrong := validate(schema(), document, max_errors=10):
        return _refused(*(fault.message for fault in wrong))
    done: Any = execute(
        schema(),
        document,
        context_value=Asked(caller),
        variable_values=given.record("variables"),
        operation_name=given.text("operationName") or None,
        field_resolver=_found,
    )
    for fault in done.errors or ():
        if fault.original_error is not None and not isinstance(fault.original_error, (Refusal, GraphQLError)):
            raise fault.original_error
    return {"data": done.data, "errors": [_said(fault) for fault in done.errors] if done.errors else None}


def _refused(*why: str) -> Answer:
    return {"data": None, "errors": list(why)}


def _said(fault: Any) -> str:
    why = fault.original_error
    return f"{why.message} {why.hint}".strip() if isinstance(why, Refusal) else str(fault.message)


def _found(source: Any, info: Any, **given: Any) -> Any:
    """The value of one field."""
    asked, name, kind = info.context, info.field_name, info.parent_type.name
    if kind in ("Query", "Mutation"):
        return {"output": given.get("inputString")} if name in ECHOES else _seen(asked, name, given.get("input") or {})
    if kind == "MlflowRun" and name == "experiment":
        return _experiment(asked, source["info"]["experiment_id"])
    if kind == "MlflowRun" and name == "modelVersions":
        ours = {"filter": f"run_id = '{source['info']['run_id']}'", "max_results": MOST_ROWS}
        return versions.search(asked.caller, Given(ours))["model_versions"]
    value = source.get(_told_as(name))
    if kind in METRICS and name == "value" and isinstance(value, str):
        return None  # NaN and infinities, which GraphQL's numbers do not know
    if name == "fileSize" and value is None:
        return "0"
    is_large = getattr(info.return_type, "name", "") == LARGE
    return str(value) if is_large and value is not None else value


def _seen(asked: Asked, name: str, given: dict[str, Any]) -> Answer:
    fields = {_told_as(key): value for key, value in given.items()}
    if name in PAGED:
        most = Given(fields).whole("max_results", default=MOST_ROWS)
        if most > MOST_ROWS:
            raise invalid(f"GraphQL answers at most {MOST_ROWS} rows at once. Ask for pages by nextPageToken.")
        fields["max_results"] = most
    return VIEWS[name](asked.caller, Given(fields))


def _experiment(asked: Asked, key: str) -> Any:
    if key not in asked.experiments:
        found: Any = experiments.show(asked.caller, Given({"experiment_id": key}))
        asked.experiments[key] = found["experiment"]
    return asked.experiments[key]


def _told_as(name: str) -> str:
    """`runId` as `run_id`."""
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()
