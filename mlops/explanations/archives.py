"""The files of an explanation as one zip."""

from __future__ import annotations

from typing import BinaryIO

from django.utils.translation import gettext as _

from mlops.blobs.trees import manifest_of
from mlops.blobs.zips import zipped
from mlops.explanations.models import Explanation
from mlops.formats.refusal import Refusal


def as_zip(one: Explanation) -> BinaryIO:
    """Raises Refusal `explanation_without_result`."""
    if one.tree_id is None:
        message = _("The explanation “%(one)s” has no files: it is %(state)s.") % {
            "one": one,
            "state": one.get_state_display().lower(),
        }
        raise Refusal("explanation_without_result", message, hint=_("Wait for its end, or ask again."), status=409)
    return zipped({file.path: file.digest.encode() for file in manifest_of(one.tree_id).files})
