"""Searches of traces, by what is known of them, of their spans, and of what was said of them."""

from __future__ import annotations

import json
import re
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from mlops.mlflow_api.caller import Caller
from mlops.mlflow_api.conditions import Condition, name_of, read
from mlops.mlflow_api.door import Answer, reads
from mlops.mlflow_api.faults import invalid
from mlops.mlflow_api.filters import MOST_ORDERS, direction_of
from mlops.mlflow_api.finding import DEFAULT_ID, as_key, default_experiment, project_of
from mlops.mlflow_api.given import Given
from mlops.mlflow_api.pages import next_page, page_of
from mlops.mlflow_api.patterns import fitting
from mlops.mlflow_api.shapes import moment
from mlops.mlflow_api.trace_finding import traces_of
from mlops.mlflow_api.trace_shapes import NAME, NAME_OF, SOURCE_RUN, STATE_OF, shaped_old, shaped_traces
from mlops.traces.models import Assessment, Span, Trace, TraceFact

MOST, DEFAULT = 500, 100
ORDERED = {"<": "lt", "<=": "lte", ">": "gt", ">=": "gte"}
PATHS = {
    "request_id": "key", "trace_id": "key",
    "timestamp": "started_at", "timestamp_ms": "started_at",
    "execution_time": "duration_ms", "execution_time_ms": "duration_ms",
    "end_time": "ended_at", "end_time_ms": "ended_at",
    "status": "state", "name": "name", "client_request_id": "client_request_id",
}  # fmt: skip
ORDERS = PATHS | {"experiment_id": "experiment"}
MOMENTS = ("started_at", "ended_at")
OF_SPANS = {"name": "name", "type": "kind", "status": "state"}


@reads
def traces(caller: Caller, given: Given) -> Answer:
    """Of 3.x, which names places; those of experiments are the ones that there are here."""
    wanted = []
    for place in given.records("locations", required=True):
        wanted.append(Given(Given(place).record("mlflow_experiment")).text("experiment_id", required=True))
    page, more = _found(caller, given, wanted)
    return {"traces": shaped_traces(page)} | more


@reads
def old_traces(caller: Caller, given: Given) -> Answer:
    """Of 2.x."""
    page, more = _found(caller, given, given.texts("experiment_ids"))
    return {"traces": shaped_old(page)} | more


def _found(caller: Caller, given: Given, experiments: list[str]) -> tuple[list[Trace], dict[str, str]]:
    if not experiments:
        raise invalid("At least one experiment must be specified to search traces in.")
    most, start = page_of(given, default=DEFAULT, most=MOST)
    keys = [as_key(one) for one in experiments if one != DEFAULT_ID]
    if DEFAULT_ID in experiments:
        keys.append(default_experiment(project_of(caller)).pk)
    found = filtered(traces_of(caller).filter(experiment__in=[key for key in keys if key]), given.text("filter"))
    page = list(_ordered(found, given.texts("order_by"))[start : start + most + 1])
    return page[:most], next_page(page, start, most)


def filtered(found: QuerySet[Trace], text: str) -> QuerySet[Trace]:
    """Raises Fault `INVALID_PARAMETER_VALUE`."""
    for one in read(text):
        found = found.filter(_condition(one))
    return found


def _condition(one: Condition) -> Q:
    if one.space == "attribute":
        return _of_trace(one)
    if one.space in ("tag", "metadata"):
        return _of_fact(one)
    return _of_span(one) if one.space == "span" else _of_assessment(one)


def _of_trace(one: Condition) -> Q:
    key = one.key.lower()
    if key == "text":
        return _of_span(Condition("span", "content", one.sign, one.values))
    if key == "run_id":
        return _of_run(one)
    path = PATHS.get(key)
    if path is None:
        raise invalid(f"Invalid search key '{one.key[:100]}', supported are {', '.join([*PATHS, 'run_id', 'text'])}.")
    if path in MOMENTS or path == "duration_ms":
        return _of_number(one, path)
    if path == "state" and one.sign in ("like", "ilike"):
        return Q(state__in=fitting(NAME_OF, one.sign, str(one.values[0])))
    values = tuple(_state(value) if path == "state" else value for value in one.values)
    return _of_given_text(Condition(one.space, one.key, one.sign, values), path)


def _of_given_text(one: Condition, path: str) -> Q:
    """As with MLflow, `!=` finds only what has a value."""
    found = _of_text(one, path)
    return found & Q(**{f"{path}__gt": ""}) if one.sign in ("!=", "not in") else found


def _of_run(one: Condition) -> Q:
    if one.sign not in ("=", "in", "!=", "not in"):
        raise invalid("run_id can be compared by =, !=, IN and NOT IN.")
    keys = [key for value in one.values if (key := as_key(str(value))) is not None]
    linked = Trace.runs.through.objects.filter(run__in=keys).values("trace")
    told = TraceFact.objects.filter(is_tag=False, key=SOURCE_RUN, value__in=[str(value) for value in one.values])
    found = Q(pk__in=linked) | Q(pk__in=told.values("trace"))
    if one.sign in ("=", "in"):
        return found
    return ~found & (Q(Exists(_links())) | Q(Exists(_facts(SOURCE_RUN, is_tag=False))))


def _of_fact(one: Condition) -> Q:
    if one.space == "tag" and one.key == NAME:
        return _of_given_text(one, "name")
    return _of_rows(one, _facts(one.key, is_tag=one.space == "tag"), "value")


def _links() -> QuerySet[Any]:
    return Trace.runs.through.objects.filter(trace=OuterRef("pk"))


def _facts(key: str, *, is_tag: bool) -> QuerySet[TraceFact]:
    return TraceFact.objects.filter(is_tag=is_tag, key=key, trace=OuterRef("pk"))


def _of_span(one: Condition) -> Q:
    rows = Span.objects.filter(trace=OuterRef("pk"))
    if one.key == "content":
        if one.sign not in ("like", "ilike"):
            raise invalid("The content of spans can be searched by LIKE and ILIKE.")
        return Q(Exists(rows.filter(_of_text(one, "text"))))
    if one.key.startswith("attributes.") and one.key != "attributes.":
        return Q(Exists(rows.filter(_of_attribute(one))))
    if one.key not in OF_SPANS:
        raise invalid(
            f"Invalid span attribute '{one.key[:100]}'. Supported attributes: {', '.join(OF_SPANS)},"
            " attributes.<attribute_name>."
        )
    values = tuple(_state(value) if one.key == "status" else value for value in one.values)
    return Q(Exists(rows.filter(_of_text(Condition(one.space, one.key, one.sign, values), OF_SPANS[one.key]))))


def _of_attribute(one: Condition) -> Q:
    """In the text of a span, which holds its attributes as JSON."""
    key = f"{json.dumps(one.key.removeprefix('attributes.'), ensure_ascii=False)}: "
    if one.sign in ("=", "!=", "in", "not in"):
        written = {form for value in one.values for form in (json.dumps(value, ensure_ascii=False), str(value))}
        forms = [f"%{_plain(key + one)}{after}%" for one in sorted(written) for after in ",}"]
        found = reduce(or_, (Q(text__like=form) for form in forms))
        return found if one.sign in ("=", "in") else ~found & Q(text__like=f"%{_plain(key)}%")
    if one.sign not in ("like", "ilike"):
        raise invalid("Attributes of spans can be compared by =, !=, IN, NOT IN, LIKE and ILIKE.")
    inner = json.dumps(str(one.values[0]), ensure_ascii=False)[1:-1].replace("\\", "\\\\")
    forms = [f"%{_plain(key)}{quote}{inner}{quote}{after}%" for quote in ('"', "") for after in ",}"]
    return reduce(or_, (Q(**{f"text__{one.sign}": form}) for form in forms))


def _plain(text: str) -> str:
    """As a part of a pattern, in which no sign has a meaning."""
    return re.sub(r"([\\%_])", r"\\\1", text)


def _of_assessment(one: Condition) -> Q:
    rows = Assessment.objects.filter(trace=OuterRef("pk"), kind=one.space, name=one.key, is_valid=True)
    if one.sign in ORDERED:
        number = one.values[0]
        if isinstance(number, str):
            raise invalid(f"{one.space}.{one.key} is compared by {one.sign} with a number.")
        return Q(Exists(rows.filter(**{f"number__{ORDERED[one.sign]}": number})))
    values = tuple(f"{value:g}" if isinstance(value, float) else value for value in one.values)
    return _of_rows(Condition(one.space, one.key, one.sign, values), rows, "text")


def _of_rows(one: Condition, rows: QuerySet[Any], path: str) -> Q:
    if one.sign == "is null":
        return ~Q(Exists(rows))
    if one.sign == "is not null":
        return Q(Exists(rows))
    return Q(Exists(rows.filter(_of_text(one, path))))


def _of_text(one: Condition, path: str) -> Q:
    values = [value if isinstance(value, str) else f"{value:g}" for value in one.values]
    if one.sign in ("=", "in"):
        return Q(**{f"{path}__in": values})
    if one.sign in ("!=", "not in"):
        return ~Q(**{f"{path}__in": values})
    if one.sign in ("like", "ilike"):
        return Q(**{f"{path}__{one.sign}": values[0].replace("\\", "\\\\")})
    if one.sign == "rlike":
        raise invalid("RLIKE is not understood here: a regular expression can take for ever. Use LIKE or ILIKE.")
    raise invalid(f"Invalid comparator '{one.sign.upper()}' for '{one.key[:100]}', which is a text.")


def _of_number(one: Condition, path: str) -> Q:
    values = [value for value in one.values if isinstance(value, float)]
    if len(values) != len(one.values) or not values:
        raise invalid(f"'{one.key[:100]}' is compared with a number.")
    if path in MOMENTS:
        values = [moment(int(value)) for value in values]  # type: ignore[misc]
    if one.sign in ORDERED:
        return Q(**{f"{path}__{ORDERED[one.sign]}": values[0]}) if values[0] is not None else Q(pk__in=[])
    if one.sign in ("=", "in"):
        return Q(**{f"{path}__in": values})
    if one.sign in ("!=", "not in"):
        return ~Q(**{f"{path}__in": values})
    raise invalid(f"Invalid comparator '{one.sign.upper()}' for '{one.key[:100]}', which is a number.")


def _state(value: str | float) -> str:
    """Traces have names of MLflow, spans those of OpenTelemetry; patterns are left as they are."""
    name = str(value).upper()
    return str(STATE_OF.get("STATE_UNSPECIFIED" if name == "UNSET" else name, value))


def _ordered(found: QuerySet[Trace], given: list[str]) -> QuerySet[Trace]:
    """The newest first, unless another order is asked for."""
    if len(given) > MOST_ORDERS:
        raise invalid(f"At most {MOST_ORDERS} order_by clauses can be given. Got {len(given)}.")
    keys: list[Any] = []
    for text in given:
        name, is_down = direction_of(text)
        space, key = name_of(name)
        path = ORDERS.get(key.lower()) if space == "attribute" else "name" if key == NAME else None
        if path is None:
            raise invalid(f"Invalid order_by clause '{text[:200]}'. Valid attributes are: {', '.join(ORDERS)}.")
        keys.append(F(path).desc(nulls_last=True) if is_down else F(path).asc(nulls_last=True))
    return found.order_by(*keys, "-started_at", "key")
