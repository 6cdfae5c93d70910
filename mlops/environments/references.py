"""What a job's, component's or deployment's `environment` means: a definition, a file, a name of the project's, or a
curated name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from mlops.access.models import Project
from mlops.access.offered import offered_at
from mlops.environments import queries
from mlops.environments.contexts import keep_context
from mlops.environments.models import EnvironmentAsset
from mlops.environments.sharing import NOUN
from mlops.formats.azureml.curated import Reference, curated, parse_reference
from mlops.formats.azureml.environment import REFERENCE, read_definition
from mlops.formats.azureml.environment_parts import EnvironmentRead, ReadFile, Requested
from mlops.formats.azureml.lines import Path as YamlPath
from mlops.formats.azureml.lines import Source
from mlops.formats.definition import Requirements
from mlops.formats.refusal import Refusal
from mlops.runtime import pythons

ResolvedEnvironment = Requested


def resolve_environment(
    actor: Any,
    project: Project,
    given: Any,
    *,
    source: Source,
    at: YamlPath,
    read_file: ReadFile,
    folder: Path | None = None,
) -> ResolvedEnvironment:
    """`given` is what stands at the path `at` of the file `source`; nothing: the product's own environment.

    `read_file` gives the text of a file by the path that the file writes; `folder` is what was sent, where a build
    context may lie. Raises Refusal with file, line and nearest name. The caller has asked whether the actor may read
    the project."""
    if given in (None, "", {}):
        return ResolvedEnvironment()
    if isinstance(given, str) and is_reference(given, project):
        return _named(project, given, source=source, at=at)
    read = read_definition(source, at, given, read_file)
    read = with_context(read, folder=folder, beside=source.name, source=source, at=at)
    return ResolvedEnvironment(
        requirements=read.requirements,
        label=read.name,
        warnings=tuple(
            f"{source.name}, line {source.line(at)}: {line}"
            for line in (*read.warnings, *python_said(read.requirements))
        ),
        variables=read.variables,
    )


def with_registered(project: Project, settings: Mapping[str, Any]) -> dict[str, Any]:
    """A deployment's settings, with what the environment that they name holds: what was trained in it is served in it.

    Settings that say themselves what is in it stay as they are, and so do names that the project does not have. Raises
    Refusal `environment_unknown` for a version that there is not."""
    found = dict(settings)
    given = found.get("environment")
    if not isinstance(given, str) or found.get("requirements") or not given.startswith(REFERENCE):
        return found
    reference = parse_reference(given)
    asset = EnvironmentAsset.objects.filter(project=project, name=reference.name).first() if reference else None
    if asset is None or reference is None:
        return found
    version = queries.version_of(asset, reference.version)
    requirements = msgspec.structs.replace(queries.requirements_of(version), image="", build="", dockerfile="")
    return found | {"environment": str(version), "requirements": msgspec.to_builtins(requirements)}


def image_said(project: Project, named: str) -> list[str]:
    """That a deployment does not serve in the image of the registered environment `NAME:VERSION`, where it has one."""
    reference = parse_reference(named)
    asset = EnvironmentAsset.objects.filter(project=project, name=reference.name).first() if reference else None
    if asset is None or reference is None:
        return []
    needed = queries.requirements_of(queries.version_of(asset, reference.version))
    if not (needed.image or needed.build):
        return []
    what = _("image %(image)s") % {"image": needed.image} if needed.image else _("Dockerfile")
    return [
        _("The %(what)s of the environment “%(name)s” is not used: deployments serve in images of our own. %(rest)s")
        % {
            "what": what,
            "name": named,
            "rest": _("Its packages are installed there.")
            if needed.packages
            else _("It names no packages: ours serve."),
        }
    ]


def python_said(requirements: Requirements) -> list[str]:
    """Where another Python serves than the one that is asked for."""
    _interpreter, said = pythons.serving(requirements.python)
    return [said] if said and not requirements.conda else []


def is_reference(given: str, project: Project | None = None) -> bool:
    """`azureml:…`; also `name:version` and `name@label`, and a bare name that the project has."""
    if given.startswith(REFERENCE):
        return True
    if given.startswith(("file:", ".", "/")) or given.endswith((".yml", ".yaml", ".txt")):
        return False
    if ":" in given or "@" in given:
        return True
    return project is not None and EnvironmentAsset.objects.filter(project=project, name=given).exists()


def with_context(
    read: EnvironmentRead, *, folder: Path | None, beside: str, source: Source, at: YamlPath = ()
) -> EnvironmentRead:
    """With the digest of its build context, which is kept."""
    if not read.context:
        return read
    if folder is None:
        hint = _("Send a zip of the YAML file and the folder, as `mlops environment create -f` does.")
        raise source.refuse("context_missing", _("The folder of the Dockerfile did not come along."), at=at, hint=hint)
    tree = keep_context(folder, read.context, beside=beside, dockerfile=read.requirements.dockerfile)
    requirements = msgspec.structs.replace(read.requirements, build=tree.digest)
    return msgspec.structs.replace(read, requirements=requirements)


def _named(project: Project, given: str, *, source: Source, at: YamlPath) -> ResolvedEnvironment:
    """The project's own goes before a curated one of the same name."""
    abroad = offered_at(project, NOUN, given)
    reference = Reference(name=abroad[0].name, version=abroad[1]) if abroad else parse_reference(given)
    if reference is None:
        hint = _("Write azureml:NAME:VERSION, azureml:NAME@latest, or the path of a file.")
        raise source.refuse(
            "environment_unreadable", _("“%(given)s” names no environment.") % {"given": given}, at=at, hint=hint
        )
    own = EnvironmentAsset.objects.filter(project=project, name=reference.name)
    asset = abroad[0] if abroad else own.first()
    if asset is None and (found := curated(given)) is not None:
        label = f"{reference.name} ({found.family.name})" if reference.name != found.family.name else reference.name
        warning = f"{source.name}, line {source.line(at)}: {found.told(given)}"
        return ResolvedEnvironment(requirements=found.requirements, label=label, warnings=(warning,))
    try:
        if reference.is_label and reference.version != "latest":
            raise Refusal(
                "environment_unknown",
                _("“%(name)s” has no label “%(version)s”.") % {"name": reference.name, "version": reference.version},
                hint=_("The one label is “latest”; or give a version, as NAME:VERSION."),
            )
        version = queries.version_of(asset or queries.named(project, reference.name), reference.version)
    except Refusal as refusal:
        raise source.refuse(refusal.code, refusal.message, at=at, hint=refusal.hint) from refusal
    warnings: tuple[str, ...] = ()
    if version.asset.archived_at is not None:
        warnings = (f"{source.name}, line {source.line(at)}: The environment “{version.asset.name}” is archived.",)
    return ResolvedEnvironment(
        requirements=queries.requirements_of(version),
        label=str(version),
        warnings=warnings,
        variables=version.variables,
    )
