"""Code folders of entry scripts: uploaded, looked at and kept. Nothing of them runs here."""

from __future__ import annotations

import ast
import uuid
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from mlops.access.decisions import require
from mlops.access.models import Project
from mlops.blobs.trees import keep_folder, manifest_of, open_file
from mlops.components.bundles import unpacked
from mlops.deployments.models import CodeFolder
from mlops.deployments.scripts import checked_script
from mlops.events.chain import record
from mlops.formats.refusal import Refusal, Where, nearest

USUAL = "score.py"
MOST_SHOWN = 10


def keep_code(actor: Any, project: Project, given: Iterable[tuple[str, BinaryIO]], *, script: str = "") -> CodeFolder:
    """`given`: names with their bytes; zips are unpacked. `script` is the entry script's path in them; without it
    score.py, or the only Python file. Raises Refusal `script_…`, `bundle_…`."""
    require(actor, "models.deploy", project)
    with unpacked(given) as folder:
        place = _entry(folder, script)
        for path in sorted(folder.rglob("*.py")):
            _check_python(path, path.relative_to(folder).as_posix())
        checked_script((folder / place).read_text(encoding="utf-8"))
        tree = keep_folder(folder)
    code = CodeFolder.objects.create(project=project, tree=tree, script=place, created_by=actor)
    told = {"id": str(code.pk), "script": place, "digest": tree.digest, "files": tree.file_count}
    record(actor, "mlops.code.uploaded", subject=f"code/{code.pk}", project=project, data=told)
    return code


def with_script(actor: Any, code: CodeFolder, *, script: str) -> CodeFolder:
    """The same files with another entry script. Raises Refusal `script_…`."""
    require(actor, "models.deploy", code.project)
    place = _named(script, [path for path in listed(code) if path.endswith(".py")])
    if place == code.script:
        return code
    with open_file(code.tree_id, place) as source:
        checked_script(source.read().decode("utf-8", "replace"))
    return CodeFolder.objects.create(project=code.project, tree=code.tree, script=place, created_by=actor)


def code_by_id(project: Project, wanted: str) -> CodeFolder:
    """Of the project. Raises Refusal `code_unknown`."""
    try:
        found = CodeFolder.objects.filter(project=project, pk=uuid.UUID(str(wanted))).first()
    except ValueError:
        found = None
    if found is None:
        message = _("There is no uploaded code folder “%(wanted)s” in “%(project)s”.")
        hint = _("Upload it first: POST its files to the endpoint's code/.")
        told = {"wanted": wanted, "project": project.name}
        raise Refusal("code_unknown", message % told, hint=hint, status=404, where=Where(parameter="code"))
    return found


def listed(code: CodeFolder) -> list[str]:
    return [file.path for file in manifest_of(code.tree_id).files]


def _entry(folder: Path, wanted: str) -> str:
    """A zip with one folder at its top is taken as that folder's content is: paths are as they were sent."""
    found = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.py"))
    if wanted:
        return _named(wanted, found)
    if USUAL in found or len(found) == 1:
        return USUAL if USUAL in found else found[0]
    named = [path for path in found if PurePosixPath(path).name == USUAL]
    if len(named) == 1:
        return named[0]
    hint = _("Name one of them: %(files)s.") % {"files": ", ".join(found[:MOST_SHOWN])} if found else ""
    hint = hint or _("Put a Python file with init() and run(data) into it.")
    raise _refused("script_missing", _("Which file of the code folder is the entry script?"), hint)


def _named(wanted: str, found: list[str]) -> str:
    place = PurePosixPath(wanted.replace("\\", "/").removeprefix("./")).as_posix()
    if place in found:
        return place
    message = _("The code folder has no file “%(wanted)s”.") % {"wanted": wanted}
    there = _("Its Python files are: %(files)s.") % {"files": ", ".join(found[:MOST_SHOWN]) or _("none")}
    raise _refused("script_missing", message, nearest(place, found) or there)


def _check_python(path: Path, name: str) -> None:
    try:
        ast.parse(path.read_bytes(), filename=name)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        told = {"name": name, "line": line, "why": error.args[0]}
        message = _("Line %(line)s of “%(name)s” is not Python: %(why)s.") % told
        raise _refused("script_invalid", message, _("Correct that line."), row=line) from error


def _refused(code: str, message: str, hint: str, *, row: int | None = None) -> Refusal:
    return Refusal(code, message, hint=hint, status=422, where=Where(parameter="scoring_script", row=row))
