"""A client that is none of ours (python-odata) reads the feed over HTTP: it learns all of it from $metadata."""

from __future__ import annotations

import pytest
import requests
from odata.service import ODataService

from mlops.accounts.actions import create_token

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def service(live_server, contributor, runs, rows):
    session = requests.Session()
    session.auth = ("carl", create_token(contributor, name="report", scopes="read"))
    return ODataService(f"{live_server.url}/odata/v1/", session=session, reflect_entities=True, quiet_progress=True)


def test_an_independent_client_filters_orders_counts_and_reads_rows(service):
    entity = service.entities["Runs"]
    query = service.query(entity).filter(entity.state == "completed").order_by(entity.number.desc())
    assert [run.number for run in query.limit(10)] == [103, 101]
    assert service.query(entity).filter(entity.display_name.contains("Tree")).count() == 2
    predictions = service.entities["Predictions_churn_prices"]
    found = service.query(predictions).filter(predictions.row > 0).all()
    assert [(one.request_id, one.inputs_power) for one in found] == [("r1", 100)]
