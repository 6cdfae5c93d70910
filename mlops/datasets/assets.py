"""Every change to data assets: files, folders and MLTables by name and version; archived, restored, described."""

from __future__ import annotations

from typing import Any

import msgspec
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.access.models import Project
from mlops.bin.given import versions_gone
from mlops.blobs.models import Tree
from mlops.blobs.trees import manifest_of
from mlops.datasets import errors, versions
from mlops.datasets.actions import LENGTHS, checked_name, once_more
from mlops.datasets.models import AssetType, Dataset, DatasetVersion, VersionState
from mlops.datasets.outputs import output_of
from mlops.datasets.outside import is_outside
from mlops.datasets.trees import without_companions
from mlops.datastores import addresses
from mlops.datastores.bucket_addresses import is_bucket
from mlops.datastores.bucket_addresses import parsed as parsed_bucket
from mlops.datastores.queries import named as named_store
from mlops.events.chain import record
from mlops.events.facts import Change, sides, stored
from mlops.formats.refusal import Refusal, Where, nearest
from mlops.tags.filters import remove_tag, write_tags
from mlops.work.calls import later

JOBS = "azureml://jobs/"


class NewAsset(msgspec.Struct, frozen=True, kw_only=True):
    """What people say about a data asset. `version` empty: the next number."""

    name: str
    type: str = AssetType.URI_FOLDER
    version: str = ""
    description: str = ""
    tags: dict[str, str] = {}
    properties: dict[str, str] = {}
    uri: str = ""
    """An address outside, or a job's output; empty where the files were sent."""
    by_reference: bool = False
    """Nothing is kept of what lies at the address: it is read anew at each use, and held against what was seen."""


def create_asset(
    actor: Any, project: Project, new: NewAsset, *, files: Tree | None = None, origin: dict[str, Any] | None = None
) -> DatasetVersion:
    """A version that is then read by a job. A version that is there already is answered where it has equal content.

    Raises Refusal `version_exists`, `another_type`, `version_invalid`, `data_without_files`."""
    require(actor, "data.change", project)
    new = _checked(new)
    origin = dict(origin or {})
    if new.uri.startswith(JOBS):
        made = output_of(project, new.uri)
        files = made.tree if new.type == AssetType.MLTABLE else without_companions(made.tree)
        origin |= {"job": made.told}
    elif files is None and new.uri and not is_outside(new.uri):
        raise Refusal(
            "reference_invalid",
            _("“%(path)s” is no address that the server can read.") % {"path": new.uri[:200]},
            hint=_("Such as azureml://datastores/NAME/paths/…, azureml://jobs/NAME/outputs/OUTPUT or https://…"),
            status=422,
            where=Where(parameter="path", value=new.uri[:200]),
        )
    elif files is None and new.uri.startswith("azureml:"):
        address = addresses.parsed(new.uri)
        if not address.is_own:
            named_store(project, address.store)
    elif files is None and is_bucket(new.uri):
        parsed_bucket(new.uri)
    if files is None and not new.uri:
        raise Refusal("data_without_files", _("A data asset needs files or an address."), hint=_("Give its path."))
    if files is not None:
        _require_fitting(new, files)
    with transaction.atomic():
        dataset = _dataset(actor, project, new)
        known = _known(dataset, new, files)
        if known is not None:
            return once_more(known)
        version = _add(actor, dataset, new, files, origin)
    return version


def archive(actor: Any, dataset: Dataset, *, version: DatasetVersion | None = None) -> None:
    """Out of lists and of `latest`; whoever names it still gets it. Without a version: all of it."""
    _set_archived(actor, dataset, version, is_archived=True)


def restore(actor: Any, dataset: Dataset, *, version: DatasetVersion | None = None) -> None:
    _set_archived(actor, dataset, version, is_archived=False)


def set_tags(actor: Any, dataset: Dataset, *, tags: dict[str, str], removed: tuple[str, ...] = ()) -> None:
    require(actor, "data.change", dataset.project)
    tags = _pairs(tags, "tags")
    with transaction.atomic():
        write_tags(dataset, tags)
        for key in removed:
            remove_tag(dataset, key)
        _record(actor, dataset, "mlops.dataset.tagged", f"datasets/{dataset}", {"tags": tags, "removed": list(removed)})


def set_properties(actor: Any, version: DatasetVersion, *, properties: dict[str, str]) -> None:
    """Adds to them; what is there once stays as it is. Raises Refusal `property_fixed`."""
    require(actor, "data.change", version.dataset.project)
    given = _pairs(properties, "properties")
    for key, value in given.items():
        if version.properties.get(key, value) != value:
            message = _("The property “%(key)s” is set already, and properties never change.") % {"key": key}
            raise Refusal("property_fixed", message, hint=_("Use a tag for what changes."), status=409)
    version.properties = version.properties | given
    version.save(update_fields=["properties"])


def _checked(new: NewAsset) -> NewAsset:
    if new.type not in AssetType.values or new.type == AssetType.TABLE:
        known = [one for one in AssetType.values if one != AssetType.TABLE]
        raise Refusal(
            "data_type_unknown",
            _("“%(type)s” is no type of data.") % {"type": new.type[:40]},
            hint=nearest(new.type, known) or _("Types: %(all)s.") % {"all": ", ".join(known)},
            status=422,
            where=Where(parameter="type", value=new.type[:40]),
        )
    if len(new.description) > LENGTHS["description"]:
        raise Refusal("text_too_long", _("The description is too long."), status=422)
    return msgspec.structs.replace(
        new,
        name=checked_name(new.name),
        version=versions.checked_label(new.version) if new.version else "",
        tags=_pairs(new.tags, "tags"),
        properties=_pairs(new.properties, "properties"),
    )


def _pairs(given: dict[str, str], what: str) -> dict[str, str]:
    pairs = {str(key).strip(): str(value).strip() for key, value in given.items()}
    for key, value in pairs.items():
        if not key or len(key) > 100 or len(value) > 500:
            message = _("“%(key)s” cannot be a key of %(what)s.") % {"key": key[:110], "what": what}
            hint = _("A key has 1 to 100 characters, a value at most 500.")
            raise Refusal("tag_invalid", message, hint=hint, status=422, where=Where(parameter=what, value=key[:110]))
    return pairs


def _require_fitting(new: NewAsset, files: Tree) -> None:
    if new.type == AssetType.URI_FILE and files.file_count != 1:
        raise Refusal(
            "data_type_mismatch",
            _("A uri_file is one file, and %(count)d were given.") % {"count": files.file_count},
            hint=_("Use the type uri_folder."),
            status=422,
            where=Where(parameter="type"),
        )
    if new.type == AssetType.MLTABLE and all(file.path != "MLTable" for file in manifest_of(files.digest).files):
        raise Refusal(
            "mltable_missing",
            _("The folder of an mltable holds a file named MLTable; there is none."),
            hint=_("Write one that names the paths and how they are read, or use the type uri_folder."),
            status=422,
            where=Where(parameter="path"),
        )


def _dataset(actor: Any, project: Project, new: NewAsset) -> Dataset:
    found = Dataset.objects.select_for_update(no_key=True).filter(project=project, name=new.name).first()
    if found is None:
        found = Dataset.objects.create(
            project=project, name=new.name, type=new.type, description=new.description, created_by=actor
        )
        _record(actor, found, "mlops.dataset.created", f"datasets/{found}", {"file": new.uri, "type": new.type})
    elif found.type != new.type:
        raise errors.another_type(found, new.type)
    elif new.description and found.description != new.description:
        Dataset.objects.filter(pk=found.pk).update(description=new.description)
        found.description = new.description
    write_tags(found, new.tags)
    return found


def _known(dataset: Dataset, new: NewAsset, files: Tree | None) -> DatasetVersion | None:
    """The version that is asked for, or the newest of equal content where none is named."""
    if new.version:
        found = versions.find(dataset, new.version)
    else:
        found = DatasetVersion.objects.filter(dataset=dataset, archived_at=None).first()
    if found is None:
        return None
    is_equal = found.content == content_of(new.type, files) if files else found.uri == new.uri
    if files is None and not new.version:
        return None  # what lies at an address may be another thing than at the last look
    if is_equal:
        return found
    if new.version:
        raise errors.version_taken(found, is_archived=found.archived_at is not None)
    return None


def content_of(type_: str, files: Tree) -> str:
    """Of one file its own hash, whatever its name; of a folder that of the manifest."""
    if type_ == AssetType.URI_FILE:
        return manifest_of(files.digest).files[0].digest
    return files.digest


def _add(actor: Any, dataset: Dataset, new: NewAsset, files: Tree | None, origin: dict[str, Any]) -> DatasetVersion:
    known = DatasetVersion.with_deleted.filter(dataset=dataset, deleted_at__isnull=False)
    if new.version and (versions.matching(known, new.version).exists() or new.version in versions_gone(dataset)):
        raise errors.version_deleted(dataset, new.version)
    number = int(new.version) if versions.is_number(new.version) else dataset.last_number + 1
    while DatasetVersion.with_deleted.filter(dataset=dataset, number=number).exists():
        number += 1
    dataset.last_number = max(dataset.last_number, number)
    dataset.save(update_fields=["last_number"])
    version = DatasetVersion.objects.create(
        dataset=dataset,
        number=number,
        label="" if str(number) == new.version else new.version,
        files=files,
        content=content_of(new.type, files) if files else "",
        uri=new.uri,
        origin=origin | ({"reference": True} if new.by_reference and files is None else {}),
        properties=new.properties,
        file_name=_file_name(new, files),
        size_bytes=files.size_bytes if files else 0,
        state=VersionState.IMPORTING,
        state_since=timezone.now(),
        created_by=actor,
    )
    data = {"file": version.file_name, "sha256": version.content, "size_bytes": version.size_bytes, "uri": new.uri}
    _record(actor, dataset, "mlops.dataset.version_added", f"datasets/{version}", data)
    later("datasets.import", version.pk)
    return version


def _file_name(new: NewAsset, files: Tree | None) -> str:
    if new.type == AssetType.URI_FILE and files:
        return manifest_of(files.digest).files[0].path[-255:]
    return new.uri.rstrip("/").rpartition("/")[2].partition("?")[0][-255:]


def _set_archived(actor: Any, dataset: Dataset, version: DatasetVersion | None, *, is_archived: bool) -> None:
    require(actor, "data.change", dataset.project)
    row: Dataset | DatasetVersion = version or dataset
    if (row.archived_at is not None) == is_archived:
        return
    with transaction.atomic():
        was = stored(row)
        row.archived_at = timezone.now() if is_archived else None
        row.save(update_fields=["archived_at"])
        type_ = "mlops.dataset.archived" if is_archived else "mlops.dataset.restored"
        _record(actor, dataset, type_, f"datasets/{row}", {}, (was, stored(row)))


def _record(
    actor: Any, dataset: Dataset, type_: str, subject: str, data: dict[str, Any], change: Change | None = None
) -> None:
    project, notice = dataset.project, ("dataset", str(dataset.pk))
    record(actor, type_, subject=subject, project=project, data=data, notice=notice, **sides(change))
