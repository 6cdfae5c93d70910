"""The files of an explanation as one zip."""

from __future__ import annotations

from typing import BinaryIO

from mlops.blobs.trees import manifest_of
from mlops.blobs.zips import zipped
from mlops.explanations.models import Explanation
from mlops.formats.refusal import Refusal


def as_zip(one: Explanation) -> BinaryIO:
    """Raises Refusal `explanation_without_result`."""
    if one.tree_id is None:
        message = f"The explanation “{one}” has no files: it is {one.get_state_display().lower()}."
        raise Refusal("explanation_without_result", message, hint="Wait for its end, or ask again.", status=409)
    return zipped({file.path: file.digest.encode() for file in manifest_of(one.tree_id).files})
