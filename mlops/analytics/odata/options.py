"""The system query options of a request: `$filter`, `$select`, `$orderby`, `$top`, `$skip`, `$count`, `$expand`,
`$apply`, `$format` and `$skiptoken`."""

from __future__ import annotations

import re

import msgspec
from django.http import QueryDict
from django.utils.translation import gettext as _

from mlops.analytics.expressions.kinds import typed
from mlops.analytics.expressions.reading import read
from mlops.analytics.expressions.tree import Node
from mlops.analytics.odata.tokens import Token, read_token
from mlops.analytics.tables.columns import Table
from mlops.formats.refusal import Refusal, Where, nearest

KNOWN = (
    "$filter",
    "$select",
    "$orderby",
    "$top",
    "$skip",
    "$count",
    "$expand",
    "$apply",
    "$format",
    "$skiptoken",
)
METADATA = ("minimal", "none", "full")
PAGE_ROWS = 1_000
MOST_PAGE_ROWS = 10_000
_JSON = re.compile(r"(?:application/)?json(?:;\s*odata\.metadata=(minimal|none|full))?", re.IGNORECASE)


class Order(msgspec.Struct, frozen=True):
    by: Node
    is_down: bool


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """`top`: None for all; `select`: none named: all."""

    filter: str = ""
    select: tuple[str, ...] = ()
    orderby: str = ""
    top: int | None = None
    skip: int = 0
    count: bool = False
    expand: str = ""
    apply: str = ""
    metadata: str = "minimal"
    page_rows: int = PAGE_ROWS
    token: Token | None = None


def options_of(query: QueryDict, *, accept: str = "", prefer: str = "") -> Options:
    """Raises Refusal where an option is unknown, given twice, or unreadable."""
    for name in query:
        if name.startswith("$") and name not in KNOWN:
            hint = nearest(name, KNOWN) or _("There are: %(known)s.") % {"known": ", ".join(KNOWN)}
            raise Refusal(
                "option_unknown",
                _("%(name)s is not known here.") % {"name": name[:60]},
                hint=hint,
                where=Where(parameter=name),
            )
        if name.startswith("$") and len(query.getlist(name)) > 1:
            raise Refusal(
                "option_repeated", _("%(name)s is given twice.") % {"name": name}, where=Where(parameter=name)
            )
    token = read_token(query.get("$skiptoken", ""))
    return Options(
        filter=query.get("$filter", "").strip(),
        select=_names(query.get("$select", "")),
        orderby=query.get("$orderby", "").strip(),
        top=_whole(query, "$top"),
        skip=_whole(query, "$skip") or 0,
        count=_truth(query, "$count"),
        expand=query.get("$expand", "").strip(),
        apply=query.get("$apply", "").strip(),
        metadata=_metadata(query.get("$format", ""), accept),
        page_rows=token.page_rows if token else _page_rows(prefer),
        token=token,
    )


def orders(text: str, table: Table) -> list[Order]:
    """Of `$orderby`, such as `state, year(created_at) desc`."""
    found = []
    for piece in _split(text):
        match = re.search(r"\s+(asc|desc)$", piece, re.IGNORECASE)
        expression = piece[: match.start()] if match else piece
        node, _kind = typed(read(expression, option="$orderby"), table, option="$orderby")
        found.append(Order(node, bool(match and match[1].lower() == "desc")))
    return found


def chosen(options: Options, table: Table) -> list[str]:
    """Names of the columns of the answer."""
    if not options.select or "*" in options.select:
        return [column.name for column in table.columns]
    return [table.column(name).name for name in options.select]


def _split(text: str) -> list[str]:
    """At commas that stand in no brackets and no text."""
    pieces, depth, is_text, piece = [], 0, False, ""
    for letter in text:
        is_text ^= letter == "'"
        depth += (letter == "(") - (letter == ")") if not is_text else 0
        if letter == "," and depth == 0 and not is_text:
            pieces.append(piece.strip())
            piece = ""
        else:
            piece += letter
    return [one for one in (*pieces, piece.strip()) if one]


def _names(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.strip() for one in text.split(",") if one.strip()))


def _whole(query: QueryDict, name: str) -> int | None:
    text = query.get(name, "").strip()
    if name not in query:
        return None
    if not text.isascii() or not text.isdecimal() or len(text) > 15:
        message = _("%(name)s is a whole number of 0 or more, not “%(text)s”.") % {"name": name, "text": text[:40]}
        raise Refusal("option_invalid", message, where=Where(parameter=name))
    return int(text)


def _truth(query: QueryDict, name: str) -> bool:
    text = query.get(name, "false").strip().lower()
    if text not in ("true", "false"):
        raise Refusal(
            "option_invalid",
            _("%(name)s is true or false, not “%(text)s”.") % {"name": name, "text": text[:40]},
            where=Where(parameter=name),
        )
    return text == "true"


def _metadata(format: str, accept: str) -> str:
    """Raises Refusal `format_unknown` for anything that is no JSON."""
    if format:
        match = _JSON.fullmatch(format.strip())
        if match is None:
            message = _("“%(format)s” is no format of this feed.") % {"format": format[:60]}
            raise Refusal(
                "format_unknown", message, hint=_("Ask for json."), status=406, where=Where(parameter="$format")
            )
        return (match[1] or "minimal").lower()
    found = re.search(r"odata\.metadata=(minimal|none|full)", accept)
    return found[1] if found else "minimal"


def _page_rows(prefer: str) -> int:
    found = re.search(r"(?:odata\.)?maxpagesize=(\d{1,9})", prefer)
    return max(1, min(int(found[1]), MOST_PAGE_ROWS)) if found else PAGE_ROWS
