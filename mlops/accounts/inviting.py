"""Handing an invitation over: by mail where there is an address and a mail server, and then the link is shown to nobody
else. Otherwise, and where the mail fails, it is shown once."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.urls import reverse
from django.utils import timezone

from mlops.access import mail
from mlops.access.origins import link_to
from mlops.accounts import mailing, pace
from mlops.accounts.models import Invitation
from mlops.formats.refusal import Refusal

MOST_MAILS = 200
"""An hour and person, and web process."""


class Handed(NamedTuple):
    """`link` is empty where it was mailed; `problem` is why it was not."""

    link: str
    problem: Refusal | None = None


def hand_over(actor: Any, one: Invitation, secret: str) -> Handed:
    link = link_to(reverse("accounts:invitation", args=[secret]))
    if not (one.email and mail.is_set_up()):
        return Handed(link)
    pace.require_slow("invite", str(actor.pk), most=MOST_MAILS, seconds=3600)
    try:
        project = one.project.name if one.project else ""
        mailing.send_invitation(one.email, by=actor.get_username(), project=project, link=link)
    except Refusal as refusal:
        return Handed(link, refusal)
    Invitation.objects.filter(pk=one.pk).update(mailed_at=timezone.now())
    return Handed("")
