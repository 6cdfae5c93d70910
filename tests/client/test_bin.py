"""`mlops bin`, and deleting, archiving and putting back models, against a real server."""

from __future__ import annotations

import pytest

from tests.registry.shelf import registered

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_model_is_archived_and_comes_back_into_the_lists(signed_in, owner, project):
    registered(owner, project)
    assert signed_in("model", "archive", "-n", "prices").value["archived"] is True
    assert signed_in("model", "list").value == []
    assert [one["name"] for one in signed_in("model", "list", "--archived-only").value] == ["prices"]
    assert signed_in("model", "show", "-n", "prices:1").status == 0
    assert signed_in("model", "restore", "-n", "prices").value["archived"] is False
    assert signed_in("model", "archive", "-n", "prices:1").value["archived"] is True
    assert signed_in("model", "list", "-n", "prices").value == []


def test_a_model_goes_into_the_bin_out_of_it_and_away(signed_in, owner, project):
    registered(owner, project)
    assert signed_in("model", "delete", "-n", "prices:1", "--reason", "wrong data").status == 0
    (item,) = signed_in("bin", "list").value
    assert (item["title"], item["reason"]) == ("prices:1", "wrong data")
    assert signed_in("model", "undelete", "-n", "prices", "-v", "1").value["restored"] == "prices:1"
    assert signed_in("model", "delete", "-n", "prices").status == 0
    assert signed_in("model", "undelete", "-n", "prices", "--as", "old").value["restored"] == "old"
    assert signed_in("model", "delete", "-n", "old").status == 0
    unsure = signed_in("model", "purge", "-n", "old")
    assert (unsure.status, "--yes" in unsure.errors) == (2, True)
    assert signed_in("model", "purge", "-n", "old", "--yes").value["removed"] == "old"
    assert signed_in("bin", "list").value == []


def test_the_bin_is_emptied_after_a_dry_run(signed_in, owner, project):
    registered(owner, project)
    signed_in("model", "delete", "-n", "prices")
    assert signed_in("bin", "empty").status == 2
    assert signed_in("bin", "empty", "--dry-run").value["removed"] == 1
    done = signed_in("bin", "empty", "--yes").value
    assert (done["removed"], done["left"]) == (1, 0)


def test_what_is_in_use_is_refused_with_its_users(signed_in, owner, project):
    from mlops.registry.pointing import set_alias

    set_alias(owner, registered(owner, project), alias="champion")
    refused = signed_in("model", "delete", "-n", "prices")
    assert refused.status == 3
    assert "champion" in refused.errors


def test_rules_are_shown_tried_and_set(signed_in, owner, project):
    registered(owner, project)
    registered(owner, project)
    assert signed_in("bin", "rules").value["keep_versions"] == 0
    assert signed_in("bin", "rules", "--keep-versions", "1", "--dry-run").value["count"] == 1
    assert signed_in("bin", "rules").value["keep_versions"] == 0
    kept = signed_in("bin", "rules", "--keep-versions", "1", "--days-in-bin", "7").value
    assert (kept["keep_versions"], kept["days"], kept["is_on"]) == (1, 7, True)
    assert signed_in("bin", "rules", "--off").value["is_on"] is False
