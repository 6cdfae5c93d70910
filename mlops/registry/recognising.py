"""How a model that was not trained here can be scored, by the names of its files and what its MLmodel says."""

from __future__ import annotations

from django.utils.translation import gettext as _

from mlops.blobs.trees import manifest_of, open_blob
from mlops.formats.frameworks import FRAMEWORKS, Recognised, recognised
from mlops.formats.mlmodel import MLMODEL_FILE, MOST_BYTES, MLModel, read_mlmodel
from mlops.formats.model import MANIFEST_FILE, Signature
from mlops.formats.refusal import Refusal, nearest
from mlops.registry.models import ModelVersion


def recognise(version: ModelVersion) -> Recognised | None:
    """None for models that were trained here, and for files that nobody knows."""
    files = {file.path: file.digest for file in manifest_of(version.tree_id).files}
    if MANIFEST_FILE in files:
        return None
    found = recognised(tuple(files), framework=version.framework)
    if found is None or found.entry != "mlflow" or MLMODEL_FILE not in files:
        return found
    return Recognised(entry="mlflow", problem=_problem(files[MLMODEL_FILE]))


def signature_told(version: ModelVersion) -> Signature | None:
    """What its MLmodel says of its columns; None where there is no such file, or it speaks of no plain columns."""
    digest = next((file.digest for file in manifest_of(version.tree_id).files if file.path == MLMODEL_FILE), "")
    try:
        return _read(digest).signature if digest else None
    except (Refusal, UnicodeDecodeError):
        return None


def _read(digest: str) -> MLModel:
    with open_blob(digest) as source:
        return read_mlmodel(source.read(MOST_BYTES + 1).decode())


def checked_framework(given: str) -> str:
    """As we call it. Raises Refusal `framework_unknown`."""
    name = given.strip().lower()
    if not name or name in FRAMEWORKS:
        return FRAMEWORKS.get(name, "")
    hint = nearest(name, FRAMEWORKS) or _("There are: %(frameworks)s.") % {"frameworks": ", ".join(FRAMEWORKS)}
    raise Refusal("framework_unknown", _("There is no framework “%(given)s” here.") % {"given": given}, hint=hint)


def _problem(digest: str) -> str:
    try:
        model = _read(digest)
    except (Refusal, UnicodeDecodeError) as error:
        return str(error)
    listed = ", ".join(model.flavours) or "none"
    return "" if model.loader else f"The model has no python_function flavour; it has: {listed}."
