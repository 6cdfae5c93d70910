"""`mlops model explain` against a real server."""

from __future__ import annotations

import zipfile

import pytest

from mlops.explanations import tasks
from mlops.explanations.models import Explanation
from tests.registry.shelf import registered

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_version_is_explained_listed_shown_and_downloaded(signed_in, owner, project, tmp_path):
    registered(owner, project)
    made = signed_in("model", "explain", "-n", "prices", "--rows", "10", "--dependence", "0", "--comment", "why")
    assert made.status == 0, made.errors
    assert made.value["state"] == "queued"
    tasks.explain(str(Explanation.objects.get().pk))
    (listed,) = signed_in("model", "list-explanations", "-n", "prices:1").value
    assert (listed["kind"], listed["rows"], listed["comment"]) == ("tree", 10, "why")
    shown = signed_in("model", "show-explanation", "-n", "prices").value
    assert next(iter(shown["importance"])) == "power"
    loaded = signed_in("model", "download-explanation", "-n", "prices", "-p", str(tmp_path))
    assert "summary.json" in zipfile.ZipFile(loaded.value["path"]).namelist()


def test_what_cannot_be_asked_ends_with_status_three_and_a_hint(signed_in, owner, project):
    registered(owner, project)
    said = signed_in("model", "explain", "-n", "prices", "--kind", "magic")
    assert said.status == 3
    assert "magic" in said.errors
    assert signed_in("model", "show-explanation", "-n", "prices").status == 2
