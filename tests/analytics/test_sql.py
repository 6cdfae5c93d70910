"""SQL over what a person may see, and every way out of it that we could think of."""

from __future__ import annotations

import io
import json

import polars as pl
import pytest
from django.test import Client

from mlops.analytics import asking, exporting, saved, sql
from mlops.events.models import Event
from mlops.formats.refusal import Refusal

pytestmark = pytest.mark.django_db
SECRET_FILE = "/etc/passwd"


def rows_of(person, project, text, **more):
    return [list(row) for row in sql.query(person, project, text, **more).rows]


def test_collected_rows_runs_and_metrics_are_joined(contributor, project, runs, rows):
    text = (
        "with r as (select number, value from runs join run_metrics on runs.id = run_metrics.run_id)"
        " select p.request_id, p.labels_price, r.value from predictions_churn_prices p"
        " join r on r.number = 101 order by p.at, p.row;"
    )
    assert rows_of(contributor, project, text) == [["r1", None, 0.505], ["r1", 3, 0.505], ["r2", None, 0.505]]
    event = Event.objects.get(type="mlops.data.queried")
    assert event.data["tables"] == ["runs", "run_metrics", "predictions_churn_prices"]


ATTACKS = [
    f"select * from read_csv('{SECRET_FILE}')",
    f"select * from read_text('{SECRET_FILE}')",
    f"select * from read_blob('{SECRET_FILE}')",
    f"select * from '{SECRET_FILE}'",
    f"from sniff_csv('{SECRET_FILE}')",
    "select * from glob('/**')",
    "select * from query('select 1')",
    "select * from query_table('runs')",
    f"select * from (with x as (from read_csv('{SECRET_FILE}')) select * from x)",
    f"select (select count(*) from read_text('{SECRET_FILE}'))",
    f"select * from runs where exists (from read_text('{SECRET_FILE}'))",
    "copy (select 1) to '/tmp/analytics-out.csv'",
    f"copy runs from '{SECRET_FILE}'",
    "export database '/tmp/analytics-out'",
    "attach '/tmp/analytics-out.db' as other",
    "attach 'postgres://localhost/x' as other (type postgres)",
    "install httpfs",
    "load httpfs",
    "set enable_external_access = true",
    "reset lock_configuration",
    "pragma database_list",
    "call pragma_version()",
    "select * from pragma_database_list()",
    "select * from duckdb_settings()",
    "select * from duckdb_secrets()",
    "select current_setting('temp_directory')",
    "select getenv('HOME')",
    "select * from information_schema.tables",
    "select * from read_csv('https://example.org/x.csv')",
    "from 's3://bucket/x.parquet'",
    "create table x as select 1",
    "drop view runs",
    "insert into runs select * from runs",
    "select 1; select 2",
    "select 1; drop view runs",
    "explain analyze select 1",
    "prepare p as select 1",
    "show tables",
    "describe runs",
    "select * from json_execute_serialized_sql(json_serialize_sql('select 1'))",
    "select * from unknown_table",
    "selec 1",
    "",
]


@pytest.mark.parametrize("text", ATTACKS)
def test_the_engine_refuses_what_is_no_select_over_its_tables(text, tmp_path):
    """The guard by itself, in this process, on a database that is locked as the child's is."""
    from mlops.analytics.engine.orders import Order, Seen, SeenColumn
    from mlops.analytics.engine.running import run

    table = Seen(name="runs", columns=(SeenColumn("id", "id", "guid"),))
    order = Order(
        folder=str(tmp_path), tables=(table,), sql=text, is_free=True, most_rows=5, most_bytes=10**6,
        memory_bytes=2**28, cpu_seconds=5,
    )  # fmt: skip
    with pytest.raises(Refusal) as caught:
        run(order)
    assert caught.value.message
    assert "root:" not in caught.value.message


@pytest.mark.parametrize(
    "text",
    [f"SELECT * FROM read_text('{SECRET_FILE}')", "SET memory_limit = '100GB'", "INSTALL httpfs", "LOAD httpfs",
     "ATTACH '/tmp/analytics-x.db' AS o", "COPY (SELECT 1) TO '/tmp/analytics-x.csv'", f"FROM '{SECRET_FILE}'"],
)  # fmt: skip
def test_the_lock_holds_without_the_guard(text, tmp_path):
    import duckdb

    from mlops.analytics.engine.database import opened
    from mlops.analytics.engine.orders import Order

    order = Order(
        folder=str(tmp_path), tables=(), sql="", most_rows=5, most_bytes=10, memory_bytes=2**28, cpu_seconds=5
    )
    with opened(order) as connection, pytest.raises(duckdb.Error):
        connection.execute(text).fetchall()


def test_a_query_that_does_not_end_is_ended(tmp_path):
    bomb = "with recursive a as (select 1 x union all select x + 1 from a) select count(*) from a"
    with pytest.raises(Refusal) as caught, asking.workplace() as folder:
        asking.ask(folder, [], bomb, is_free=True, most_rows=5, seconds=1.5)
    assert caught.value.code in ("query_too_slow", "query_too_large")


def test_a_cross_join_gives_no_more_rows_than_are_asked_for(tmp_path):
    text = "select * from range(100000) a, range(100000) b"
    with asking.workplace() as folder:
        got = asking.ask(folder, [], text, is_free=True, most_rows=7, seconds=20)
    assert (len(got.rows), got.is_cut) == (7, True)


def test_memory_is_bounded(tmp_path):
    text = "select length(string_agg(repeat('x', 100000000), '')) from range(100)"
    with pytest.raises(Refusal) as caught, asking.workplace() as folder:
        asking.ask(folder, [], text, is_free=True, most_rows=7, seconds=20)
    assert caught.value.code in ("query_too_large", "query_too_slow", "query_refused")


def test_a_reader_has_no_table_of_collected_rows_and_a_stranger_none(reader, stranger, project, rows):
    names = [one.table.sql_name for one in sql.tables_of(reader, project)]
    assert "runs" in names
    assert "predictions_churn_prices" not in names
    with pytest.raises(Refusal, match="no table"):
        sql.query(reader, project, "select * from predictions_churn_prices")
    with pytest.raises(Refusal, match="no such thing"):
        sql.query(stranger, project, "select 1")


def test_rows_of_other_projects_are_not_there(owner, contributor, project, runs):
    from mlops.accounts.membership import create_project

    other = create_project(owner, name="Other", slug="other")
    assert rows_of(owner, other, "select count(*) from runs") == [[0]]
    assert rows_of(contributor, project, "select count(*) from runs") == [[3]]


def test_a_wrong_name_is_told_with_the_nearest(contributor, project, runs):
    with pytest.raises(Refusal) as caught:
        sql.query(contributor, project, "select * from run")
    assert caught.value.hint == "Did you mean 'runs'?"


@pytest.mark.parametrize("form", ["csv", "parquet", "arrow"])
def test_a_table_leaves_as_a_file_without_formulas_and_it_is_told(contributor, rows, form):
    got, file = exporting.export(contributor, "Predictions_churn_prices", form=form, filter="row eq 0")
    data = file.read()
    read = {"csv": pl.read_csv, "parquet": pl.read_parquet, "arrow": pl.read_ipc}[form](io.BytesIO(data))
    assert read["request_id"].to_list() == ["r1", "r2"]
    assert read["inputs_make"].to_list()[0] == ("'=1+1" if form == "csv" else "=1+1")
    event = Event.objects.get(type="mlops.data.exported")
    assert (event.data["rows"], event.data["format"]) == (2, form)
    assert got.size_bytes == len(data)


def test_saved_queries_are_shared_in_the_project(contributor, reader, stranger, project):
    made = saved.save(contributor, project, name="All", query="select 1")
    saved.save(contributor, project, name="All", query="select 2")
    assert saved.visible_saved(reader, made.pk).query == "select 2"
    with pytest.raises(Refusal):
        saved.visible_saved(stranger, made.pk)
    with pytest.raises(Refusal):
        saved.delete(reader, made)


def test_the_rest_api_answers_rows_and_files(contributor, project, runs):
    client = Client()
    client.force_login(contributor)
    body = {"project": "churn", "query": "select number from runs order by 1 desc"}
    answer = client.post("/api/v1/sql/", json.dumps(body), content_type="application/json").json()
    assert (answer["columns"][0]["name"], answer["rows"]) == ("number", [[103], [102], [101]])
    sent = client.get("/api/v1/tables/Runs/export/", {"filter": "number eq 102", "select": "display_name"})
    assert b"".join(sent.streaming_content).decode().split() == ["display_name", "it's", "=", "broken"]
    tables = client.get("/api/v1/tables/").json()["results"]
    assert {"name": "number", "kind": "integer"} in tables[0]["columns"]
