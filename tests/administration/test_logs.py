"""Logs: the last entries first found, filters, masks, large files read from their end."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from django.contrib.auth.models import User

from mlops.administration.logs import asking, files, reading
from mlops.administration.logs.masking import HIDDEN, masker
from mlops.formats.refusal import Refusal

pytestmark = pytest.mark.django_db
LINES = """\
2026-11-26 16:00:00,100 INFO uvicorn.error Started server process [377]
2026-11-26 16:01:00,100 ERROR django.request [req-1] Internal Server Error: /x/
Traceback (most recent call last):
  File "x.py", line 1, in <module>
ValueError: the shelf is gone
2026-11-26 16:02:00,100 WARNING mlops.work [req-2] late
{"level":"error","detail":"model broke","correlation_id":"c-9","at":"2026-11-26T16:03:00+00:00"}
"""


@pytest.fixture
def log(data_dir) -> Path:
    folder = data_dir / "logs"
    folder.mkdir()
    (folder / "web.log").write_text(LINES)
    return folder / "web.log"


@pytest.fixture
def administrator(db) -> User:
    return User.objects.create_superuser("ada", password="a long passphrase")


def texts(**query: str) -> list[str]:
    return [one.text.splitlines()[0] for one in asking.found("web.log", asking.wanted(query)).entries]


def test_an_error_holds_the_lines_that_follow_it(log):
    entries = reading.read(log, reading.Wanted()).entries
    assert [one.level for one in entries] == ["INFO", "ERROR", "WARNING", "ERROR"]
    assert entries[1].text.endswith("the shelf is gone")
    assert (entries[1].mark, entries[3].mark) == ("req-1", "c-9")


def test_filters_take_level_text_id_and_time(log):
    assert texts(level="error") == ["Internal Server Error: /x/", "model broke"]
    assert texts(q="SHELF") == ["Internal Server Error: /x/"]
    assert texts(id="req-2") == ["late"]
    assert texts(since="2026-11-26T16:01:30") == ["late", "model broke"]
    assert texts(until="2026-11-26T16:00:30") == ["Started server process [377]"]


def test_older_entries_follow_where_the_answer_ended(log):
    newest = reading.read(log, reading.Wanted(most=2))
    older = reading.read(log, reading.Wanted(most=2, before=newest.before))
    assert [one.text.splitlines()[0] for one in newest.entries] == ["late", "model broke"]
    assert [one.level for one in older.entries] == ["INFO", "ERROR"]
    assert older.before is None


def test_entries_across_blocks_are_whole(log):
    line = "2026-11-26 16:00:00,100 INFO a {} {}\n"
    log.write_text("".join(line.format(number, "ä" * 700) for number in range(1200)))
    found = reading.read(log, reading.Wanted(most=1000)).entries
    assert [one.text.split()[0] for one in found] == [str(number) for number in range(200, 1200)]
    assert all(one.text.endswith("ä" * 700) for one in found)


def test_the_end_of_a_large_file_is_read_quickly(log):
    with log.open("wb") as file:
        file.seek(2_000_000_000)
        file.write(b"\n2026-11-26 16:00:00,100 INFO a the end\n")
    begun = time.monotonic()
    assert texts(most="1") == ["the end"]
    assert time.monotonic() - begun < 1


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer mls_abcdefghijklmnop1234",
        "postgres://me:precious@host/db",
        "password=precious",
        '{"token": "precious"}',
        "GET /sign-in/link/abcdefghijklmnopqrstu/",
        "mlstep_0123456789abcdefghij",
    ],
)
def test_what_looks_like_a_secret_is_hidden(text):
    shown = masker()(text)
    assert HIDDEN in shown
    assert "precious" not in shown
    assert "abcdefghij" not in shown


def test_secrets_of_the_settings_are_hidden_and_cannot_be_searched_for(log, monkeypatch):
    monkeypatch.setenv("MLOPS_STORAGE_URL", "file:///plain")
    monkeypatch.setenv("MLOPS_SUBSCRIPTION_AUTHORIZATION", "swordfish")
    with log.open("a") as file:
        file.write("2026-11-26 16:09:00,100 INFO a it said swordfish aloud\n")
    assert texts(most="1") == [f"it said {HIDDEN} aloud"]
    assert texts(q="swordfish") == []
    assert b"swordfish" not in b"".join(reading.masked_lines(log))


@pytest.mark.parametrize("name", ["../secret_key", "secret_key", "no.log", "web.log/../x.log"])
def test_nothing_outside_of_the_folder_can_be_asked_for(log, data_dir, name):
    (data_dir / "secret_key").write_text("x")
    with pytest.raises(Refusal, match="no log"):
        files.path_of(name)


def test_a_link_in_the_folder_is_no_log(log, tmp_path):
    (tmp_path / "other").write_text("x")
    (log.parent / "link.log").symlink_to(tmp_path / "other")
    assert [one.name for one in files.files()] == ["web.log"]


@pytest.mark.parametrize("query", [{"level": "loud"}, {"since": "soon"}, {"most": "0"}, {"before": "-1"}])
def test_a_wrong_question_is_refused_with_its_name(query):
    with pytest.raises(Refusal) as refused:
        asking.wanted(query)
    assert refused.value.where.parameter == next(iter(query))


def test_pages_and_rest_show_logs_to_administrators_alone(client, administrator, owner, project, log):
    client.force_login(administrator)
    page = client.get("/system/logs/?log=web.log&q=shelf").content.decode()
    assert "the shelf is gone" in page
    assert client.get("/api/v1/system/logs/web.log/?level=warning").json()["entries"][0]["mark"] == "req-1"
    assert b"".join(client.get("/system/logs/web.log/download/").streaming_content).count(b"\n") == 7
    client.force_login(owner)
    for path in ("/system/logs/", "/system/logs/lines/?log=web.log", "/api/v1/system/logs/web.log/download/"):
        assert client.get(path).status_code == 403


def test_lines_of_steps_are_found_by_run_and_text(client, administrator, project, experiment):
    from django.utils import timezone

    from mlops.runs.models import LogLine, Run, Step

    now = timezone.now()
    run = Run.objects.create(project=project, experiment=experiment, number=7, spec={}, display_name="x",
                             state_since=now)  # fmt: skip
    step = Step.objects.create(run=run, node="train", title="x", component="x", version="1", state_since=now)
    for seq, text in enumerate(("epoch 1", "password=precious", "epoch 2"), start=1):
        LogLine.objects.create(step=step, seq=seq, at=now, stream="log", text=text)
    found = asking.found("steps", asking.wanted({"id": "7/train"})).entries
    assert [one.text for one in found] == ["epoch 1", f"password={HIDDEN}", "epoch 2"]
    assert len(asking.found("steps", asking.wanted({"q": "epoch", "most": "1"})).entries) == 1


def test_one_id_is_found_in_all_logs_in_the_order_of_time(log):
    (log.parent / "worker.log").write_text(
        '{"time":"2026-11-26T16:01:30+00:00","level":"INFO","logger":"mlops.x","message":"began",'
        '"correlation_id":"req-1","run":"7","exception":"ValueError: no"}\n'
    )
    found = asking.found("all", asking.wanted({"id": "req-1"})).entries
    assert [one.source for one in found] == ["web.log django.request", "worker.log mlops.x"]
    assert found[1].text == "began run=7\nValueError: no"
    with pytest.raises(Refusal, match="by an id"):
        asking.found("all", asking.wanted({}))
