"""R with httr and jsonlite."""

from __future__ import annotations

from typing import Any

from mlops.deployments.snippets.literals import compact, double_quoted


def program(uri: str, body: Any) -> str:
    return f"""library(httr)
library(jsonlite)

body <- {double_quoted(compact(body))}
answer <- POST(
  {double_quoted(uri)},
  add_headers(Authorization = paste("Bearer", Sys.getenv("ENDPOINT_KEY"))),
  content_type_json(),
  body = body,
  encode = "raw"
)
text <- content(answer, as = "text", encoding = "UTF-8")
if (status_code(answer) >= 300) stop(paste0(status_code(answer), ": ", text))
predictions <- fromJSON(text)$predictions
print(predictions)
"""
