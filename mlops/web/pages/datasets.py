"""The pages about datasets: the list, the wizard that brings a file in, and one dataset with its versions."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any, BinaryIO, cast
from uuid import UUID

import msgspec
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mlops.access.decisions import may, require
from mlops.blobs.models import Blob
from mlops.datasets import actions, assets, outside, queries, usage
from mlops.datasets.models import Dataset, DatasetVersion, Upload, VersionState
from mlops.datasets.reading.encoding import OFFERED
from mlops.datasets.reading.examination import Preview
from mlops.datasets.searching import DATASETS
from mlops.formats.profile import ColumnProfile
from mlops.formats.reading import ReadColumn, Reading
from mlops.formats.refusal import Refusal, nearest
from mlops.formats.table import ColumnType
from mlops.tags.filters import tags_of_many
from mlops.uploads.actions import forget, sent_files
from mlops.uploads.given import sent_in
from mlops.web.guard import signed_in
from mlops.web.histograms import Bar, bars
from mlops.web.listing import listed
from mlops.web.pages import guests
from mlops.web.pages.dataset_difference import difference_context
from mlops.web.pages.dataset_files import files_context
from mlops.web.pages.dataset_rows import page_of_rows
from mlops.web.projects import current_project, show_project

STEPS = {
    "file": gettext_lazy("File"),
    "settings": gettext_lazy("Settings and preview"),
    "schema": gettext_lazy("Schema"),
    "confirm": gettext_lazy("Confirm"),
}
TABS = {
    "files": gettext_lazy("Files"),
    "preview": gettext_lazy("Preview"),
    "profile": gettext_lazy("Profile"),
    "versions": gettext_lazy("Versions"),
    "difference": gettext_lazy("Difference"),
    "used": gettext_lazy("Where used"),
    "details": gettext_lazy("Details"),
}
DELIMITERS = {
    ",": gettext_lazy("Comma"),
    ";": gettext_lazy("Semicolon"),
    "\t": gettext_lazy("Tab"),
    "|": gettext_lazy("Vertical bar"),
}
QUOTES = {'"': gettext_lazy('Double "'), "'": gettext_lazy("Single '"), "": gettext_lazy("None")}
DAY_FORMATS = {
    "iso": "2024-12-31",
    "%d.%m.%Y": "31.12.2024",
    "%d/%m/%Y": "31/12/2024",
    "%m/%d/%Y": "12/31/2024",
    "%d-%m-%Y": "31-12-2024",
    "%m-%d-%Y": "12-31-2024",
    "%Y/%m/%d": "2024/12/31",
    "%d %b %Y": "31 Dec 2024",
    "%b %d, %Y": "Dec 31, 2024",
}
COLUMNS_ASKED = 300
"""A form has room for so many columns; the others are read as guessed."""
COLUMNS_A_PAGE = 100
TYPES = {
    "integer": gettext_lazy("integer"),
    "decimal": gettext_lazy("decimal"),
    "string": gettext_lazy("string"),
    "boolean": gettext_lazy("boolean"),
    "date": gettext_lazy("date"),
}


@signed_in
@require_GET
def datasets(request: HttpRequest) -> HttpResponse:
    context = _list_context(request)
    return render(request, "web/datasets/list.html", context, status=context["listed"].status)


@signed_in
@require_GET
def rows(request: HttpRequest) -> HttpResponse:
    """The live part of the list."""
    return render(request, "web/datasets/_rows.html", _list_context(request))


@signed_in
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The wizard's first step; `?dataset=` makes it the next version of that one."""
    given = request.GET.get("dataset", "")
    of = queries.dataset(request.user, _uuid(given)) if given else None
    project = of.project if of else current_project(request)
    show_project(request, project)
    require(request.user, "data.change", project)
    problem: Refusal | None = None
    if request.method == "POST":
        try:
            return redirect(_step_url(_received(request, of), "settings"))
        except Refusal as refusal:
            problem = refusal
    context = _wizard("file") | {"project": project, "of": of, "typed": request.POST, "problem": problem}
    return render(request, "web/datasets/file.html", context, status=problem.status if problem else 200)


@signed_in
@require_http_methods(["GET", "POST"])
def upload_settings(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """Format, delimiter, encoding, header: each change shows the first rows anew."""
    upload = _upload(request, upload_id)
    reading, problem, seen = _reading_of(upload), None, Preview()
    try:
        if request.method == "POST":
            reading = _changed(reading, request.POST)
            _check_skip(request.POST)
            examined = actions.look_again(request.user, upload, settings=reading)
            reading, seen = examined.reading, examined.preview
            if request.POST.get("go") == "next":
                return redirect(_step_url(upload, "schema"))
        else:
            seen = actions.preview(upload, reading)
    except Refusal as refusal:
        problem = refusal
    context = _wizard("settings", upload) | {
        "reading": reading,
        "preview": seen,
        "problem": problem,
        "delimiters": DELIMITERS.items(),
        "quotes": QUOTES.items(),
        "encodings": dict.fromkeys((reading.encoding, *OFFERED)),
        "missing_values": ", ".join(value for value in reading.missing_values if value),
        "empty_is_missing": "" in reading.missing_values,
        "skip_rows": request.POST.get("skip_rows", str(reading.skip_rows)),
    }
    return render(request, "web/datasets/settings.html", context, status=problem.status if problem else 200)


@signed_in
@require_http_methods(["GET", "POST"])
def upload_schema(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    """Which columns come in, and as what."""
    upload = _upload(request, upload_id)
    reading, problem, seen = _reading_of(upload), None, Preview()
    try:
        if request.method == "POST":
            reading = _with_columns(reading, request.POST)
            seen = actions.choose(request.user, upload, reading=reading)
            if not seen.problems and request.POST.get("go") != "check":
                return redirect(_step_url(upload, "confirm"))
        else:
            seen = actions.preview(upload, reading)
    except Refusal as refusal:
        problem = refusal
    faults = {fault.column: fault for fault in reversed(seen.problems)}
    columns = [
        (place, column, [row[place] for row in seen.rows[:4] if place < len(row)], faults.get(column.name))
        for place, column in enumerate(reading.columns[:COLUMNS_ASKED])
    ]
    context = _wizard("schema", upload) | {
        "columns": columns,
        "not_asked": max(0, len(reading.columns) - COLUMNS_ASKED),
        "faults_not_asked": [fault for fault in seen.problems if _place(reading, fault.column) >= COLUMNS_ASKED],
        "reading": reading,
        "sampled_rows": seen.sampled_rows,
        "types": TYPES.items(),
        "day_formats": DAY_FORMATS.items(),
        "problem": problem,
        "has_faults": bool(faults),
    }
    return render(request, "web/datasets/schema.html", context, status=422 if problem or faults else 200)


@signed_in
@require_http_methods(["GET", "POST"])
def upload_confirm(request: HttpRequest, upload_id: UUID) -> HttpResponse:
    upload = _upload(request, upload_id)
    reading, problem = _reading_of(upload), None
    if request.method == "POST":
        try:
            actions.keep_details(request.user, upload, details=_typed(request.POST))
            version = _finished(request, upload)
            return redirect("web:dataset", version.dataset_id)
        except Refusal as refusal:
            problem = refusal
    context = _wizard("confirm", upload) | {
        "reading": reading,
        "columns": [column for column in reading.columns if column.include],
        "left_out": [column.name for column in reading.columns if not column.include],
        "typed": upload.details | _typed(request.POST),
        "becomes": _becomes(upload),
        "problem": problem,
    }
    return render(request, "web/datasets/confirm.html", context, status=problem.status if problem else 200)


@signed_in
@require_http_methods(["GET", "POST"])
@guests.or_guest(guests.dataset)
def dataset(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    """A POST changes description, licence and source."""
    if request.method == "GET":
        return render(request, "web/datasets/dataset.html", _dataset_context(request, dataset_id))
    of = queries.dataset(request.user, dataset_id)
    texts = {name: text for name, text in _typed(request.POST).items() if name != "name"}
    try:
        actions.describe(request.user, of, **texts)
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        context = _dataset_context(request, dataset_id, tab="details") | {"problem": refusal, "typed": texts}
        return render(request, "web/datasets/dataset.html", context, status=refusal.status)
    messages.success(request, _("Saved."))
    return redirect(f"{reverse('web:dataset', args=[of.pk])}?tab=details")


@signed_in
@require_GET
def dataset_head(request: HttpRequest, dataset_id: UUID) -> HttpResponse:
    """The live part: the state of the import, and what the open tab shows once it is there."""
    return render(request, "web/datasets/_body.html", _dataset_context(request, dataset_id))


@signed_in
@require_POST
def reopen(request: HttpRequest, dataset_id: UUID, number: int) -> HttpResponse:
    """Back into the wizard with the same file, to read it in another way."""
    version = queries.version(queries.dataset(request.user, dataset_id), number)
    return redirect(_step_url(actions.reopen(request.user, version), "settings"))


@signed_in
@require_POST
def version_act(request: HttpRequest, dataset_id: UUID, number: int) -> HttpResponse:
    """`act`: verify, archive or restore."""
    version = queries.version(queries.dataset(request.user, dataset_id), number)
    act = request.POST.get("act", "")
    try:
        if act == "verify":
            verdict = outside.verify(request.user, version)
            level = messages.SUCCESS if verdict.state in ("unchanged", "not_outside") else messages.WARNING
            messages.add_message(request, level, verdict.reason)
        elif act == "archive":
            assets.archive(request.user, version.dataset, version=version)
            messages.success(request, _("Archived %(name)s: it is still there by its name.") % {"name": version})
        elif act == "restore":
            assets.restore(request.user, version.dataset, version=version)
            messages.success(request, _("Restored %(name)s.") % {"name": version})
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        messages.error(request, f"{refusal.message} {refusal.hint}")
    return redirect(f"{reverse('web:dataset', args=[dataset_id])}?version={number}")


@signed_in
@require_POST
def delete_version(request: HttpRequest, dataset_id: UUID, number: int) -> HttpResponse:
    version = queries.version(queries.dataset(request.user, dataset_id), number)
    name = str(version)
    try:
        actions.delete_version(request.user, version)
    except Refusal as refusal:
        if refusal.status != 409:
            raise
        messages.error(request, f"{refusal.message} {refusal.hint}")
        return redirect("web:dataset", dataset_id)
    messages.success(request, _("%(name)s is in the recycle bin.") % {"name": name})
    still_there = Dataset.objects.filter(pk=dataset_id).exists()
    return redirect("web:dataset", dataset_id) if still_there else redirect("web:datasets")


def _list_context(request: HttpRequest) -> dict[str, Any]:
    project = current_project(request)
    kind = request.GET.get("kind", "")
    samples = {"samples": True, "mine": False}.get(kind)
    seen = queries.found(queries.visible_to(request.user).filter(project=project), samples=samples)
    found = listed(request, DATASETS, seen, project=project.slug, keep=("kind",))
    latest, tags = queries.latest_of(found.rows), tags_of_many(found.rows)
    return {
        "project": project,
        "listed": found,
        "rows": [(one, latest.get(one.pk), tags[str(one.pk)]) for one in found.rows],
        "may_contribute": may(request.user, "data.change", project),
    }


def _received(request: HttpRequest, of: Dataset | None) -> Upload:
    project = of.project if of else current_project(request)
    sent = sent_in(request.POST.get("sent", ""))
    file = request.FILES.get("file")
    source: BinaryIO | Blob
    if sent:
        came = sent_files(request.user, project, sent)[0]
        source, name = Blob.objects.get(digest=came.digest), came.path
    elif file is not None:
        source, name = cast(BinaryIO, file), str(file.name or "")
    else:
        raise Refusal("file_missing", _("No file was chosen."), hint=_("Choose a CSV or Parquet file."))
    upload, _seen = actions.receive(
        request.user,
        project,
        source=source,
        file_name=name,
        details={"name": of.name} if of else _typed(request.POST),
        dataset=of,
    )
    forget(request.user, (upload_id for upload_id, _path in sent))
    return upload


def _finished(request: HttpRequest, upload: Upload) -> DatasetVersion:
    if upload.dataset is not None:
        return actions.add_version(request.user, upload.dataset, upload=upload)
    texts = upload.details
    return actions.create_dataset(
        request.user,
        upload.project,
        name=texts.get("name", ""),
        upload=upload,
        description=texts.get("description", ""),
        licence=texts.get("licence", ""),
        source=texts.get("source", ""),
    )


def _upload(request: HttpRequest, upload_id: UUID) -> Upload:
    upload = queries.upload(request.user, upload_id)
    show_project(request, upload.project)
    require(request.user, "data.change", upload.project)
    return upload


def _wizard(step: str, upload: Upload | None = None) -> dict[str, Any]:
    names = list(STEPS)
    return {
        "step": step,
        "upload": upload,
        "steps": [
            (label, names.index(name) < names.index(step), name == step, _step_url(upload, name) if upload else "")
            for name, label in STEPS.items()
        ],
    }


def _step_url(upload: Upload, step: str) -> str:
    return reverse("web:dataset-new") if step == "file" else reverse(f"web:upload-{step}", args=[upload.pk])


def _reading_of(upload: Upload) -> Reading:
    return msgspec.convert(upload.guess, type=Reading)


def _changed(reading: Reading, typed: Mapping[str, str]) -> Reading:
    """The settings as typed; the columns are then guessed anew."""
    if reading.format != "csv":
        return msgspec.structs.replace(reading, columns=())
    skip = typed.get("skip_rows", "0").strip()
    return msgspec.structs.replace(
        reading,
        delimiter=typed.get("delimiter", reading.delimiter)[:1] or reading.delimiter,
        quote=typed.get("quote", reading.quote)[:1],
        encoding=typed.get("encoding", reading.encoding),
        header=typed.get("header") == "on",
        decimal_comma=typed.get("decimal_comma") == "on",
        skip_rows=int(skip[:6]) if skip.isdecimal() else reading.skip_rows,
        missing_values=_missing_values(reading, typed),
        columns=(),
    )


def _missing_values(reading: Reading, typed: Mapping[str, str]) -> tuple[str, ...]:
    if "missing_values" not in typed:
        return reading.missing_values
    empty = ("",) if typed.get("empty_is_missing") == "on" else ()
    named = (value.strip() for value in typed["missing_values"].split(","))
    return tuple(dict.fromkeys((*empty, *(value for value in named if value))))


def _check_skip(typed: Mapping[str, str]) -> None:
    skip = typed.get("skip_rows", "").strip()
    if skip and not skip.isdecimal():
        raise Refusal(
            "skip_rows_invalid",
            _("“Rows to skip” must be a whole number, not “%(text)s”.") % {"text": skip[:40]},
            hint=_("0 skips none."),
        )


def _with_columns(reading: Reading, typed: Mapping[str, str]) -> Reading:
    asked = reading.columns[:COLUMNS_ASKED]
    columns = [_column(column, place, typed) for place, column in enumerate(asked)]
    return msgspec.structs.replace(reading, columns=(*columns, *reading.columns[COLUMNS_ASKED:]))


def _column(column: ReadColumn, place: int, typed: Mapping[str, str]) -> ReadColumn:
    kind = typed.get(f"type-{place}", column.type)
    if kind not in TYPES:
        raise Refusal(
            "type_unknown",
            _("“%(kind)s” is no column type.") % {"kind": kind[:40]},
            hint=nearest(kind, TYPES) or _("Choose one of the list."),
        )
    days = typed.get(f"days-{place}", column.date_format) if kind == "date" else ""
    return msgspec.structs.replace(
        column,
        type=cast(ColumnType, kind),
        include=typed.get(f"include-{place}") == "on",
        date_format=days if days in DAY_FORMATS else "",
    )


def _place(reading: Reading, name: str) -> int:
    return next((place for place, column in enumerate(reading.columns) if column.name == name), 0)


def _becomes(upload: Upload) -> Dataset | None:
    """The dataset that gets a new version, chosen or found by its name."""
    if upload.dataset is not None:
        return upload.dataset
    name = " ".join(upload.details.get("name", "").split())
    return Dataset.objects.filter(project=upload.project, name=name).first()


def _typed(typed: Mapping[str, str]) -> dict[str, str]:
    return {name: typed[name].strip() for name in actions.DETAILS if name in typed}


def _dataset_context(request: HttpRequest, dataset_id: UUID, tab: str = "") -> dict[str, Any]:
    of = queries.dataset(request.user, dataset_id)
    show_project(request, of.project)
    known = list(queries.versions(of).defer("profile"))
    asked = request.GET.get("version", "")
    fresh = next((one for one in known if one.archived_at is None), known[0] if known else None)
    shown = queries.version(of, int(asked[:9])) if asked.isdecimal() else fresh
    tabs = _tabs(of, shown, known)
    tab = tab or request.GET.get("tab", "")
    tab = tab if tab in tabs else next(iter(tabs))
    context: dict[str, Any] = {
        "dataset": of,
        "version": shown,
        "versions": known,
        "tab": tab,
        "tabs": tabs.items(),
        "has_table": shown is not None and shown.schema is not None,
        "may_contribute": may(request.user, "data.change", of.project),
    }
    if shown is None:
        return context
    if tab == "versions":
        return context | {"history": _history(known)}
    if tab == "used":
        return context | {"uses": usage.uses_of(shown)}
    if tab == "details":
        return context | _details(of, shown)
    if shown.state != VersionState.READY:
        return context
    if tab == "files":
        return context | files_context(request, shown)
    if tab == "difference":
        return context | difference_context(request, shown, known)
    if tab == "preview":
        return context | page_of_rows(request, shown)
    if tab == "profile":
        return context | _page_of_profile(request, shown)
    return context


def _tabs(of: Dataset, shown: DatasetVersion | None, known: list[DatasetVersion]) -> dict[str, Any]:
    """Files have no rows to show, and tables no files; one version differs from nothing."""
    left = set() if of.is_of_files else {"files"}
    if of.is_of_files and (shown is None or shown.state != VersionState.READY or shown.schema is None):
        left |= {"preview", "profile"}
    if len(known) < 2:
        left |= {"difference"}
    return {key: label for key, label in TABS.items() if key not in left}


def _details(of: Dataset, shown: DatasetVersion) -> dict[str, Any]:
    reading = msgspec.convert(shown.reading, type=Reading) if shown.reading else None
    return {
        "typed": {name: getattr(of, name) for name in actions.DETAILS},
        "reading": reading,
        "reading_delimiter": str(DELIMITERS.get(reading.delimiter, reading.delimiter)).lower() if reading else "",
    }


def _page_of_profile(request: HttpRequest, shown: DatasetVersion) -> dict[str, Any]:
    profile = queries.profile_of(shown)
    page = Paginator(profile.columns, COLUMNS_A_PAGE).get_page(request.GET.get("page"))
    lines = [(column, _bars(column), _shares(column), TYPES[column.type]) for column in page]
    return {"profile": lines, "page": page, "sampled_rows": profile.sampled_rows}


def _shares(column: ColumnProfile) -> list[Share]:
    """How the column's cells divide into values of its type, missing, empty and errors."""
    total = column.count or 1
    good = column.not_missing_count - column.empty_count - column.error_count
    parts = (
        ("good", TYPES[column.type], good),
        ("empty", _("empty"), column.empty_count),
        ("missing", _("missing"), column.missing_count),
        ("error", _("not finite"), column.error_count),
    )
    return [Share(kind=kind, label=str(label), share=count / total) for kind, label, count in parts if count]


class Share(msgspec.Struct, frozen=True, kw_only=True):
    kind: str
    label: str
    share: float

    @property
    def percent(self) -> str:
        return f"{self.share * 100:.1f}"


def _history(known: list[DatasetVersion]) -> list[tuple[DatasetVersion, list[str]]]:
    """Each version with what changed in its columns since the one before."""
    first: dict[str, DatasetVersion] = {}
    for one in reversed(known):
        one.equal_to = first.setdefault(one.content, one).version if one.content else ""  # type: ignore[attr-defined]
        if first.get(one.content) is one:
            one.equal_to = ""  # type: ignore[attr-defined]
    pairs = zip(known, [*known[1:], None], strict=True)
    return [(one, _differences(one, before) if before else []) for one, before in pairs]


def _differences(one: DatasetVersion, before: DatasetVersion) -> list[str]:
    if not one.schema or not before.schema:
        return []
    now = {column["name"]: column["type"] for column in one.schema["columns"]}
    then = {column["name"]: column["type"] for column in before.schema["columns"]}
    told = [_("new column %(name)s") % {"name": name} for name in now if name not in then]
    told += [_("column %(name)s is gone") % {"name": name} for name in then if name not in now]
    told += [
        _("%(name)s: %(then)s is now %(now)s") % {"name": name, "then": then[name], "now": kind}
        for name, kind in now.items()
        if name in then and then[name] != kind
    ]
    return told or [_("same columns")]


def _bars(column: ColumnProfile) -> list[Bar]:
    if column.histogram is not None:
        edges = column.histogram.edges
        labels = [f"{low:g} – {high:g}" for low, high in pairwise(edges)]
        return bars(column.histogram.counts, labels)
    return bars([one.count for one in column.top_values], [one.value for one in column.top_values])


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise Refusal("not_found", _("There is no such dataset, or you may not see it."), status=404) from error


urlpatterns: list[URLPattern | URLResolver] = [
    path("datasets/", datasets, name="datasets"),
    path("datasets/rows/", rows, name="datasets-rows"),
    path("datasets/new/", new, name="dataset-new"),
    path("datasets/uploads/<uuid:upload_id>/settings/", upload_settings, name="upload-settings"),
    path("datasets/uploads/<uuid:upload_id>/schema/", upload_schema, name="upload-schema"),
    path("datasets/uploads/<uuid:upload_id>/confirm/", upload_confirm, name="upload-confirm"),
    path("datasets/<uuid:dataset_id>/", dataset, name="dataset"),
    path("datasets/<uuid:dataset_id>/head/", dataset_head, name="dataset-head"),
    path("datasets/<uuid:dataset_id>/versions/<int:number>/reopen/", reopen, name="dataset-reopen"),
    path("datasets/<uuid:dataset_id>/versions/<int:number>/act/", version_act, name="dataset-version-act"),
    path("datasets/<uuid:dataset_id>/versions/<int:number>/delete/", delete_version, name="dataset-version-delete"),
]
