"""The files of an explanation as one zip."""

from __future__ import annotations

import io
import zipfile

from mlops.blobs.trees import open_file
from mlops.explanations import queries
from mlops.explanations.models import Explanation
from mlops.formats.refusal import Refusal


def as_zip(one: Explanation) -> bytes:
    """Raises Refusal `explanation_without_result`."""
    if one.tree_id is None:
        message = f"The explanation “{one}” has no files: it is {one.get_state_display().lower()}."
        raise Refusal("explanation_without_result", message, hint="Wait for its end, or ask again.", status=409)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in queries.files_of(one):
            with open_file(one.tree_id, name) as source:
                archive.writestr(name, source.read())
    return buffer.getvalue()
