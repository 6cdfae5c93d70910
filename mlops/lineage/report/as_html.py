"""The report as one page of HTML that needs nothing else."""

from __future__ import annotations

from html import escape

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from mlops.formats.markdown import html_of
from mlops.lineage.report.contents import Report
from mlops.lineage.versions.card_page import STYLE
from mlops.registry.report_parts import Part, Table


def as_html(report: Report) -> str:
    parts = "\n".join(_part(part) for part in report.parts)
    made = _("Made %(at)s UTC by %(by)s.") % {"at": f"{report.made_at:%Y-%m-%d %H:%M}", "by": report.made_by}
    seal = [(_("Digest"), report.digest), (_("Signature"), report.signature), (_("Key"), report.key)]
    return (
        f'<!doctype html>\n<html lang="{escape(get_language() or "en")}"><head><meta charset="utf-8">'
        f"<title>{escape(report.title)}</title>"
        f'<meta name="viewport" content="width=device-width"><meta http-equiv="Content-Security-Policy" '
        f"content=\"default-src 'none'; style-src 'unsafe-inline'\"><style>{STYLE}code,td{{overflow-wrap:anywhere}}"
        f"</style></head>\n<body><h1>{escape(report.title)}</h1><p>{escape(made)}</p>{parts}"
        f"<section><h2>{escape(_('Model card'))}</h2>{html_of(report.card)}</section>"
        f"<section><h2>{escape(_('Seal'))}</h2>{_facts(tuple(seal))}</section></body></html>\n"
    )


def _part(part: Part) -> str:
    words = "".join(f"<p>{escape(one)}</p>" for one in part.words if one)
    tables = "".join(_table(one) for one in part.tables)
    return f"<section><h2>{escape(part.title)}</h2>{_facts(part.facts)}{words}{tables}</section>"


def _facts(facts: tuple[tuple[str, str], ...]) -> str:
    rows = "".join(f'<tr><th scope="row">{escape(words)}</th><td>{escape(value)}</td></tr>' for words, value in facts)
    return f"<table><tbody>{rows}</tbody></table>" if rows else ""


def _table(table: Table) -> str:
    heads = "".join(f'<th scope="col">{escape(one)}</th>' for one in table.heads)
    rows = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in table.rows)
    return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
