"""A Power Query M function that adds the predictions to a table, in batches, as Azure's AI Insights did: rows go under
`Inputs` and come back under `Results`.

There is no protocol by which another service could appear in Power BI's own list, so the function is pasted: Home,
New Source, Blank Query, Advanced Editor."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from mlops.deployments.snippets.literals import doubled

BATCH = 1000


def program(uri: str, body: Any) -> str:
    rows = body.get("data") if isinstance(body, dict) else None
    names = list(rows[0]) if isinstance(rows, list) and rows and isinstance(rows[0], dict) else []
    columns = ", ".join(doubled(name) for name in names)
    selected = f"Table.SelectColumns(input, {{{columns}}}, MissingField.UseNull)" if names else "input"
    parts = urlsplit(uri)
    return f"""// Call it with a table and the endpoint's key: it returns the table with the predictions beside it.
// Keep the key in a parameter of the report, not in this text.
(input as table, key as text) as table =>
let
    Columns = {selected},
    Score = (rows as table) as table =>
        let
            Answer = Web.Contents({doubled(f"{parts.scheme}://{parts.netloc}")}, [
                RelativePath = {doubled(parts.path.lstrip("/"))},
                Headers = [
                    #"Content-Type" = "application/json",
                    Authorization = "Bearer " & key
                ],
                Content = Json.FromValue([Inputs = [data = Table.ToRecords(rows)], GlobalParameters = []]),
                ManualStatusHandling = {{400, 401, 413, 422, 429, 503, 504}}
            ]),
            Body = Json.Document(Answer),
            Status = Value.Metadata(Answer)[Response.Status],
            Predictions = if Status = 200
                then Table.FromRecords(Body[Results], null, MissingField.UseNull)
                else error Error.Record("Endpoint", Text.From(Status) & ": " & Body[detail], Body)
        in
            Predictions,
    Batches = Table.Split(Columns, {BATCH}),
    Predicted = Table.Combine(List.Transform(Batches, Score)),
    Result = Table.FromColumns(
        Table.ToColumns(input) & Table.ToColumns(Predicted),
        Table.ColumnNames(input) & Table.ColumnNames(Predicted)
    )
in
    Result
"""
