"""What a person's query may not hold: more than one statement, anything but a select, tables that are not given,
functions that reach out of them. DuckDB itself is locked as well; this says it in words that help."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from mlops.formats.refusal import Refusal, Where, nearest
from mlops.formats.spoken import gettext as _

LONGEST_QUERY = 100_000
TABLE_FUNCTIONS = ("range", "generate_series", "unnest", "repeat_row", "json_each", "json_tree")
FORBIDDEN = ("getenv", "current_setting", "getvariable", "write_log", "sleep", "sleep_ms", "read_text", "read_blob")
"""Functions of values that tell of the server or hold it up."""


def check(connection: Any, sql: str, tables: Iterable[str]) -> str:
    """The query without its last semicolon. Raises Refusal."""
    import duckdb

    if len(sql) > LONGEST_QUERY:
        raise refused(
            _("The query has %(count)s characters, more than %(longest_query)s.")
            % {"count": f"{len(sql):,}", "longest_query": f"{LONGEST_QUERY:,}"}
        )
    try:
        statements = connection.extract_statements(sql)
    except duckdb.Error as error:
        raise told(error) from None
    if len(statements) != 1:
        raise refused(_("There are %(count)s statements.") % {"count": len(statements)}, hint=_("Write one select."))
    if statements[0].type != duckdb.StatementType.SELECT:
        kind = statements[0].type.name.lower()
        raise refused(
            _("The statement is a %(kind)s, not a select.") % {"kind": kind},
            hint=_("Queries only read; one may begin with “with”."),
        )
    text = str(statements[0].query).strip().rstrip(";").strip()
    found = json.loads(connection.execute("SELECT json_serialize_sql(?)", [text]).fetchone()[0])
    if found.get("error"):
        raise refused(
            _("The query is not understood: %(get)s") % {"get": found.get("error_message", "")},
            hint=_("Write one select."),
        )
    _check_tree(found, {name.lower(): name for name in tables})
    return text


def refused(message: str, *, hint: str = "", code: str = "query_refused") -> Refusal:
    return Refusal(code, message, hint=hint, status=422, where=Where(parameter="query"))


def told(error: Exception) -> Refusal:
    """DuckDB's own words, without what it says of files and settings."""
    words = " ".join(str(error).split("\nLINE")[0].split()).rstrip(".")
    line = next((part for part in str(error).split("\n") if part.startswith("LINE ")), "")
    place = f" ({line.split(':')[0].title()})" if line else ""
    if "Out of Memory" in words or ("memory" in words.lower() and "limit" in words.lower()):
        return refused(
            _("The query needs more memory than it may use."),
            hint=_("Read fewer columns or rows, or group before you join."),
            code="query_too_large",
        )
    if "Permission Error" in words or "disabled" in words:
        return refused(_("A query sees its tables only: no files, no network, no settings."))
    return refused(
        f"{words[:600]}{place}.", hint=_("Correct the query; the names of tables and columns stand beside it.")
    )


def _check_tree(tree: Any, tables: dict[str, str]) -> None:
    nodes = list(_nodes(tree))
    named = {str(node["key"]).lower() for node in nodes if "key" in node and "value" in node}
    named |= {str(node.get("cte_name", "")).lower() for node in nodes}
    for node in nodes:
        kind = node.get("type")
        if kind in ("SHOW_REF", "SHOW_REFERENCE"):
            raise refused(_("Tables are described beside the editor, not by the query."), hint=_("Write a select."))
        if kind == "TABLE_FUNCTION":
            name = str((node.get("function") or {}).get("function_name", "")).lower()
            if name not in TABLE_FUNCTIONS:
                hint = _("A query reads the tables that are listed, and %(names)s.") % {
                    "names": ", ".join(TABLE_FUNCTIONS)
                }
                raise refused(_("The function “%(name)s” may not be read from.") % {"name": name[:80]}, hint=hint)
        elif kind == "BASE_TABLE":
            _check_table(node, tables, named)
        elif kind in ("FUNCTION", "WINDOW_AGGREGATE") and str(node.get("function_name", "")).lower() in FORBIDDEN:
            raise refused(
                _("The function “%(function_name)s” may not be used here.") % {"function_name": node["function_name"]}
            )


def _check_table(node: dict[str, Any], tables: dict[str, str], named: set[str]) -> None:
    name, schema = str(node.get("table_name", "")), str(node.get("schema_name", ""))
    is_ours = schema.lower() in ("", "main") and not node.get("catalog_name")
    if is_ours and (name.lower() in tables or name.lower() in named):
        return
    whole = f"{schema}.{name}" if schema else name
    hint = nearest(name.lower(), tables) or (_("There are: %(names)s.") % {"names": ", ".join(sorted(tables)[:20])})
    raise refused(
        _("There is no table “%(whole)s”, or you may not see it.") % {"whole": whole[:120]},
        hint=hint,
        code="table_unknown",
    )


def _nodes(tree: Any) -> Iterator[dict[str, Any]]:
    """Every object in it; without recursion, for queries may lie deep."""
    waiting = [tree]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            yield one
            waiting.extend(one.values())
        elif isinstance(one, list):
            waiting.extend(one)
