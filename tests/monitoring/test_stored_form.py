"""Looks in the form that Azure ML's drift monitors store."""

from __future__ import annotations

import pytest

from mlops.formats.refusal import Refusal
from mlops.monitoring.asking import look_now
from mlops.monitoring.importing import import_stored
from mlops.monitoring.looking import carry_out
from mlops.monitoring.models import Alarm
from mlops.monitoring.queries import looks_with_values
from mlops.monitoring.stored_form import stored_form
from tests.monitoring.conftest import day

pytestmark = pytest.mark.django_db(transaction=True)
CONTRIBUTION = {"name": "datadrift_contribution", "value": 0.9}
THEIRS = {
    "drift_type": "dataset",
    "service_name": "sales",
    "metrics": [
        {
            "schema_version": "0.1",
            "datetime": "2020-03-01T00:00:00",
            "dataset_metrics": [{"name": "datadrift_coefficient", "value": 0.7}],
            "column_metrics": [
                {"shop": [{"name": "euclidean_distance", "value": 0.2}]},
                {"price": [{"name": "wasserstein_distance", "value": 3.1}, CONTRIBUTION]},
            ],
        }
    ],
}  # fmt: skip


def test_a_look_is_given_with_its_metrics(owner, monitor):
    (look,) = look_now(owner, monitor, start=day(16), end=day(17))
    carry_out(look.pk)
    (run,) = stored_form(monitor, looks_with_values(monitor))
    (metrics,) = run["metrics"]
    assert (run["drift_type"], run["service_name"]) == ("dataset", "sales")
    assert metrics["dataset_metrics"][0]["name"] == "datadrift_coefficient"
    price = next(one["price"] for one in metrics["column_metrics"] if "price" in one)
    assert {"wasserstein_distance", "datadrift_contribution"} <= {one["name"] for one in price}


def test_what_was_stored_elsewhere_is_kept_once_and_wakes_nobody(owner, monitor):
    (look,) = import_stored(owner, monitor, [THEIRS])
    assert import_stored(owner, monitor, [THEIRS]) == []
    assert (look.state, look.end.year) == ("completed", 2020)
    (again,) = looks_with_values(monitor)
    (signal,) = again.summary["signals"]
    assert (signal["magnitude"], signal["contributions"]) == (0.7, {"price": 0.9})
    assert not Alarm.objects.exists()


@pytest.mark.parametrize("wrong", [{}, ["x"], [{"metrics": [{}]}], [{"metrics": [{"datetime": "soon"}]}]])
def test_what_cannot_be_read_is_refused_with_its_place(owner, monitor, wrong):
    with pytest.raises(Refusal) as caught:
        import_stored(owner, monitor, wrong)
    assert caught.value.code == "stored_form_invalid"
