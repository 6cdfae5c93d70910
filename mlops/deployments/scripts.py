"""Scoring scripts: looked at before they are kept, never run here."""

from __future__ import annotations

import ast

from django.utils.translation import gettext as _

from mlops.formats.refusal import Refusal, Where

MOST_BYTES = 1024 * 1024
EXAMPLE = '''import json
import os


def init():
    """Called once, when the server starts. The model's files are in the folder MLOPS_MODEL_DIR."""
    global folder
    folder = os.environ["MLOPS_MODEL_DIR"]


def run(data):
    """Called for each request; data is the text of its body. What it returns is sent as JSON."""
    rows = json.loads(data)["data"]
    return {"predictions": [len(row) for row in rows]}
'''


def checked_script(text: str) -> bytes:
    """Raises Refusal `script_invalid` with the line, or for a script without init() or run(data)."""
    content = text.encode()
    if not text.strip():
        raise _invalid(_("The entry “script” needs a script."), _("Choose a file with init() and run(data)."))
    if len(content) > MOST_BYTES:
        raise _invalid(_("The script is larger than 1 MB."), _("Put data beside it, into the model's files."))
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        message = _("Line %(line)s of the script is not Python: %(why)s.") % {"line": line or 1, "why": error.args[0]}
        raise _invalid(message, _("Correct that line."), row=line) from error
    named = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    missing = [call for name, call in (("init", "init()"), ("run", "run(data)")) if name not in named]
    if missing and not any(isinstance(node, ast.ImportFrom | ast.Assign) for node in tree.body):
        raise _invalid(
            _("The script has no function %(missing)s.") % {"missing": _(" and ").join(missing)},
            _("init() is called once, run(data) for each request with the body as text."),
        )
    return content


def _invalid(message: str, hint: str, *, row: int | None = None) -> Refusal:
    return Refusal("script_invalid", message, hint=hint, where=Where(parameter="script", row=row))
