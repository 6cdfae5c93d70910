"""Runs a person's SQL over the tables of a project that the person may see. Only those that it names are laid out."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO

from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.access.models import Project
from mlops.analytics.asking import EXPORT_SECONDS, SECONDS, ask, opened, workplace
from mlops.analytics.engine.orders import Form, Result, Seen, SeenColumn
from mlops.analytics.laying_out import collected_rows, record_rows
from mlops.analytics.models import AskedQuery, QueryState
from mlops.analytics.tables.catalogue import Source, sources
from mlops.analytics.tables.collected import Collected
from mlops.analytics.tables.datasets import DatasetTable, datasets
from mlops.analytics.tables.records import Records
from mlops.blobs.stores import store
from mlops.datasets.queries import data_digest
from mlops.events.chain import record
from mlops.formats.refusal import Refusal, Where

SHOWN_ROWS = 1_000
MOST_ROWS = 10_000
EXPORTED_ROWS = 5_000_000
MOST_AT_ONCE = 2
KEPT = 200
"""Of what one person asked in one project."""
_WORD = re.compile(r"\w+")


def tables_of(person: Any, project: Project) -> list[Source | DatasetTable]:
    """Raises Refusal `not_found` where the person sees no such project."""
    require(person, "read", project)
    return [*sources(person, project=project.slug), *datasets(person, project=project.slug)]


def query(person: Any, project: Project, text: str, *, most_rows: int = SHOWN_ROWS) -> Result:
    """Rows, of which `is_cut` says whether there are more. Raises Refusal."""
    return _run(person, project, text, form="rows", most_rows=min(most_rows, MOST_ROWS))[0]


def export(person: Any, project: Project, text: str, *, form: Form) -> tuple[Result, BinaryIO]:
    """An open file, that is already in no folder any more. Raises Refusal."""
    result, file = _run(person, project, text, form=form, most_rows=EXPORTED_ROWS)
    assert file is not None
    return result, file


def _run(person: Any, project: Project, text: str, *, form: Form, most_rows: int) -> tuple[Result, BinaryIO | None]:
    known = tables_of(person, project)
    text = text.strip()
    if not text:
        raise Refusal(
            "query_missing", _("There is no query."), hint="select * from runs", where=Where(parameter="query")
        )
    asked = _begun(person, project, text, form)
    started = time.monotonic()
    try:
        used = named_in(text, known)
        with workplace() as folder:
            seen = [laid_out(one, person, project, folder) for one in used]
            seconds = SECONDS if form == "rows" else EXPORT_SECONDS
            got = ask(
                folder,
                [*seen, *_empty(known, used)],
                text,
                form=form,
                is_free=True,
                most_rows=most_rows,
                seconds=seconds,
            )
            file = opened(got) if got.file else None
    except Refusal as refusal:
        _ended(asked, QueryState.FAILED, started, reason=refusal.message)
        raise
    except BaseException:
        _ended(asked, QueryState.FAILED, started, reason=_("It broke off."))
        raise
    _ended(asked, QueryState.COMPLETED, started, rows=got.count)
    verb = "queried" if form == "rows" else "exported"
    told = {"tables": [one.table.sql_name for one in used], "rows": got.count, "format": form, "query": text[:2_000]}
    record(person, f"mlops.data.{verb}", subject=f"projects/{project.slug}", project=project, data=told)
    return got, file


def named_in(text: str, known: list[Source | DatasetTable]) -> list[Source | DatasetTable]:
    """Those whose names are words of the query; one too many does no harm."""
    words = {word.lower() for word in _WORD.findall(text)}
    return [one for one in known if one.table.sql_name in words]


def laid_out(one: Source | DatasetTable, person: Any, project: Project, folder: Path) -> Seen:
    if isinstance(one, Records):
        return record_rows(one, one.rows(person, project=project.slug), folder)
    if isinstance(one, Collected):
        return collected_rows(one, folder)
    path = folder / f"{one.table.sql_name}.parquet"
    store().fetch(data_digest(one.version), str(path))
    columns = tuple(SeenColumn(column.name, column.path, column.kind) for column in one.table.columns)
    return Seen(name=one.table.sql_name, columns=columns, files=(str(path),))


def _empty(known: list[Source | DatasetTable], used: list[Source | DatasetTable]) -> list[Seen]:
    """The others, so that a wrong name is told with the nearest."""
    names = {one.table.sql_name for one in used}
    return [Seen(name=one.table.sql_name, columns=(SeenColumn("x", "x", "string"),))
            for one in known if one.table.sql_name not in names]  # fmt: skip


def _begun(person: Any, project: Project, text: str, form: str) -> AskedQuery:
    since = timezone.now() - timedelta(seconds=EXPORT_SECONDS)
    running = AskedQuery.objects.filter(by=person, state=QueryState.RUNNING, at__gte=since).count()
    if running >= MOST_AT_ONCE:
        raise Refusal(
            "queries_too_many",
            _("%(count)d of your queries are running.") % {"count": running},
            hint=_("Wait until one of them has ended."),
            status=429,
        )
    old = AskedQuery.objects.filter(by=person, project=project).values_list("pk", flat=True)[KEPT:]
    AskedQuery.objects.filter(pk__in=list(old[:KEPT])).delete()
    return AskedQuery.objects.create(by=person, project=project, query=text, form=form)


def _ended(asked: AskedQuery, state: str, started: float, *, rows: int | None = None, reason: str = "") -> None:
    seconds = time.monotonic() - started
    AskedQuery.objects.filter(pk=asked.pk).update(state=state, seconds=seconds, row_count=rows, reason=reason)
