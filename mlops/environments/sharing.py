"""Environments that their project offers to other projects."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from mlops.access import shareable
from mlops.environments.models import EnvironmentAsset

NOUN = "environments"


def register() -> None:
    kind = shareable.Shareable(
        noun=NOUN, title=_("Environment"), model=EnvironmentAsset, page="web:environment", levels=(), is_offered=True
    )
    shareable.register(kind)
