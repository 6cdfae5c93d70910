"""Every change to datasets: a file arrives, becomes a version, is described, is deleted."""

from __future__ import annotations

import re
from pathlib import PurePath
from typing import Any, BinaryIO

import msgspec
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.access.models import Project
from mlops.bin.deletion import delete
from mlops.blobs.models import Blob
from mlops.blobs.trees import keep_stream
from mlops.datasets import errors
from mlops.datasets.children import ask_child, local_file
from mlops.datasets.models import AssetType, Dataset, DatasetVersion, Upload, VersionState
from mlops.datasets.reading.examination import Examination, Preview
from mlops.events.chain import record
from mlops.events.facts import stored
from mlops.formats.reading import Reading
from mlops.formats.refusal import Refusal
from mlops.quotas.storage import within_quota
from mlops.work.calls import later

NAME = re.compile(r"[^\x00-\x1f:@/\\]{1,120}")
DETAILS = ("name", "description", "licence", "source")
LENGTHS = {"licence": 200, "source": 500, "description": 20_000}


def receive(
    actor: Any,
    project: Project,
    *,
    source: BinaryIO | Blob,
    file_name: str,
    details: dict[str, str] | None = None,
    dataset: Dataset | None = None,
) -> tuple[Upload, Examination]:
    """Keeps the bytes as they come (a blob has come already) and looks at their beginning. Raises Refusal for what
    cannot become a table."""
    require(actor, "data.change", project)
    file_name = PurePath(file_name.replace("\\", "/")).name[:255] or "data.csv"
    blob = source if isinstance(source, Blob) else keep_stream(within_quota(project, source))
    seen = _examine(blob, file_name)
    upload = Upload.objects.create(
        project=project,
        blob=blob,
        file_name=file_name,
        guess=_plain(seen.reading),
        warnings=list(seen.warnings),
        details=_details(details or {}),
        dataset=dataset,
        created_by=actor,
    )
    return upload, seen


def look_again(actor: Any, upload: Upload, *, settings: Reading) -> Examination:
    """Guesses the columns anew under chosen settings, and remembers them."""
    require(actor, "data.change", upload.project)
    with local_file(upload.blob_id) as path:
        found = ask_child("examine", path=path, file_name=upload.file_name, reading=settings)
    seen = msgspec.convert(found, type=Examination)
    upload.guess, upload.warnings = _plain(seen.reading), list(seen.warnings)
    upload.save(update_fields=["guess", "warnings"])
    return seen


def choose(actor: Any, upload: Upload, *, reading: Reading) -> Preview:
    """Remembers how the person wants it read, and says what does not fit."""
    require(actor, "data.change", upload.project)
    upload.guess = _plain(reading)
    upload.save(update_fields=["guess"])
    return preview(upload, reading)


def preview(upload: Upload, reading: Reading) -> Preview:
    with local_file(upload.blob_id) as path:
        return msgspec.convert(ask_child("preview", path=path, reading=reading), type=Preview)


def keep_details(actor: Any, upload: Upload, *, details: dict[str, str]) -> None:
    require(actor, "data.change", upload.project)
    upload.details = upload.details | _details(details)
    upload.save(update_fields=["details"])


def create_dataset(
    actor: Any,
    project: Project,
    *,
    name: str,
    upload: Upload,
    reading: Reading | None = None,
    description: str = "",
    licence: str = "",
    source: str = "",
) -> DatasetVersion:
    """A new dataset, or the next version of the one that has this name. Its import is a job."""
    require(actor, "data.change", project)
    _same_project(upload, project)
    name = checked_name(name)
    texts = _details({"description": description, "licence": licence, "source": source})
    with transaction.atomic():
        dataset = Dataset.objects.filter(project=project, name=name).first()
        if dataset is None:
            dataset = Dataset.objects.create(project=project, name=name, created_by=actor, **texts)
            record(
                actor,
                "mlops.dataset.created",
                subject=f"datasets/{name}",
                project=project,
                data={"file": upload.file_name},
                notice=("dataset", str(dataset.pk)),
            )
        else:
            _fill_in(dataset, texts)
        return _next_version(actor, dataset, upload.blob, upload.file_name, reading or _guess(upload))


def add_version(actor: Any, dataset: Dataset, *, upload: Upload, reading: Reading | None = None) -> DatasetVersion:
    """The next version; equal bytes and reading as the newest one answer that one."""
    require(actor, "data.change", dataset.project)
    _same_project(upload, dataset.project)
    with transaction.atomic():
        return _next_version(actor, dataset, upload.blob, upload.file_name, reading or _guess(upload))


def import_known(
    actor: Any,
    project: Project,
    *,
    blob: Blob,
    file_name: str,
    reading: Reading,
    fields: dict[str, Any],
) -> DatasetVersion:
    """A sample of the product: its reading is known, so nothing is sniffed. One that is there stays as it is."""
    require(actor, "data.change", project)
    with transaction.atomic():
        dataset, is_new = Dataset.objects.get_or_create(
            project=project, name=fields["name"], defaults={**fields, "is_sample": True, "created_by": actor}
        )
        newest = DatasetVersion.objects.filter(dataset=dataset).first()
        if newest is not None and newest.state != VersionState.FAILED:
            return newest
        if is_new:
            subject = f"datasets/{dataset.name}"
            data = {"file": file_name, "sample": True}
            record(actor, "mlops.dataset.created", subject=subject, project=project, data=data)
        return _next_version(actor, dataset, blob, file_name, reading)


def reopen(actor: Any, version: DatasetVersion) -> Upload:
    """The file of a version back into the wizard, with the settings that it was read by."""
    require(actor, "data.change", version.dataset.project)
    if version.raw is None:
        raise Refusal("file_not_found", _("The file of this version was not kept."), status=410)
    dataset = version.dataset
    return Upload.objects.create(
        project=dataset.project,
        blob=version.raw,
        file_name=version.file_name,
        guess=version.reading,
        details={key: getattr(dataset, key) for key in DETAILS},
        dataset=dataset,
        created_by=actor,
    )


def describe(actor: Any, dataset: Dataset, **texts: str) -> Dataset:
    """Changes description, licence or source."""
    require(actor, "data.change", dataset.project)
    changed = {key: text for key, text in _details(texts).items() if key != "name" and getattr(dataset, key) != text}
    if not changed:
        return dataset
    with transaction.atomic():
        was = stored(dataset)
        Dataset.objects.filter(pk=dataset.pk).update(**changed)
        record(
            actor,
            "mlops.dataset.described",
            subject=f"datasets/{dataset.name}",
            project=dataset.project,
            data=changed,
            notice=("dataset", str(dataset.pk)),
            before=was,
            after=stored(dataset),
        )
    for key, text in changed.items():
        setattr(dataset, key, text)
    return dataset


def delete_version(actor: Any, version: DatasetVersion, *, reason: str = "") -> None:
    """Into the recycle bin. Refused with the names of its users while something needs it. The last version takes the
    dataset along."""
    delete(actor, version, reason=reason)


def checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise Refusal("name_missing", _("A dataset needs a name."), hint=_("Such as “Customers 2024”."))
    if not NAME.fullmatch(name):
        raise Refusal(
            "name_invalid",
            _("“%(name)s” cannot be a dataset's name.") % {"name": name[:130]},
            hint=_("Use at most 120 characters, without : @ / and \\."),
        )
    return name


def _next_version(actor: Any, dataset: Dataset, blob: Blob, file_name: str, reading: Reading) -> DatasetVersion:
    dataset = Dataset.objects.select_for_update(no_key=True).get(pk=dataset.pk)
    values = _plain(reading)
    newest = DatasetVersion.objects.filter(dataset=dataset).first()
    if newest and newest.raw_id == blob.pk and newest.reading == values:
        return once_more(newest)
    if dataset.is_of_files:
        raise errors.another_type(dataset, AssetType.TABLE)
    if newest and (newest.reading.get("format") == "zip") != (reading.format == "zip"):
        raise errors.another_kind(dataset, file_name)
    dataset.last_number += 1
    dataset.save(update_fields=["last_number"])
    version = DatasetVersion.objects.create(
        dataset=dataset,
        number=dataset.last_number,
        content=blob.digest,
        raw=blob,
        file_name=file_name,
        reading=values,
        size_bytes=blob.size_bytes,
        state_since=timezone.now(),
        created_by=actor,
    )
    record(
        actor,
        "mlops.dataset.version_added",
        subject=f"datasets/{version}",
        project=dataset.project,
        data={"file": file_name, "sha256": blob.digest, "size_bytes": blob.size_bytes},
        notice=("dataset", str(dataset.pk)),
    )
    later("datasets.import", version.pk)
    return version


def once_more(version: DatasetVersion) -> DatasetVersion:
    """The same file read in the same way is the same version; one that failed is tried again."""
    if version.state == VersionState.FAILED:
        version.state, version.reason, version.hint = VersionState.IMPORTING, "", ""
        version.state_since, version.lease_until, version.attempts = timezone.now(), None, 0
        version.save(update_fields=["state", "reason", "hint", "state_since", "lease_until", "attempts"])
        later("datasets.import", version.pk)
    return version


def _examine(blob: Blob, file_name: str) -> Examination:
    with local_file(blob.digest) as path:
        return msgspec.convert(ask_child("examine", path=path, file_name=file_name), type=Examination)


def _plain(reading: Reading) -> Any:
    """As the database gives it back: lists, no tuples."""
    return msgspec.json.decode(msgspec.json.encode(reading))


def _guess(upload: Upload) -> Reading:
    return msgspec.convert(upload.guess, type=Reading)


def _fill_in(dataset: Dataset, texts: dict[str, str]) -> None:
    """A new version's words replace the old ones where there are any."""
    given = {key: text for key, text in texts.items() if text and text != getattr(dataset, key)}
    if given:
        Dataset.objects.filter(pk=dataset.pk).update(**given)


def _details(texts: dict[str, str]) -> dict[str, str]:
    kept = {key: str(texts[key] or "").strip() for key in DETAILS if key in texts}
    for key, most in LENGTHS.items():
        if len(kept.get(key, "")) > most:
            raise Refusal("text_too_long", _("%(field)s: at most %(most)d characters.") % {"field": key, "most": most})
    return kept


def _same_project(upload: Upload, project: Project) -> None:
    if upload.project_id != project.pk:
        raise errors.not_found("upload")
