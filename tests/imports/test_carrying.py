"""An attempt may end at any moment: the next goes on where it was, and nothing comes twice."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial

import pytest

from mlops.access.sealing import unseal
from mlops.imports import carrying
from mlops.imports.actions import cancel_import, start_import
from mlops.imports.models import Import
from mlops.imports.options import Options
from mlops.imports.reader import Reader, reading
from mlops.runs.models import Artifact, LatestMetric, Metric, Run
from tests.imports.conftest import lay_out

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """As if the process were gone."""


class DyingReader(Reader):
    """Takes the process with it at its n-th question."""

    left = 0

    def _asked(self, kind, name, **more):
        self.left -= 1
        if self.left == 0:
            raise Killed
        return super()._asked(kind, name, **more)


@contextmanager
def dying(at: int, where, **more):
    with reading(where, **more) as reader:
        reader.__class__, reader.left = DyingReader, at
        yield reader


@pytest.fixture
def started(contributor, project, opened_folder) -> Import:
    store = lay_out(opened_folder / "store", "3.17")
    return start_import(contributor, project, address=str(store), options=Options())


def carry_out(row: Import) -> Import:
    carrying.carry_out(str(row.pk))
    row.refresh_from_db()
    return row


@pytest.mark.parametrize("at", [2, 4, 5, 8])
def test_an_import_that_was_killed_goes_on_where_it_was(started, at):
    with pytest.raises(Killed):
        carrying.carry_out(str(started.pk), open_store=partial(dying, at))
    Import.objects.update(lease_until=None)
    done = carry_out(started)
    assert (done.state, done.attempts) == ("completed", 2)
    assert done.counts["run"]["new"] == 3
    assert (Run.objects.count(), Metric.objects.count(), LatestMetric.objects.count()) == (3, 35, 6)
    assert Artifact.objects.count() == 1


def test_one_that_another_worker_holds_is_left_to_it(started):
    assert carrying._claim(str(started.pk), "another") is not None
    assert carrying.carry_out(str(started.pk)) is False


def test_one_that_was_cancelled_takes_nothing_more(started, contributor):
    cancel_import(contributor, started)
    assert carry_out(started).state == "cancelled"
    assert not Run.objects.exists()


def test_one_that_lost_its_worker_again_and_again_fails_with_the_reason(started):
    Import.objects.update(attempts=carrying.MOST_ATTEMPTS, state="running", lease_owner="lost")
    carrying.give_up()
    started.refresh_from_db()
    assert started.state == "failed"
    assert "interrupted 5 times" in started.reason


@pytest.mark.parametrize(
    "address", ["postgresql://db/mlflow?password=s3cret&sslmode=require&user=ada", "https://x.example/?token=s3cret"]
)
def test_a_login_in_the_settings_of_an_address_is_a_secret_too(contributor, project, address):
    row = start_import(contributor, project, address=address, options=Options())
    assert "s3cret" not in f"{row.address} {row.source} {row.secret} {row.user}"
    assert unseal(row.secret) == "s3cret"
    assert row.user == ("ada" if "user" in address else "")
    assert ("sslmode=require" in row.address) == ("sslmode" in address)


def test_secrets_are_sealed_and_gone_at_the_end(contributor, project, opened_folder):
    address = "http://ada:s3cret@127.0.0.1:9/"
    row = start_import(contributor, project, address=address, options=Options())
    assert row.address == "http://127.0.0.1:9/"
    assert "s3cret" not in row.secret
    assert carry_out(row).secret == ""
