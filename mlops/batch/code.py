"""The code of a scripted deployment: kept as a tree, its script looked at before, and never run here."""

from __future__ import annotations

import ast
from typing import Any, BinaryIO

from django.utils.translation import gettext as _

from mlops.access.models import Project
from mlops.blobs.models import Tree
from mlops.blobs.trees import open_file
from mlops.formats.refusal import Refusal, Where
from mlops.registry.actions import keep_files

MOST_BYTES = 1024 * 1024
EXAMPLE = '''import os


def init():
    """Called once in each process. The model's files are in the folder AZUREML_MODEL_DIR."""
    global folder
    folder = os.environ["AZUREML_MODEL_DIR"]


def run(mini_batch):
    """`mini_batch` is a list of file paths, or a pandas table. Each element of the result is one success."""
    return [f"{os.path.basename(path)} {os.path.getsize(path)}" for path in mini_batch]
'''


def checked_code(actor: Any, project: Project, *, files: list[tuple[str, BinaryIO]] | None, script: str) -> Tree:
    """Raises Refusal `script_invalid`, with the line where it is no Python."""
    if not files:
        raise _invalid(_("The entry “script” needs a script."), _("Give a folder with a scoring script."))
    if not script:
        raise _invalid(_("Say which of the files is the scoring script."), _("Such as score.py."))
    tree = keep_files(actor, project, files=files)
    with open_file(tree.digest, script) as source:
        content = source.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise _invalid(_("The script is larger than 1 MB."), _("Put data into the model's files."))
    try:
        found = ast.parse(content)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        message = _("Line %(line)s of %(script)s is not Python: %(why)s.")
        raise _invalid(
            message % {"line": line, "script": script, "why": error.args[0]}, _("Correct that line."), row=line
        ) from error
    named = {node.name for node in found.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    if "run" not in named and not any(isinstance(node, ast.ImportFrom | ast.Assign) for node in found.body):
        raise _invalid(
            _("%(script)s has no function run(mini_batch).") % {"script": script},
            _("It gets a list of file paths, or a pandas table, and returns a list with an element for each success."),
        )
    return tree


def _invalid(message: str, hint: str, *, row: int | None = None) -> Refusal:
    return Refusal("script_invalid", message, hint=hint, where=Where(parameter="script", row=row))
