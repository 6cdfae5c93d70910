"""Every change of environments: a new version, the same resolved anew, archiving and restoring."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.access.models import Project
from mlops.bin.given import versions_gone
from mlops.environments.models import EnvironmentAsset, EnvironmentVersion, Kind
from mlops.environments.names import checked_name, checked_version
from mlops.events.chain import record
from mlops.events.facts import stored
from mlops.formats.azureml.environment_parts import EnvironmentRead, Mapped
from mlops.formats.definition import Requirements
from mlops.formats.environment_key import key_of
from mlops.formats.refusal import Refusal
from mlops.tags.actions import change_tags


def create_version(
    actor: Any, project: Project, read: EnvironmentRead, *, source: str = "", source_name: str = ""
) -> EnvironmentVersion:
    """The next version of the environment that was read, under its version or else the next number.

    The same again gives the version that is there already. Raises Refusal `version_taken` where other content has
    that version, and those of mlops.environments.names."""
    require(actor, "environments.change", project)
    name, version = checked_name(read.name), checked_version(read.version)
    digest = _digest(read)
    with transaction.atomic():
        Project.objects.select_for_update(no_key=True).get(pk=project.pk)
        asset = EnvironmentAsset.objects.filter(project=project, name=name).first()
        before = EnvironmentVersion.objects.filter(asset=asset).order_by("-position") if asset else None
        ever = EnvironmentVersion.with_deleted.filter(asset=asset).order_by("-position") if asset else None
        if asset is not None and version:
            _require_new(asset, version)
        last = before.first() if before is not None else None
        same = before.filter(version=version).first() if before is not None and version else last
        if same is not None and same.digest == digest:
            return same
        if same is not None and version:
            raise _taken(same, last)
        asset = asset or EnvironmentAsset.objects.create(project=project, name=name, created_by=actor)
        if asset.archived_at is not None:
            EnvironmentAsset.objects.filter(pk=asset.pk).update(archived_at=None)
        newest = ever.first() if ever is not None else None
        position = newest.position + 1 if newest else 1
        row = EnvironmentVersion.objects.create(
            asset=asset,
            version=version or _next(asset, position),
            position=position,
            kind=_kind(read.requirements, source_name),
            requirements=msgspec.to_builtins(read.requirements),
            key=build_key(read.requirements),
            digest=digest,
            source=source,
            source_name=source_name[:255],
            context_id=read.requirements.build or None,
            report=msgspec.to_builtins(read.report),
            warnings=list(read.warnings),
            variables=read.variables,
            tags=read.tags,
            properties=read.properties,
            description=read.description,
            created_by=actor,
        )
        record(
            actor,
            "mlops.environment.created",
            subject=f"environments/{row}",
            project=project,
            data={"kind": row.kind, "key": row.key, "packages": len(read.requirements.packages)},
            notice=("environment", str(asset.pk)),
        )
    return row


def next_edition(actor: Any, version: EnvironmentVersion) -> EnvironmentVersion:
    """The same environment as a new version, whose packages are chosen anew."""
    requirements = msgspec.convert(version.requirements, type=Requirements)
    rows = EnvironmentVersion.objects.filter(asset=version.asset)
    editions = [row.get("edition", 0) for row in rows.values_list("requirements", flat=True)]
    read = EnvironmentRead(
        name=version.asset.name,
        description=version.description,
        tags=version.tags,
        properties=version.properties,
        variables=version.variables,
        requirements=msgspec.structs.replace(requirements, edition=max(editions) + 1),
        report=tuple(msgspec.convert(version.report, type=list[Mapped])),
        warnings=tuple(version.warnings),
    )
    return create_version(actor, version.asset.project, read, source=version.source, source_name=version.source_name)


def build_key(requirements: Requirements) -> str:
    """Of its virtual environment; of the whole where it is an image without packages."""
    packages = msgspec.structs.replace(requirements, image="", build="", dockerfile="")
    return key_of(packages if packages.is_own else requirements)


def archive(actor: Any, asset: EnvironmentAsset, *, restore: bool = False) -> EnvironmentAsset:
    """Takes the environment out of the lists, or back into them; what uses it goes on as before."""
    require(actor, "environments.change", asset.project)
    with transaction.atomic():
        was = stored(asset)
        asset.archived_at = None if restore else timezone.now()
        asset.save(update_fields=["archived_at"])
        record(
            actor,
            "mlops.environment.restored" if restore else "mlops.environment.archived",
            subject=f"environments/{asset.name}",
            project=asset.project,
            notice=("environment", str(asset.pk)),
            before=was,
            after=stored(asset),
        )
    return asset


def _digest(read: EnvironmentRead) -> str:
    content = [read.requirements, read.variables]
    return hashlib.sha256(msgspec.json.encode(content, order="sorted")).hexdigest()


def _kind(requirements: Requirements, source_name: str) -> Kind:
    if requirements.build:
        return Kind.BUILD
    if requirements.image:
        return Kind.IMAGE
    return Kind.PIP if source_name.endswith((".txt", ".in")) else Kind.CONDA


def _next(asset: EnvironmentAsset, position: int) -> str:
    taken = set(EnvironmentVersion.with_deleted.filter(asset=asset).values_list("version", flat=True))
    taken |= versions_gone(asset)
    while str(position) in taken:
        position += 1
    return str(position)


def _require_new(asset: EnvironmentAsset, version: str) -> None:
    in_bin = EnvironmentVersion.with_deleted.filter(asset=asset, version=version, deleted_at__isnull=False)
    if not in_bin.exists() and version not in versions_gone(asset):
        return
    raise Refusal(
        "version_taken",
        _("“%(name)s” had a version %(version)s, which was deleted.") % {"name": asset.name, "version": version},
        hint=_("Restore it from the recycle bin, or give another version: one is not given again."),
        status=409,
    )


def _taken(same: EnvironmentVersion, last: EnvironmentVersion | None) -> Refusal:
    newest = last.version if last else same.version
    return Refusal(
        "version_taken",
        _("“%(name)s” has a version %(version)s already, and it holds something else.")
        % {"name": same.asset.name, "version": same.version},
        hint=_("Give another version (the newest is %(newest)s), or leave the version out.") % {"newest": newest},
        status=409,
    )


def tag_environment(actor: Any, asset: EnvironmentAsset, *, tags: Mapping[str, str | None]) -> dict[str, str]:
    """None takes a tag off. Raises Refusal `tag_invalid`, `tags_too_many`."""
    return change_tags(
        actor,
        asset,
        tags,
        project=asset.project,
        type="mlops.environment.tagged",
        subject=f"environments/{asset.name}",
        notice=("environment", str(asset.pk)),
    )
