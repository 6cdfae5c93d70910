"""Named refusals of the designer."""

from __future__ import annotations

from django.utils.translation import gettext as _

from designer.models import Draft
from mlops.formats.refusal import Refusal


def revision_not_found(draft: Draft, number: int) -> Refusal:
    return Refusal(
        "revision_not_found",
        _("“%(draft)s” has no revision %(number)d.") % {"draft": draft.name, "number": number},
        hint=_("It has the revisions 1 to %(last)d.") % {"last": draft.revision},
        status=404,
    )
