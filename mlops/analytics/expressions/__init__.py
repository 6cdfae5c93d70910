"""The expression language of OData v4: read, checked against a table's columns, said as Django's or DuckDB's SQL."""
