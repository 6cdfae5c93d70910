"""The wizard of a monitor, its edit, back-fill and delete pages."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client

from mlops.monitoring.models import Backfill, Monitor
from tests.monitoring.conftest import add_version, monitor, settings_of_sales, watched

__all__ = ["add_version", "monitor", "settings_of_sales", "watched"]
NEW = "/monitoring/new/"


@pytest.fixture
def client(contributor) -> Client:
    client = Client()
    client.force_login(contributor)
    return client


def _fields(page: str) -> dict[str, str]:
    """What the browser would send again: inputs, ticked boxes, chosen options and texts."""
    found = {}
    form = page[page.index('<form class="form') :]
    for tag in re.findall(r"<input[^>]*>", form):
        named = dict(re.findall(r'(\w[\w-]*)="([^"]*)"', tag))
        if named.get("type") in ("checkbox", "radio") and " checked" not in tag:
            continue
        if "name" in named:
            found[named["name"]] = unescape(named.get("value", ""))
    for name, inner in re.findall(r'<select[^>]*name="([^"]+)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option(?: value="([^"]*)")? selected>([^<]*)', inner)
        found[name] = unescape((chosen[1] if chosen[1] is not None else chosen[2]) if chosen else "")
    for name, text in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\n?(.*?)</textarea>', form, re.S):
        found[name] = unescape(text)
    return found


def _next(client: Client, page: str, **typed: str) -> str:
    answer = client.post(NEW, {**_fields(page), "go": "next", **typed}, follow=True)
    return answer.content.decode()


def test_a_dataset_is_watched_after_four_steps(client, project, watched):
    first = client.get(f"{NEW}?project={project.slug}").content.decode()
    second = _next(client, first, kind="dataset", dataset="sales")
    assert "monitor-baseline" in second
    third = _next(client, second)
    assert "Data drift" in third
    fourth = _next(client, third, **{"s0-numerical-kolmogorov_smirnov": "0.2"})
    assert 'value="sales-drift"' in fourth
    _next(client, fourth, name="my sales", interval="2", emails="anna@example.com")
    made = Monitor.objects.get()
    assert (made.name, made.wanted.interval, made.wanted.emails) == ("my sales", 2, ("anna@example.com",))
    assert made.wanted.target.axis == "at"
    assert made.wanted.signals[0].numerical["kolmogorov_smirnov"] == 0.2


def test_it_begins_with_what_its_address_names(client, project, watched):
    page = client.get(f"{NEW}?project={project.slug}&dataset=sales").content.decode()
    assert "monitor-target" in page
    assert _fields(page)["dataset"] == "sales"
    assert _fields(page)["axis"] == "at"


def test_a_fault_is_shown_at_its_step_and_nothing_is_lost(client, project, watched):
    first = client.get(f"{NEW}?project={project.slug}&dataset=sales").content.decode()
    wrong = _next(client, first, axis="shop")
    assert "monitor-target" in wrong
    assert "has neither times nor numbers" in wrong
    assert _fields(wrong)["dataset"] == "sales"


@pytest.mark.parametrize("wrong", [{"expression": "99 * * * *"}, {"time_zone": "Mars/Base"}])
def test_a_wrong_time_is_shown_where_it_is_typed_and_can_be_mended(client, project, watched, wrong):
    page = client.get(f"{NEW}?project={project.slug}&dataset=sales").content.decode()
    for _step in ("target", "baseline", "signals"):
        page = _next(client, page)
    page = _next(client, page, times="cron", **wrong)
    assert 'has-error"><label for="' + next(iter(wrong)) in page
    assert "Such as" in page
    _next(client, page, expression="0 6 * * *", time_zone="UTC")
    assert Monitor.objects.get().wanted.times.expression == "0 6 * * *"


def test_an_edit_keeps_what_it_does_not_touch(client, monitor):
    before = monitor.settings
    address = f"/monitoring/{monitor.pk}/edit/"
    page = client.get(address).content.decode()
    assert client.post(address, _fields(page)).status_code == 302
    monitor.refresh_from_db()
    assert (monitor.settings, monitor.revision) == (before, 1)
    client.post(address, {**_fields(page), "least_rows": "7"})
    monitor.refresh_from_db()
    assert (monitor.wanted.least_rows, monitor.revision) == (7, 2)


def test_the_past_is_looked_at_and_can_be_stopped(client, monitor):
    address = f"/monitoring/{monitor.pk}/backfill/"
    asked = {"act": "begin", "start": "2026-11-01T00:00", "end": "2026-11-20T00:00"}
    assert client.post(address, asked).status_code == 302
    assert "0 of 19" in client.get(address).content.decode()
    client.post(address, {"act": "cancel", "number": "1"})
    assert Backfill.objects.get().state == "cancelled"


def test_windows_of_the_past_are_counted_first(client, monitor):
    asked = {"act": "count", "start": "1900-01-01T00:00", "end": "2026-11-20T00:00"}
    page = client.post(f"/monitoring/{monitor.pk}/backfill/", asked).content.decode()
    assert "19 windows, from 2026-11-01 00:00 to 2026-11-20 00:00 UTC" in page
    assert not Backfill.objects.exists()


def test_what_is_no_time_is_refused(client, monitor):
    answer = client.post(
        f"/monitoring/{monitor.pk}/backfill/", {"act": "begin", "start": "2026-11-02T00:00", "end": "x"}
    )
    assert "is no date and time" in answer.content.decode()


def test_deleting_asks_first(client, monitor):
    address = f"/monitoring/{monitor.pk}/delete/"
    assert "Keep it" in client.get(address).content.decode()
    assert Monitor.objects.exists()
    client.post(address)
    assert not Monitor.objects.exists()
