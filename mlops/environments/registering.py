"""Environments from what was sent: a folder with an environment's YAML, a conda file, a requirements file or a
Dockerfile."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.access.models import Project
from mlops.blobs.bundles import text_of
from mlops.environments.actions import create_version
from mlops.environments.models import EnvironmentVersion
from mlops.environments.ordering import order
from mlops.environments.references import python_said, with_context
from mlops.formats.azureml.dumping import as_yaml
from mlops.formats.azureml.environment import read_file_of
from mlops.formats.azureml.lines import Source, load
from mlops.formats.azureml.setting import with_settings
from mlops.formats.refusal import Refusal

ENDINGS = (".yml", ".yaml", ".txt", ".in")


def register_folder(
    actor: Any,
    project: Project,
    folder: Path,
    *,
    main: str = "",
    given: dict[str, Any] | None = None,
    settings: Sequence[str] = (),
) -> EnvironmentVersion:
    """The environment that the file `main` describes (else the only one that can). `given`: name, version,
    description and tags that go before those of the file; `settings`: fields of its YAML given anew, `a.b=VALUE`.
    Nothing of it is executed."""
    require(actor, "environments.change", project)
    main = main or _main(folder)
    text = text_of(folder, main)
    if settings:
        text = as_yaml(with_settings(load(main, text), settings).value)
    read = read_file_of(main, lambda path: text if path == main else text_of(folder, path))
    place = Source(name=main, value=None, lines={})
    read = with_context(read, folder=folder, beside="", source=place)
    read = msgspec.structs.replace(read, warnings=(*read.warnings, *python_said(read.requirements)))
    changes = {name: value for name, value in (given or {}).items() if value}
    if "tags" in changes:
        changes["tags"] = {**read.tags, **changes["tags"]}
    read = msgspec.structs.replace(read, **changes)
    with transaction.atomic():
        version = create_version(actor, project, read, source=text, source_name=main.rsplit("/", 1)[-1])
        order(read.requirements)
    return version


def _main(folder: Path) -> str:
    found = [path.name for path in sorted(folder.iterdir()) if path.is_file() and path.name.endswith(ENDINGS)]
    if len(found) == 1:
        return found[0]
    raise Refusal(
        "main_ambiguous" if found else "main_missing",
        _("Which file describes the environment? There are: %(names)s.") % {"names": ", ".join(found)}
        if found
        else _("No file describes the environment."),
        hint=_("Send one YAML or requirements file, or say which with `main`."),
        status=422,
    )
