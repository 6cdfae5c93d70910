"""What people paste into Power BI, Excel and notebooks, and the pages that offer it."""

from __future__ import annotations

import ast
import json

import pytest
from django.test import Client

from mlops.analytics.programs import PROGRAMS, pbids, power_query
from mlops.deployments.snippets.power_query import program
from tests.analytics.mlanguage import words

ROOT = "https://studio.example/odata/v1/"
TABLE = "Predictions_churn_prices"


@pytest.mark.parametrize("text", [power_query(ROOT, TABLE), program(ROOT, {"data": [{'a"b': 1, "c d": 2}]})])
def test_power_query_texts_are_words_of_m_and_balanced(text):
    assert "let" in words(text)


@pytest.mark.parametrize("text", ["let a = (1 in a", "let a = ~1 in a", 'let a = "x in a'])
def test_the_check_of_m_sees_what_is_broken(text):
    with pytest.raises(ValueError, match=r"M|clos"):
        words(text)


def test_the_file_for_power_bi_names_the_table_of_the_feed():
    (connection,) = json.loads(pbids(ROOT, TABLE))["connections"]
    assert connection["details"] == {"protocol": "odata", "address": {"url": f"{ROOT}{TABLE}"}}


def test_the_program_in_python_is_python():
    text = next(one.write(ROOT, TABLE) for one in PROGRAMS if one.name == "pandas")
    ast.parse(text)
    assert f"https://studio.example/api/v1/tables/{TABLE}/export/" in text


@pytest.fixture
def client(contributor) -> Client:
    client = Client()
    client.force_login(contributor)
    return client


@pytest.mark.django_db
def test_the_requests_of_the_power_bi_text_are_answered(client, rows):
    """As OData.Feed goes: the service document, the metadata, then the table's pages."""
    document = client.get("/odata/v1/", headers={"OData-MaxVersion": "4.0", "Accept": "application/json"}).json()
    (entry,) = (one for one in document["value"] if one["name"] == TABLE)
    assert TABLE in client.get("/odata/v1/$metadata").content.decode()
    answer = client.get(f"/odata/v1/{entry['url']}", {"$select": "at,inputs_power", "$top": "1000"}).json()
    assert [row["inputs_power"] for row in answer["value"]] == [90, 100, 90]


@pytest.mark.django_db
def test_the_page_of_an_endpoint_offers_feed_file_and_programs(client, endpoint, rows):
    page = client.get(f"/endpoints/{endpoint.pk}/analysis/").content.decode()
    assert page.count("data-copy") == 6
    assert f"http://testserver/odata/v1/{TABLE}" in page
    file = client.get(f"/endpoints/{endpoint.pk}/analysis/", {"pbids": "1"})
    assert TABLE in file.headers["Content-Disposition"]


@pytest.mark.django_db
def test_a_query_is_run_saved_and_exported_in_its_page(client, project, runs):
    address = "/queries/?project=churn"
    text = "select created_at, number from runs order by 1"
    page = client.post(address, {"act": "run", "query": text}).content.decode()
    assert "<td>103</td>" in page
    assert "The result" in page
    again = client.get(address, {"project": "churn", "csv": "query"})
    assert b"2026-11-22T12:00:00.000000Z,103" in b"".join(again.streaming_content)
    wrong = client.post(address, {"act": "run", "query": "select * from run"})
    assert (wrong.status_code, b"Did you mean" in wrong.content) == (422, True)
    saved = client.post(address, {"act": "save", "name": "Newest", "query": text}, follow=True)
    assert b"Newest" in saved.content
    file = client.post(address, {"act": "csv", "query": text})
    assert b"".join(file.streaming_content).startswith(b"created_at,number")
