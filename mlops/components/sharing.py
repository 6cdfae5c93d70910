"""Components that their project offers to other projects."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mlops.access import shareable
from mlops.components.models import Component

NOUN = "components"


def register() -> None:
    kind = shareable.Shareable(
        noun=NOUN, title=_("Component"), model=Component, page="web:component", levels=(), is_offered=True
    )
    shareable.register(kind)
