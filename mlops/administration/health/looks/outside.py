"""What this server reaches elsewhere: the mail server, clusters and engines that deployments run on."""

from __future__ import annotations

import socket
from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.access import mail as mailing
from mlops.administration.health.finding import Finding
from mlops.alerts.models import Notification, NotificationState, Way
from mlops.clusters.models import Cluster
from mlops.clusters.queries import users_of
from mlops.deployments.targets import target
from mlops.deployments.targets.docker.availability import trouble_of
from mlops.deployments.targets.docker.engines_used import engines_used
from mlops.execution.executors.kubernetes import places
from mlops.execution.executors.kubernetes.rights import missing_rights
from mlops.formats.refusal import Refusal
from mlops.formats.smtp import read_smtp_url

RECENT = timedelta(days=1)
CONNECT_SECONDS = 3.0


def mail() -> list[Finding]:
    if not mailing.is_set_up():
        why = _("No mail server is set: people are told on pages and by channels alone.")
        return [Finding(state="ok", why=why, remedy=_("MLOPS_SMTP_URL names one."), link="/system/settings/")]
    server = read_smtp_url(settings.SMTP_URL)
    try:
        socket.create_connection((server.host, server.port), timeout=CONNECT_SECONDS).close()
    except OSError as error:
        why = _("The mail server %(host)s does not answer: %(error)s.") % {"host": server.host, "error": error}
        return [Finding(state="bad", why=why, remedy=_("Start it, or correct MLOPS_SMTP_URL."))]
    failed = Notification.objects.filter(
        way=Way.EMAIL, state=NotificationState.FAILED, created_at__gt=timezone.now() - RECENT
    )
    count = failed.count()
    if not count:
        return []
    why = _("Mails of the last day that could not be sent: %(count)d.") % {"count": count}
    return [
        Finding(state="warning", why=why, remedy=_("The alerts say what the mail server answered."), link="/alerts/")
    ]


def targets() -> list[Finding]:
    """Clusters that are set up, the one that steps run on, and engines with containers of ours."""
    return [*_clusters(), *_steps(), *_engines()]


def _clusters() -> list[Finding]:
    found = []
    for cluster in Cluster.objects.all():
        asked = target("kubernetes").available({"cluster": cluster.name})
        if not asked.is_usable:
            found.append(
                Finding(
                    state="bad" if users_of(cluster) else "warning",
                    what=cluster.name,
                    why=asked.reason,
                    remedy=asked.hint,
                    link=f"/clusters/{cluster.pk}/",
                )
            )
    return found


def _steps() -> list[Finding]:
    if not places.is_on():
        return []
    try:
        missing = missing_rights()
    except Refusal as refusal:
        return [_of_steps(refusal.message, remedy=refusal.hint)]
    if not missing:
        return []
    why = _("The cluster does not let steps be run: we may not %(missing)s.") % {"missing": ", ".join(missing)}
    return [_of_steps(why, remedy=_("Give our service account a Role with these verbs in the namespace of steps."))]


def _of_steps(why: str, *, remedy: str) -> Finding:
    what, link = _("Steps on Kubernetes"), "/docs/guides/steps-on-kubernetes/"
    return Finding(state="bad", what=what, why=why, remedy=remedy, link=link)


def _engines() -> list[Finding]:
    return [
        Finding(state="bad", what=engine.url, why=trouble.message, remedy=trouble.hint, link="/endpoints/")
        for engine in engines_used()
        if (trouble := trouble_of(engine)) is not None
    ]
