"""When keys and tokens were used last, as the router tells: written at most once a minute for each."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

from django.db import transaction

from mlops.deployments.models import Endpoint, EndpointToken
from mlops.formats.serving import CredentialUse

NOTED_EVERY = timedelta(minutes=1)
KEYS = ("primary", "secondary")


def note_uses(uses: tuple[CredentialUse, ...]) -> None:
    for use in uses:
        at = datetime.fromtimestamp(use.last_used_at, UTC)
        if use.credential in KEYS:
            _note_key(use, at)
        elif (token := _uuid(use.credential)) is not None:
            late = EndpointToken.objects.filter(pk=token).exclude(last_used_at__gt=at - NOTED_EVERY)
            late.update(last_used_at=at)


def _note_key(use: CredentialUse, at: datetime) -> None:
    with transaction.atomic():
        endpoint = Endpoint.objects.select_for_update(no_key=True).filter(pk=use.endpoint).only("keys_used_at").first()
        if endpoint is None:
            return
        before = endpoint.keys_used_at.get(use.credential)
        if before is None or at - datetime.fromisoformat(before) >= NOTED_EVERY:
            Endpoint.objects.filter(pk=endpoint.pk).update(
                keys_used_at={**endpoint.keys_used_at, use.credential: at.isoformat()}
            )


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
