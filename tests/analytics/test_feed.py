"""The OData feed by the protocol's rules: documents, options, pages, errors, permission."""

from __future__ import annotations

import base64
from xml.etree import ElementTree

import pytest
from django.test import Client

from mlops.accounts.actions import create_token

pytestmark = pytest.mark.django_db
EDM = "{http://docs.oasis-open.org/odata/ns/edm}"


def values(answer, name):
    return [row[name] for row in answer["value"]]


def test_the_service_document_names_every_set_of_the_metadata(ask, contributor, runs, rows):
    document = ask("")
    client = Client()
    client.force_login(contributor)
    response = client.get("/odata/v1/$metadata")
    sets = ElementTree.fromstring(response.content).iter(f"{EDM}EntitySet")
    names = [one.get("Name") for one in sets]
    assert names == values(document, "name")
    assert {"Runs", "RunMetrics", "Models", "Monitors", "Predictions_churn_prices"} <= set(names)
    assert response.headers["OData-Version"] == "4.0"
    assert document["@odata.context"].endswith("/odata/v1/$metadata")


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("state eq 'failed'", [102]),
        ("state ne 'failed'", [101, 103]),
        ("created_by eq null", [103]),
        ("created_by ne 'carl'", [103]),
        ("not (created_by eq 'carl')", [103]),
        ("number in (101,103) and state eq 'completed'", [101, 103]),
        ("contains(display_name,'it''s')", [102]),
        ("contains(tolower(display_name),'tree')", [101, 103]),
        ("contains(display_name,'tree')", []),
        ("startswith(display_name,'Tree') or number eq 102", [101, 102, 103]),
        ("endswith(display_name,'103')", [103]),
        ("length(display_name) gt 8", [102]),
        ("year(created_at) eq 2026 and day(created_at) ge 21", [102, 103]),
        ("date(created_at) eq 2026-11-20", [101]),
        ("created_at lt 2026-11-21", [101]),
        ("created_at ge 2026-11-21T13:00:00+01:00", [102, 103]),
        ("number sub 100 eq 2", [102]),
        ("number mod 2 eq 1 and number div 2 eq 50", [101]),
        ("substring(display_name,5) eq '101'", [101]),
        ("indexof(display_name,'1') eq 5", [101, 103]),
        ("concat(state,'!') eq 'failed!'", [102]),
        ("id eq 00000000-0000-0000-0000-000000000000", []),
        ("true", [101, 102, 103]),
    ],
)
def test_a_filter_means_what_odata_says(ask, runs, text, numbers):
    asked = {"$filter": text, "$orderby": "number"}
    if text == "true":
        assert ask("Runs", 200, **asked)["value"]
    else:
        assert values(ask("Runs", **asked), "number") == numbers


@pytest.mark.parametrize(
    ("text", "rows_of"),
    [
        ("inputs_power eq 90", ["r1", "r2"]),
        ("inputs_make eq null", ["r1", "r2"]),
        ("inputs_make ne '=1+1'", ["r1", "r2"]),
        ("at ge 2026-11-21", ["r2"]),
        ("at lt 2026-11-21 and predictions_price gt 2", ["r1"]),
        ("labels_price ne null", ["r1"]),
        ("startswith(request_id,'r') and row eq 1", ["r1"]),
        ("deployment eq 'green'", []),
    ],
)
def test_collected_rows_are_filtered_where_they_lie(ask, rows, text, rows_of):
    answer = ask("Predictions_churn_prices", **{"$filter": text, "$count": "true"})
    assert values(answer, "request_id") == rows_of
    assert answer["@odata.count"] == len(rows_of)


def test_a_page_past_the_end_of_collected_rows_tells_their_count(ask, rows):
    answer = ask("Predictions_churn_prices", **{"$skip": "5", "$count": "true"})
    assert (answer["value"], answer["@odata.count"]) == ([], 3)


def test_select_order_top_and_skip_do_what_they_say(ask, runs):
    answer = ask("Runs", **{"$select": "number,state", "$orderby": "state desc,number desc", "$top": "1", "$skip": "1"})
    assert answer["value"] == [{"number": 103, "state": "completed"}]
    assert answer["@odata.context"].endswith("$metadata#Runs(number,state)")
    assert "@odata.nextLink" not in answer


@pytest.mark.parametrize("name", ["Runs", "Predictions_churn_prices"])
@pytest.mark.parametrize("extra", [{}, {"$orderby": "at desc"}, {"$top": "3"}])
def test_pages_lead_through_every_row_once(contributor, runs, rows, name, extra):
    if name == "Runs" and "$orderby" in extra:
        extra = {"$orderby": "created_at desc"}
    client = Client(headers={"Prefer": "odata.maxpagesize=2"})
    client.force_login(contributor)
    first = client.get(f"/odata/v1/{name}", extra).json()
    second = client.get(first["@odata.nextLink"]).json()
    keys = [str(row) for row in (*first["value"], *second["value"])]
    assert (len(first["value"]), len(second["value"]), len(set(keys))) == (2, 1, 3)
    assert "@odata.nextLink" not in second


def test_one_row_is_found_by_its_key_and_its_metrics_with_it(ask, runs):
    row = ask(f"Runs({runs[0].pk})", **{"$select": "number"})
    assert row == {"@odata.context": row["@odata.context"], "number": 101}
    answer = ask("Runs", **{"$expand": "Metrics($select=key,value)", "$select": "number", "$top": "1"})
    assert answer["value"] == [{"number": 101, "Metrics": [{"key": "auc", "value": 0.505}]}]


def test_a_set_is_counted_by_its_address(contributor, runs, rows):
    client = Client()
    client.force_login(contributor)
    assert client.get("/odata/v1/Runs/$count", {"$filter": "state eq 'failed'"}).content == b"1"
    assert client.get("/odata/v1/Predictions_churn_prices/$count").content == b"3"


@pytest.mark.parametrize(
    ("path", "query", "status", "code"),
    [
        ("Runs", {"$filter": "stat eq 'x'"}, 400, "property_unknown"),
        ("Runs", {"$filter": "state eq 5"}, 400, "expression_invalid"),
        ("Runs", {"$filter": "state eq 'x"}, 400, "expression_invalid"),
        ("Runs", {"$filter": "state"}, 400, "expression_invalid"),
        ("Runs", {"$filter": "(" * 300 + "1 eq 1" + ")" * 300}, 400, "expression_invalid"),
        ("Runs", {"$filter": "sleep(5) eq 1"}, 400, "expression_invalid"),
        ("Runs", {"$top": "-1"}, 400, "option_invalid"),
        ("Runs", {"$flter": "x"}, 400, "option_unknown"),
        ("Runs", {"$format": "xml"}, 406, "format_unknown"),
        ("Runs", {"$skiptoken": "abc"}, 400, "token_invalid"),
        ("Runs", {"$expand": "Steps"}, 400, "expand_unknown"),
        ("Runs(5)", {}, 400, "expression_invalid"),
        ("Runs(00000000-0000-0000-0000-000000000000)", {}, 404, "not_found"),
        ("Rums", {}, 404, "table_unknown"),
    ],
)
def test_what_cannot_be_answered_is_refused_in_odatas_form(ask, runs, path, query, status, code):
    error = ask(path, status, **query)["error"]
    assert error["code"] == code
    assert error["message"]


def test_nobody_sees_rows_of_a_project_that_is_not_theirs(runs, rows, stranger, reader):
    client = Client()
    client.force_login(stranger)
    assert client.get("/odata/v1/Runs", {"$count": "true"}).json()["@odata.count"] == 0
    client.force_login(reader)
    assert client.get("/odata/v1/Runs", {"$count": "true"}).json()["@odata.count"] == 3
    assert client.get("/odata/v1/Predictions_churn_prices").status_code == 404
    assert b"Predictions" not in client.get("/odata/v1/$metadata").content


def test_a_report_signs_in_by_name_and_token(contributor, runs):
    _token, secret = _made(contributor)
    basic = base64.b64encode(f"carl:{secret}".encode()).decode()
    other = base64.b64encode(f"rita:{secret}".encode()).decode()
    assert Client().get("/odata/v1/Runs", headers={"Authorization": f"Basic {basic}"}).status_code == 200
    assert Client().get("/odata/v1/Runs", headers={"Authorization": f"Bearer {secret}"}).status_code == 200
    assert Client().get("/odata/v1/Runs", headers={"Authorization": f"Basic {other}"}).status_code == 401
    refused = Client().get("/odata/v1/Runs")
    assert (refused.status_code, refused.headers["WWW-Authenticate"][:5]) == (401, "Basic")


def _made(person):
    secret = create_token(person, name="report", scopes="read")
    return secret if isinstance(secret, tuple) else (None, secret)


def test_what_somebody_has_already_is_not_sent_again(contributor, runs):
    client = Client()
    client.force_login(contributor)
    tag = client.get("/odata/v1/Runs").headers["ETag"]
    again = client.get("/odata/v1/Runs", headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")


def test_metadata_none_leaves_the_context_out(ask, runs):
    assert set(ask("Runs", **{"$format": "application/json;odata.metadata=none", "$top": "1"})) == {"value"}
