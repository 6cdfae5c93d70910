"""The report on paper: A4, numbered pages, the digest at the foot of each."""

from __future__ import annotations

import io
import re
from html import escape
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from mlops.lineage.report.contents import Report
from mlops.registry.report_parts import Part, Table

MARGIN = 48
MOST_CELL = 600
"""Characters of a cell: a table's row has to fit on a page."""
PLAIN, BOLD = "DejaVu", "DejaVu-Bold"
"""Of matplotlib, embedded: they have the letters of Greek, Cyrillic and most of Latin as well."""
GREY, PALE = "#566268", "#eef0ef"


def as_pdf(report: Report) -> bytes:
    from reportlab.lib.pagesizes import A4
    from reportlab.platypus import Paragraph, SimpleDocTemplate

    _embed_fonts()
    styles = _styles()
    made = _("Made %(at)s UTC by %(by)s.") % {"at": f"{report.made_at:%Y-%m-%d %H:%M}", "by": report.made_by}
    flow: list[Any] = [Paragraph(escape(report.title), styles["title"]), Paragraph(escape(made), styles["small"])]
    for part in report.parts:
        flow += _part(part, styles)
    flow += [Paragraph(escape(_("Model card")), styles["head"]), *_card(report.card, styles)]
    seal = ((_("Digest"), report.digest), (_("Signature"), report.signature), (_("Key"), report.key))
    flow += _part(Part(title=_("Seal"), facts=seal), styles)
    target = io.BytesIO()
    document = SimpleDocTemplate(
        target, pagesize=A4, leftMargin=MARGIN, rightMargin=MARGIN, topMargin=MARGIN, bottomMargin=MARGIN + 12,
        title=report.title, author=report.made_by, subject=report.digest, creator="MLOps Studio",
    )  # fmt: skip

    def foot(canvas: Any, page: Any) -> None:
        canvas.setFont(PLAIN, 7)
        canvas.setFillColor(GREY)
        canvas.drawString(MARGIN, MARGIN - 14, f"SHA-256 {report.digest}")
        canvas.drawRightString(A4[0] - MARGIN, MARGIN - 14, _("Page %(number)d") % {"number": page.page})

    document.build(flow, onFirstPage=foot, onLaterPages=foot)
    return target.getvalue()


def _embed_fonts() -> None:
    import matplotlib
    from reportlab.pdfbase.pdfmetrics import getRegisteredFontNames, registerFont
    from reportlab.pdfbase.ttfonts import TTFont

    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    for name, file in ((PLAIN, "DejaVuSans.ttf"), (BOLD, "DejaVuSans-Bold.ttf")):
        if name not in getRegisteredFontNames():
            registerFont(TTFont(name, str(folder / file)))


def _styles() -> dict[str, Any]:
    from reportlab.lib.styles import ParagraphStyle

    plain = ParagraphStyle("plain", fontName=PLAIN, fontSize=9, leading=12, spaceAfter=4)

    def of(name: str, **more: Any) -> Any:
        return ParagraphStyle(name, parent=plain, **more)

    bold: dict[str, Any] = {"fontName": BOLD}
    return {
        "plain": plain,
        "small": of("small", fontSize=8, leading=10, textColor=GREY),
        "cell": of("cell", fontSize=7.5, leading=9.5, spaceAfter=0, splitLongWords=1),
        "strong": of("strong", fontSize=7.5, leading=9.5, spaceAfter=0, **bold),
        "title": of("title", fontSize=18, leading=23, spaceAfter=6, **bold),
        "head": of("head", fontSize=12, leading=15, spaceBefore=12, keepWithNext=1, **bold),
        "under": of("under", fontSize=9.5, leading=12, spaceBefore=6, keepWithNext=1, **bold),
    }


def _part(part: Part, styles: dict[str, Any]) -> list[Any]:
    from reportlab.platypus import Paragraph

    found: list[Any] = [Paragraph(escape(part.title), styles["head"])]
    if part.facts:
        found.append(_grid([list(one) for one in part.facts], (0.28, 0.72), styles, has_heads=False))
    found += [Paragraph(escape(one), styles["plain"]) for one in part.words if one]
    for table in part.tables:
        found.append(_table(table, styles))
    return found


def _table(table: Table, styles: dict[str, Any]) -> Any:
    return _grid([list(table.heads), *(list(row) for row in table.rows)], _shares(table), styles, has_heads=True)


def _shares(table: Table) -> tuple[float, ...]:
    """Widths by the longest text of each column, none below a share that can be read."""
    columns = zip(table.heads, *table.rows, strict=True)
    longest = [min(max(len(text) for text in column), 40) + 3 for column in columns]
    least = [max(one, sum(longest) * 0.1) for one in longest]
    return tuple(one / sum(least) for one in least)


def _grid(rows: list[list[str]], shares: tuple[float, ...], styles: dict[str, Any], *, has_heads: bool) -> Any:
    from reportlab.lib.pagesizes import A4
    from reportlab.platypus import LongTable, Paragraph

    def cell(text: str, *, is_strong: bool) -> Any:
        words = escape(text[:MOST_CELL]).replace("\n", "<br/>")
        return Paragraph(words, styles["strong" if is_strong else "cell"])

    width = A4[0] - 2 * MARGIN
    content = []
    for line, row in enumerate(rows):
        is_head = has_heads and line == 0
        content.append([cell(text, is_strong=is_head or (not has_heads and at == 0)) for at, text in enumerate(row)])
    lines: list[Any] = [("LINEBELOW", (0, 0), (-1, -1), 0.4, "#d9dedd"), ("VALIGN", (0, 0), (-1, -1), "TOP"),
                        ("TOPPADDING", (0, 0), (-1, -1), 2), ("BOTTOMPADDING", (0, 0), (-1, -1), 3)]  # fmt: skip
    if has_heads:
        lines.append(("BACKGROUND", (0, 0), (-1, 0), PALE))
    widths = [width * share for share in shares]
    return LongTable(content, colWidths=widths, repeatRows=int(has_heads), style=lines, hAlign="LEFT", spaceAfter=6)


def _card(card: str, styles: dict[str, Any]) -> list[Any]:
    """Markdown in a plain form: headings, tables and paragraphs."""
    from reportlab.platypus import Paragraph

    found: list[Any] = []
    rows: list[list[str]] = []
    for line in [*card.splitlines(), ""]:
        if line.startswith("|"):
            cells = [_plain(one) for one in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
            if not all(set(one) <= set("-: ") for one in cells) or not any(cells):
                rows.append(cells)
            continue
        if rows:
            width = max(len(row) for row in rows)
            even = [row + [""] * (width - len(row)) for row in rows if any(row)]
            if even:
                found.append(_grid(even, tuple([1 / width] * width), styles, has_heads=False))
            rows = []
        if line.startswith("#"):
            found.append(Paragraph(escape(_plain(line.lstrip("# "))), styles["under"]))
        elif line.strip():
            found.append(Paragraph(escape(_plain(line)), styles["plain"]))
    return found


def _plain(text: str) -> str:
    linked = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text.strip())
    return re.sub(r"\\([\\`*_{}\[\]()#+.!|<>~-])", r"\1", linked).replace("**", "").replace("`", "").strip("_")
