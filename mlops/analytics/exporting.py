"""A table as CSV, Parquet or Arrow: conditions in OData's words, rows in the table's order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, BinaryIO

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from mlops.access.decisions import project_named
from mlops.analytics.asking import EXPORT_SECONDS, ask, opened, workplace
from mlops.analytics.engine.orders import Form, Result
from mlops.analytics.expressions.in_duckdb import quoted, sql
from mlops.analytics.expressions.kinds import condition
from mlops.analytics.expressions.reading import read
from mlops.analytics.laying_out import collected_rows, record_rows
from mlops.analytics.odata.collected import narrowed
from mlops.analytics.odata.options import Options, chosen
from mlops.analytics.odata.records import filtered
from mlops.analytics.sql import EXPORTED_ROWS
from mlops.analytics.tables.catalogue import source
from mlops.analytics.tables.records import Records
from mlops.events.chain import record
from mlops.formats.refusal import Refusal, Where, nearest

FORMS: dict[str, tuple[Form, str]] = {
    "csv": ("csv", "text/csv; charset=utf-8"),
    "parquet": ("parquet", "application/vnd.apache.parquet"),
    "arrow": ("arrow", "application/vnd.apache.arrow.file"),
}


def form_named(name: str) -> tuple[Form, str]:
    """The form and its content type. Raises Refusal."""
    if name not in FORMS:
        hint = nearest(name, FORMS) or _("Choose %(forms)s.") % {"forms": ", ".join(FORMS)}
        where = Where(parameter="as", value=name[:40])
        raise Refusal(
            "format_unknown", _("“%(name)s” is no format of an export.") % {"name": name[:40]}, hint=hint, where=where
        )
    return FORMS[name]


def export(
    person: Any,
    name: str,
    *,
    form: Form,
    filter: str = "",
    select: Sequence[str] = (),
    project: str = "",
    only: QuerySet[Any] | None = None,
    asked: str = "",
) -> tuple[Result, BinaryIO]:
    """An open file, that is in no folder any more. Raises Refusal; records that data left. `only`: rows of a list of
    the studio, and `asked` what was typed as its filter."""
    found = source(person, name)
    table = found.table
    of = project_named(person, project) if project else None
    columns = chosen(Options(select=tuple(select)), table)
    where = ""
    with workplace() as folder:
        if isinstance(found, Records):
            rows = filtered(found, person, Options(filter=filter))
            rows = rows.filter(**{f"{found.project}__slug": project}) if project else rows
            rows = rows.filter(pk__in=only.order_by().values("pk")) if only is not None else rows
            order = [table.column(one).path for one in table.order]
            seen = record_rows(found, rows.order_by(*order), folder)
        else:
            of = found.endpoint.project
            node = condition(read(filter), table) if filter else None
            near = narrowed(node)
            seen = collected_rows(found, folder, start=near.start, deployments=near.deployments)
            where = f" WHERE {sql(node)}" if node is not None else ""
        select_all = (
            f"SELECT {', '.join(quoted(one) for one in columns)} FROM {quoted(table.sql_name)}{where}"
            f" ORDER BY {', '.join(quoted(one) for one in table.order)}"
        )
        got = ask(folder, [seen], select_all, form=form, most_rows=EXPORTED_ROWS, seconds=EXPORT_SECONDS)
        file = opened(got)
    told = {"tables": [table.sql_name], "rows": got.count, "format": form, "query": (filter or asked)[:2_000]}
    record(person, "mlops.data.exported", subject=f"tables/{table.name}", project=of, data=told)
    return got, file
