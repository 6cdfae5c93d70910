"""What differs between two versions: columns, rows and distributions, or files."""

from __future__ import annotations

import pytest

from mlops.datasets.comparing import difference
from mlops.formats.refusal import Refusal
from tests.datasets.people import imported
from tests.datasets.test_assets import folder_asset

pytestmark = pytest.mark.django_db
OLD = b"id,make,price\n1,audi,10\n2,bmw,20\n3,volvo,30\n3,volvo,30\n"
NEW = b"id,make,price,year\n1,audi,10,2024\n2,bmw,21.5,2024\n3,volvo,30,2024\n4,fiat,40,2024\n"


def test_columns_rows_and_distributions_of_tables(contributor, project):
    found = difference(imported(contributor, project, OLD), imported(contributor, project, NEW))
    assert {(one["name"], one["change"]) for one in found["columns"]} == {("year", "new"), ("price", "type")}
    assert (found["rows_before"], found["rows_after"]) == (4, 4)
    assert (found["added"], found["removed"], found["unchanged"]) == (2, 2, 2)
    assert sorted(row[1] for row in found["first"]["added"]) == ["bmw", "fiat"]
    price = next(one for one in found["distributions"] if one["feature"] == "price")
    assert price["metrics"]["wasserstein_distance"]["value"] == pytest.approx(3.875, abs=2)


def test_rows_by_their_key(contributor, project):
    found = difference(imported(contributor, project, OLD), imported(contributor, project, NEW), keys=["id"])
    assert (found["added"], found["removed"], found["changed"], found["unchanged"]) == (1, 0, 1, 2)
    assert found["first"]["changed"] == [[2.0]] or found["first"]["changed"] == [[2]]
    assert found["repeated_keys"] == 1


def test_a_key_that_is_no_column_names_the_nearest(contributor, project):
    before, after = imported(contributor, project, OLD), imported(contributor, project, NEW)
    with pytest.raises(Refusal, match="not a column") as refused:
        difference(before, after, keys=["mak"])
    assert refused.value.hint == "Did you mean 'make'?"


def test_files_of_folders(contributor, project):
    before = folder_asset(contributor, project)
    after = folder_asset(contributor, project, {"a/one.txt": b"1", "a/two.txt": b"two", "four.txt": b"4"})
    files = difference(before, after)["files"]
    assert (files["new"], files["gone"], files["other"]) == (["four.txt"], ["three.csv"], ["a/one.txt"])
