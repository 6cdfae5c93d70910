"""How other programs read a table of the feed: Power BI and Excel (Power Query M, .pbids), pandas, DuckDB and R."""

from __future__ import annotations

import json
from collections.abc import Callable

import msgspec

from mlops.deployments.snippets.literals import doubled


class Program(msgspec.Struct, frozen=True, kw_only=True):
    name: str
    title: str
    needs: str
    write: Callable[[str, str], str]
    """Of the feed's root, which ends in /odata/v1/, and the table's name in it."""


def pbids(root: str, table: str) -> str:
    """A file that Power BI Desktop opens on the table: it asks who signs in (Basic: name and token)."""
    address = {"url": f"{root}{table}"}
    details = {"details": {"protocol": "odata", "address": address}, "options": {}, "mode": "Import"}
    return json.dumps({"version": "0.1", "connections": [details]}, indent=2) + "\n"


def power_query(root: str, table: str) -> str:
    return f"""// Home, New Source, Blank Query, Advanced Editor.
// Sign in by Basic: your user name, and a token as the password.
let
    Feed = OData.Feed({doubled(root)}, null, [Implementation = "2.0", ODataOmitValues = ODataOmitValues.Nulls]),
    Table = Feed{{[Name = {doubled(table)}, Signature = "table"]}}[Data]
in
    Table
"""


def pandas(root: str, table: str) -> str:
    return f"""import io, os
import pandas as pd
import requests  # pip install pandas pyarrow requests

answer = requests.get(
    {_export(root, table)!r},
    params={{"as": "parquet"}},  # and "filter": "at ge 2026-11-01", "select": "at,model"
    headers={{"Authorization": "Bearer " + os.environ["MLOPS_TOKEN"]}},
)
answer.raise_for_status()
frame = pd.read_parquet(io.BytesIO(answer.content))
"""


def duckdb(root: str, table: str) -> str:
    server = root.removesuffix("odata/v1/")
    return f"""-- In the duckdb program; the token is that of the shell's MLOPS_TOKEN.
INSTALL httpfs; LOAD httpfs;
CREATE SECRET studio (TYPE http, SCOPE '{server}', BEARER_TOKEN getenv('MLOPS_TOKEN'));
SELECT * FROM read_csv('{_export(root, table)}?as=csv');
"""


def r(root: str, table: str) -> str:
    return f"""library(httr2)  # install.packages(c("httr2", "arrow"))
file <- tempfile(fileext = ".parquet")
request("{_export(root, table)}?as=parquet") |>
  req_auth_bearer_token(Sys.getenv("MLOPS_TOKEN")) |>
  req_perform(path = file)
rows <- arrow::read_parquet(file)
"""


def _export(root: str, table: str) -> str:
    return f"{root.removesuffix('odata/v1/')}api/v1/tables/{table}/export/"


PROGRAMS = (
    Program(name="power_bi", title="Power BI, Excel", needs="Power Query", write=power_query),
    Program(name="pandas", title="pandas", needs="pandas, pyarrow, requests", write=pandas),
    Program(name="duckdb", title="DuckDB", needs="duckdb 1.1 or later", write=duckdb),
    Program(name="r", title="R", needs="httr2, arrow", write=r),
)
