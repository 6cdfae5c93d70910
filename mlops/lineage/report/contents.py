"""What the report says, as plain values: their canonical JSON is what the digest and the signature are over."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops.deployments.models import DeploymentState
from mlops.lineage.report.evidence import approvals, audit, materials
from mlops.lineage.report.origins import data_sheets, training
from mlops.lineage.versions.card import card_of
from mlops.lineage.versions.facts import VersionFacts, facts_of
from mlops.monitoring.models import MonitorState
from mlops.registry.models import ModelVersion
from mlops.registry.queries import versions_of
from mlops.registry.report_parts import Part, Table, parts_of

MOST_FEATURES = 20


class Report(msgspec.Struct, frozen=True, kw_only=True):
    title: str
    made_at: datetime
    made_by: str
    parts: tuple[Part, ...]
    card: str
    """Markdown, whole."""
    digest: str = ""
    """SHA-256 over the canonical JSON of all the rest."""
    signature: str = ""
    """Ed25519 over the digest's text, hexadecimal; `key` is whose."""
    key: str = ""


def report_of(version: ModelVersion, *, by: str) -> Report:
    known = facts_of([version])[0]
    parts = (
        _identity(version, known),
        *_or_none(data_sheets(version), _("Data sheets"), _("No dataset version stands behind it.")),
        *training(version),
        *_or_none(_quality(version, known), _("How good it is"), _("No metrics are stored with it.")),
        *_attention(known),
        *parts_of(version),
        *approvals(version),
        *_deployed(known),
        *_or_none(materials(version), _("Bill of materials"), _("It says nothing of its packages.")),
        audit(version),
    )
    title = _("Governance report of %(version)s") % {"version": version}
    return signed(Report(title=title, made_at=timezone.now(), made_by=by, parts=parts, card=card_of(version)))


def _or_none(parts: Iterable[Part], title: str, words: str) -> list[Part]:
    """A report says what is missing."""
    return list(parts) or [Part(title=title, words=(words,))]


def signed(report: Report) -> Report:
    from mlops.packaging.bundles.signing import public_key, sign

    digest = digest_of(report)
    return msgspec.structs.replace(report, digest=digest, signature=sign(digest.encode()), key=public_key())


def digest_of(report: Report) -> str:
    plain = msgspec.structs.replace(report, digest="", signature="", key="")
    return hashlib.sha256(msgspec.json.encode(plain, order="sorted")).hexdigest()


def _identity(version: ModelVersion, known: VersionFacts) -> Part:
    facts = [
        (_("Model"), version.model.name),
        (_("Version"), str(version.number)),
        (_("Project"), version.model.project.name),
        (_("Digest of its files"), version.tree_id),
        (_("Files"), f"{known.files} ({known.size_bytes:,} bytes)"),
        (_("Stage"), version.get_stage_display()),
        (_("Aliases"), ", ".join(known.aliases)),
        (_("Task"), known.task),
        (_("Algorithm"), known.algorithm or known.framework),
        (_("Registered"), f"{version.created_at:%Y-%m-%d %H:%M} UTC, {known.created_by}"),
        (_("Description"), known.description),
    ]
    takes = Table(heads=(_("Column"), _("Type")), rows=tuple((name, kind) for name, kind in known.inputs.items()))
    return Part(title=_("Identity"), facts=_filled(facts), tables=(takes,) if takes.rows else ())


def _quality(version: ModelVersion, known: VersionFacts) -> Iterable[Part]:
    """Its metrics beside those of the version before."""
    before = versions_of(version.model).filter(number__lt=version.number).order_by("-number").first()
    other = facts_of([before])[0].metrics if before else {}
    heads = (_("Metric"), str(version), *([str(before)] if before else []))
    rows = []
    for name, value in sorted(known.metrics.items()):
        compared = [f"{other[name]:.6g}" if name in other else "–"] if before else []
        rows.append((name, f"{value:.6g}", *compared))
    if rows:
        yield Part(title=_("How good it is"), tables=(Table(heads=heads, rows=tuple(rows)),))


def _attention(known: VersionFacts) -> Iterable[Part]:
    if known.importances:
        rows = tuple((name, f"{weight:.4g}") for name, weight in list(known.importances.items())[:MOST_FEATURES])
        table = Table(heads=(_("Column"), _("Weight")), rows=rows)
        yield Part(title=_("What it pays attention to"), words=(known.importances_of,), tables=(table,))


def _deployed(known: VersionFacts) -> Iterable[Part]:
    if not known.served:
        yield Part(title=_("Where it is deployed"), words=(_("Nowhere at present."),))
        return
    heads = (_("Endpoint"), _("Deployment"), _("State"), _("Traffic"), _("Monitor"))
    rows = []
    for one in known.served:
        drift = one.drift
        watched = f"{drift.monitor}: {MonitorState(drift.state).label}. {drift.reason}" if drift else _("none")
        state = DeploymentState(one.state).label if one.state else "–"
        rows.append((one.endpoint, one.deployment, str(state), f"{one.share * 100:g} %", watched))
    yield Part(title=_("Where it is deployed"), tables=(Table(heads=heads, rows=tuple(rows)),))


def _filled(facts: Iterable[tuple[str, Any]]) -> tuple[tuple[str, str], ...]:
    return tuple((words, str(value)) for words, value in facts if value not in ("", None))
