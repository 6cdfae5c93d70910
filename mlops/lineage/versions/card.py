"""The card of a version as one Markdown text: what people wrote, and what the product knows.

The order is that of Mitchell et al., Model Cards for Model Reporting (2019): details, intended use, metrics, data,
limits; then what only a running product can tell: where it is deployed, and whether its data drifts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from mlops.lineage.versions.facts import VersionFacts, facts_of
from mlops.registry.models import ModelVersion, Stage

LICENCE_TAGS = ("licence", "license")
SPECIAL = re.compile(r"([\\`*_\[\]<>|#~])")
MOST_COLUMNS, MOST_PACKAGES = 60, 60


def card_of(version: ModelVersion) -> str:
    """Whole: the words of people for the version and the model, then the generated parts."""
    written = [text.strip() for text in (version.card, version.model.card) if text.strip()]
    return "\n\n".join([f"# {_plain(str(version))}", *written, generated(version, has_words=bool(written))]) + "\n"


def generated(version: ModelVersion, *, has_words: bool = True) -> str:
    """The parts that nobody has to write, and places for those that somebody should."""
    known = facts_of([version])[0]
    words = f"{version.card}\n{version.model.card}".lower()
    parts = [
        _part(_("What it is"), _table(_identity(known))),
        None if "intended use" in words else _part(_("Intended use"), f"_{_('Not written yet.')}_"),
        None if "limit" in words else _part(_("Limits"), f"_{_('Not written yet.')}_"),
        _part(_("Licence"), _licence(known)),
        _part(_("How good it is"), _rows([_("Metric"), _("Value")], _numbers(known.metrics))),
        _part(_("What it learned from"), _data(known)),
        _part(_("What it pays attention to"), _attention(known)),
        _part(_("What it takes"), _rows([_("Column"), _("Type")], _columns(known.inputs))),
        _part(_("What it answers"), _rows([_("Column"), _("Type")], _columns(known.outputs))),
        _part(_("How it was trained"), _rows([_("Parameter"), _("Value")], known.parameters.items())),
        _part(_("Code"), _code(known)),
        _part(_("Packages"), _rows([_("Package"), _("Version")], list(known.packages.items())[:MOST_PACKAGES])),
        _part(_("Where it is deployed"), _served(known)),
    ]
    return "\n\n".join(part for part in parts if part)


def _identity(known: VersionFacts) -> list[tuple[str, str]]:
    told = [
        (_("Version"), str(known.number)),
        (_("Description"), known.description),
        (_("Task"), known.task.replace("_", " ")),
        (_("Algorithm"), known.algorithm.replace("_", " ")),
        (_("Framework"), known.framework),
        (_("Predicts"), known.label),
        (_("Stage"), "" if known.stage == Stage.NONE else known.stage),
        (_("Aliases"), ", ".join(f"@{name}" for name in known.aliases)),
        (_("Registered"), f"{known.created_at:%Y-%m-%d %H:%M} UTC, {known.created_by}".rstrip(", ")),
        (_("Files"), _("%(count)d files, %(size)s bytes") % {"count": known.files, "size": f"{known.size_bytes:,}"}),
        (_("ONNX form"), known.onnx),
        (
            _("Latency"),
            _("%(p99).2g ms (99 of 100) on %(cores)g cores, %(rate).3g requests a second")
            % {"p99": known.latency.p99_ms, "cores": known.latency.cores, "rate": known.latency.per_second}
            if known.latency
            else "",
        ),
        (_("Tags"), ", ".join(f"{key}={value}" if value else key for key, value in known.tags.items())),
    ]
    return [(name, value) for name, value in told if value]


def _licence(known: VersionFacts) -> str:
    found = next((value for key, value in known.tags.items() if key.lower() in LICENCE_TAGS), "")
    return _plain(found) if found else f"_{_('Not stated. Set the tag licence.')}_"


def _data(known: VersionFacts) -> str:
    rows = [
        (
            one.relation,
            one.name,
            "–" if one.rows is None else f"{one.rows:,}",
            one.columns or "–",
            "–" if one.missing is None else f"{one.missing:.1%}",
        )
        for one in known.data
    ]
    told = _rows([_("Relation"), _("Dataset"), _("Rows"), _("Columns"), _("Empty cells")], rows)
    if known.trained_rows:
        told += "\n\n" + _("It was trained on %(rows)s rows.") % {"rows": f"{known.trained_rows:,}"}
    return told.strip()


def _attention(known: VersionFacts) -> str:
    if not known.importances:
        return ""
    told = (
        _("By how much the metric gets worse when a column is shuffled.")
        if known.importances_of == "permutation"
        else _("Each column's share of the model's weight.")
    )
    return f"{told}\n\n{_rows([_('Column'), _('Weight')], _numbers(known.importances))}"


def _code(known: VersionFacts) -> str:
    told = [(_("Run"), known.run), (_("Repository"), known.repository), (_("Commit"), known.commit)]
    return _table([(name, value) for name, value in told if value])


def _served(known: VersionFacts) -> str:
    rows = [
        (
            f"{one.endpoint}/{one.deployment}",
            one.state or one.kind,
            f"{one.share:.0%}" if one.kind == "online" else "–",
            f"{one.requests:,}",
            f"{one.drift.state}: {one.drift.monitor}" if one.drift else _("not watched"),
        )
        for one in known.served
    ]
    heads = [_("Deployment"), _("State"), _("Traffic"), _("Requests, 24 hours"), _("Drift")]
    return _rows(heads, rows) or f"_{_('Not deployed.')}_"


def _part(title: str, body: str) -> str | None:
    return f"## {title}\n\n{body}" if body else None


def _numbers(values: dict[str, float]) -> list[tuple[str, str]]:
    return [(name, f"{value:.5g}") for name, value in values.items()]


def _columns(columns: dict[str, str]) -> list[tuple[str, str]]:
    told = [(name, kind.replace("?", f" ({_('may be missing')})")) for name, kind in columns.items()]
    more = len(told) - MOST_COLUMNS
    return told if more <= 0 else [*told[:MOST_COLUMNS], ("…", _("%(count)d more") % {"count": more})]


def _table(rows: Sequence[tuple[str, str]]) -> str:
    return _rows(["", ""], rows)


def _rows(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    lines = [_line(row) for row in rows]
    return "\n".join([_line(heads), "|" + " --- |" * len(heads), *lines]) if lines else ""


def _line(cells: Sequence[Any]) -> str:
    return "| " + " | ".join(_plain(str(cell)) for cell in cells) + " |"


def _plain(text: str) -> str:
    """Names and values are text, never markup."""
    return SPECIAL.sub(r"\\\1", " ".join(text.split()))[:1_000]
