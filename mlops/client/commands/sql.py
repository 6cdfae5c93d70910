"""`mlops sql "select …"`: one query over the tables of a project; `--tables` lists them."""

from __future__ import annotations

import argparse
import sys

from mlops.client.connection import connect
from mlops.client.errors import WrongUsage
from mlops.client.names import project_for
from mlops.client.options import add_output, add_project
from mlops.client.output import show


def define(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "text", metavar="QUERY", nargs="?", default="", help="one select; - reads it from standard input"
    )
    parser.add_argument("--tables", action="store_true", help="list the tables and their columns")
    parser.add_argument("--rows", type=int, default=1_000, help="how many rows are fetched at most")
    add_project(parser)
    add_output(parser)
    parser.set_defaults(act=sql)


def sql(arguments: argparse.Namespace) -> int:
    connection = connect()
    project = project_for(connection, arguments.project)
    if arguments.tables:
        found = connection.get("tables/", project=project)["results"]
        rows = [{"table": one["sql_name"], "columns": ", ".join(c["name"] for c in one["columns"])} for one in found]
        return show(arguments, rows)
    text = sys.stdin.read() if arguments.text == "-" else arguments.text
    if not text.strip():
        raise WrongUsage("query_missing", "There is no query.", hint='mlops sql "select * from runs"')
    answer = connection.post("sql/", {"project": project, "query": text, "rows": arguments.rows})
    names = [column["name"] for column in answer["columns"]]
    if answer["is_cut"]:
        print(f"warning: there are more rows than {len(answer['rows'])}; --rows asks for more.", file=sys.stderr)
    return show(arguments, [dict(zip(names, row, strict=True)) for row in answer["rows"]])
