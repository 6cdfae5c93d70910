"""The audit trail: proved here, and elsewhere by one file."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from mlops.events.audit.watching import check, last_check, look
from mlops.events.audit.writing import VERIFIER, written
from mlops.events.chain import differing, record
from mlops.events.models import Event
from mlops.formats.verify_audit import verify

pytestmark = pytest.mark.django_db


@pytest.fixture
def trail(owner, project):
    return [record(owner, "mlops.endpoint.created", subject=f"endpoints/ü{n}", project=project) for n in range(6)]


def lines_of(**options):
    return b"".join(written(Event.objects.all(), **{"scope": "server"} | options)).decode().splitlines()


def test_a_whole_file_is_proved_and_tells_its_head(trail):
    faults, told = verify(lines_of())
    assert (faults, told["head"], told["events"]) == ([], trail[-1].hash, Event.objects.count())


def test_the_verifier_needs_nothing_but_python(trail, tmp_path):
    place = tmp_path / "audit.jsonl"
    place.write_text("\n".join(lines_of()), encoding="utf-8")
    words = [sys.executable, "-I", "-S", str(VERIFIER), str(place), "--head", trail[-1].hash]
    done = subprocess.run(words, capture_output=True, text=True, cwd=tmp_path, env={"PYTHONUTF8": "1"})
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("Whole.\n")


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (lambda rows: [*rows[:2], rows[2].replace("ü0", "ü9"), *rows[3:]], "was changed"),
        (lambda rows: [*rows[:2], *rows[3:]], "does not follow"),
        (lambda rows: [*rows[:2], rows[3], rows[2], *rows[4:]], "order was changed"),
        (lambda rows: rows[:-1], "was cut off"),
        (lambda rows: rows[1:], "no audit file"),
        (lambda rows: [*rows[:3], rows[3][:40], *rows[4:]], "no JSON"),
    ],
)
def test_what_is_done_to_a_file_shows(trail, harm, said):
    assert any(said in fault for fault in verify(harm(lines_of()))[0])


def test_a_rewritten_end_shows_by_what_was_written_down(trail):
    known = [(trail[-1].seq, trail[-1].hash)]
    Event.objects.filter(pk=trail[-1].pk).delete()
    assert verify(lines_of())[0] == []
    assert any("is not here" in fault for fault in verify(lines_of(), anchors=known)[0])
    assert any("written down" in fault for fault in verify(lines_of(), head=trail[-1].hash)[0])


def test_a_selection_is_proved_event_by_event(trail):
    picked = b"".join(written(Event.objects.filter(pk__in=[trail[1].pk, trail[4].pk]), scope="selection"))
    assert verify(picked.decode().splitlines())[0] == []


def test_a_look_reads_only_what_came_since(trail, owner, project, django_assert_max_num_queries):
    check(whole=True)
    record(owner, "mlops.endpoint.created", subject="endpoints/late", project=project)
    look()
    assert (last_check().broken_at, last_check().events) == (None, Event.objects.count())


def test_a_break_is_told_once_as_an_event(trail):
    Event.objects.filter(pk=trail[2].pk).update(reason="was never said")
    assert check(whole=True).broken_at == trail[2].seq
    check(whole=True)
    told = Event.objects.filter(type="mlops.audit.broken")
    assert [one.data["sequence"] for one in told] == [trail[2].seq]


def test_a_cut_off_end_is_a_break(trail):
    Event.objects.filter(pk=trail[-1].pk).delete()
    assert check(whole=True).broken_at == trail[-2].seq + 1


def test_only_what_differs_is_kept_as_before_and_after():
    assert differing({"a": 1, "b": 2}, {"a": 1, "b": 3, "c": 4}) == ({"b": 2, "c": None}, {"b": 3, "c": 4})


def test_changes_and_circumstances_are_in_the_hash(owner, project):
    changed = record(
        owner, "mlops.endpoint.created", subject="endpoints/1", project=project, before={"x": 1}, after={"x": 2}
    )
    Event.objects.filter(pk=changed.pk).update(after={"x": 3})
    assert check(whole=True).broken_at == changed.seq


def test_numbers_that_databases_write_in_their_own_way_keep_the_chain_whole(owner, project):
    facts = {"large": 1e22, "small": 1e-9, "never": float("inf"), "whole": 3.0}
    event = record(owner, "mlops.endpoint.created", subject="endpoints/1", project=project, before={}, after=facts)
    event.refresh_from_db()
    told = json.dumps(event.after, sort_keys=True)
    assert told == '{"large": 10000000000000000000000, "never": "inf", "small": 1e-09, "whole": 3.0}'
    assert check(whole=True).broken_at is None
