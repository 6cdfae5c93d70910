"""Every page after one finished run: no serious axe violation in both themes, no console error, no sideways scroll."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Page, expect

from mlops.client.commands.model import model_output
from tests.journeys.conftest import Studio

pytestmark = pytest.mark.browser

AXE = Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
PROJECT = "getting-started"
SAMPLE = "automobile-basic"
DATASET = "Automobile price data"
PATIENCE_SECONDS = 60
WIDE, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
PAGES = [
    "/",
    "/designer/",
    "/designer/{draft}/",
    "/datasets/",
    "/datasets/new/",
    *(f"/datasets/{{dataset}}/?tab={tab}" for tab in ("preview", "profile", "versions", "used", "details")),
    "/runs/",
    *(f"/runs/{{run}}/?tab={tab}" for tab in ("graph", "steps", "metrics", "outputs", "logs", "snapshot")),
    "/runs/?facets=1&filter=state%20%3D%20completed",
    "/runs/new/",
    "/runs/bin/",
    "/bin/?try=1&count=1",
    *(f"/runs/{{command}}/?tab={tab}" for tab in ("overview", "metrics", "tables", "outputs", "logs", "snapshot")),
    *(f"/runs/{{sweep}}/?tab={tab}" for tab in ("overview", "trials", "children")),
    "/runs/compare/?run={run}&run={command}&run={sweep}",
    "/experiments/",
    "/search/?q=pages",
    "/models/register/?run={command}",
    "/runs/compare/?a={run}&b={command}",
    "/designer/compare/draft-{draft}/run-{run}/",
    "/designer/compare/run-{run}/run-{run}/?view=side",
    "/components/",
    "/components/new/",
    "/components/upload/",
    "/environments/",
    "/environments/?tab=curated",
    "/environments/new/",
    "/environments/{environment}/",
    "/models/",
    "/models/register/?run={run}&node={node}&port={port}",
    "/models/upload/",
    "/models/{model}/",
    "/models/{model}/timeline/",
    "/models/{model}/1/?tab=artifacts&file=MLmodel",
    *(f"/models/{{model}}/1/?tab={tab}" for tab in ("details", "artifacts", "onnx", "profiles", "images", "endpoints")),
    "/models/{model}/1/package/",
    "/images/{image}/",
    "/registries/",
    "/clusters/",
    *(f"/endpoints/{{endpoint}}/{{deployment}}/?tab={tab}" for tab in ("overview", "devices", "manifests")),
    "/models/{model}/1/profile/",
    "/profiles/{profile}/",
    "/profiles/{profile}/compare/{profile}/",
    "/deploy/?version={version}",
    "/endpoints/",
    "/endpoints/{endpoint}/telemetry/?range=15m",
    "/monitoring/",
    "/monitoring/{monitor}/?signal=drift",
    "/monitoring/{monitor}/?signal=quality&look={look}",
    "/monitoring/{monitor}/?tab=looks",
    "/batch/",
    "/batch/new/",
    *(f"/batch/{{batch}}/?tab={tab}" for tab in ("jobs", "call", "deployments", "consume")),
    "/batch/{batch}/deploy/",
    "/batch/jobs/{job}/",
    "/pipelines/",
    *(f"/pipelines/{{pipeline}}/?tab={tab}" for tab in ("versions", "submit", "consume", "runs", "schedules")),
    "/pipelines/schedules/",
    "/pipelines/schedules/new/",
    "/pipelines/schedules/{schedule}/",
    "/pipelines/schedules/{schedule}/edit/",
    "/retraining/",
    "/retraining/new/",
    "/retraining/{policy}/",
    "/retraining/{policy}/edit/",
    "/retraining/{policy}/edit/?as=yaml",
    "/retraining/{policy}/attempts/1/",
    "/designer/runs/{run}/publish/",
    "/projects/",
    "/projects/new/",
    f"/projects/{PROJECT}/",
    f"/projects/{PROJECT}/?tab=activity",
    f"/projects/{PROJECT}/quotas/",
    "/alerts/?state=all",
    "/alerts/{alert}/",
    "/alerts/rules/",
    "/alerts/rules/new/?recipe=slow-answers",
    "/alerts/rules/{rule}/",
    "/alerts/channels/?kind=apprise",
    "/alerts/channels/{channel}/",
    "/alerts/mutes/",
    "/alerts/preferences/",
    "/alerts/subscriptions/",
    "/alerts/subscriptions/new/",
    "/alerts/subscriptions/{subscription}/",
    "/alerts/subscriptions/{subscription}/edit/",
    "/alerts/events/",
    "/alerts/events/{event}/",
    "/alerts/events/types/",
    "/alerts/events/types/mlops.monitor.drift_detected/",
    "/alerts/networks/",
    "/lineage/?q=pages",
    "/lineage/?of=models/pages:1",
    "/lineage/uses/?of=models/pages:1",
    "/lineage/at/",
    "/repositories/",
    "/repositories/{repository}/",
    "/repositories/{repository}/pipelines/",
    "/repositories/{repository}/releases/",
    "/designer/git/{link}/",
    "/queries/",
    "/alerts/audit/",
    *(f"/projects/{PROJECT}/{part}/" for part in ("rights", "roles", "programs", "invitations")),
    "/docs/",
    "/docs/guides/registry/",
    "/docs/guides/first-prediction/",
    "/settings/",
    "/settings/quotas/",
    "/people/",
    *(f"/system/{page}" for page in ("", "health/", "jobs/", "storage/", "settings/", "libraries/", "logs/")),
    "/system/maintenance/",
    "/system/quotas/",
    "/system/quotas/people/",
    "/compute/",
    "/compute/weights/",
    "/admin/",
    "/admin/auth/user/",
    "/people/invitations/",
    "/people/admin/deactivate/",
    "/settings/sign-in/",
    "/sign-in/passkey/",
    "/people/groups/",
    "/people/roles/",
    "/shared/",
    "/share/models/{model}/",
    "/api/v1/docs/",
]
COMMAND = """\
name: pages-command
command: echo accuracy=0.5; mkdir -p outputs && printf 'a,b\\n1,2\\n' > outputs/rows.csv && echo m > outputs/m.pkl
"""
SWEEP = """\
type: sweep
name: pages-sweep
trial: {command: "echo accuracy=${{search_space.c}}"}
sampling_algorithm: grid
search_space: {c: {type: choice, values: [1, 2]}}
objective: {goal: maximize, primary_metric: accuracy}
limits: {max_total_trials: 2, max_concurrent_trials: 2}
"""
WATCH = {
    "target": {"dataset": DATASET, "axis": "@rows", "rows_per_window": 60},
    "baseline": {"kind": "earlier"},
    "signals": [{"name": "drift", "kind": "data_drift"}, {"name": "quality", "kind": "data_quality"}],
}
SHADES = ["color-contrast", "link-in-text-block"]
"""The rules that look at colours, which are all that a theme changes."""
VIOLATIONS = """async rules => (await axe.run(document, {resultTypes: ["violations"], ...(rules && {runOnly: rules})}))
    .violations
    .filter(one => ["serious", "critical"].includes(one.impact))
    .map(one => `${one.id}: ${one.nodes.map(node => node.target.join(" ")).slice(0, 4).join(", ")}`)"""
IN_THEME = """async theme => {
    window.setTheme(theme);
    await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
    document.getAnimations().filter(one => one instanceof CSSTransition).forEach(one => one.finish());
}"""
SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture(scope="module")
def places(studio: Studio) -> dict[str, str]:
    """Ids for the addresses: a sample that was run, and the model of the run."""
    kept = json.loads((studio.data_dir / "client-credentials.json").read_text())
    headers = {"Authorization": f"Bearer {kept['token']}"}
    with httpx.Client(base_url=f"{studio.url}/api/v1/", headers=headers, timeout=30) as rest:
        draft = _post(rest, "samples/", {"project": PROJECT, "key": SAMPLE})["id"]
        run = _until(lambda: _submitted(rest, draft))
        done = _until(lambda: _finished(rest, run))
        assert done["state"] == "completed", done.get("reason")
        node, port = model_output(done)
        made = _post(rest, "models/", {"project": PROJECT, "name": "pages", "run": run, "node": node, "port": port})
        quick = {"cores": [1], "concurrency": [1, 2], "point_seconds": 0.2}
        profile = _post(rest, f"models/{_named(rest, 'models/', 'pages')}/versions/1/profiles/", quick)["id"]
        image = _post(rest, f"models/{_named(rest, 'models/', 'pages')}/versions/1/images/", {"entry": "native"})["id"]
        _post(rest, f"images/{image}/cancel/", {})
        pipeline = _post(rest, f"drafts/{draft}/publish/", {"endpoint": "pages"})["endpoint"]
        trigger = {"type": "cron", "expression": "0 6 * * *", "time_zone": "Europe/Berlin"}
        schedule = _post(rest, "schedules/", {"endpoint": pipeline, "name": "pages", "trigger": trigger})["id"]
        policy = _retrained(rest)
        batch = _post(rest, "batch-endpoints/", {"project": PROJECT, "name": "pages"})["id"]
        _post(rest, f"batch-endpoints/{batch}/deployments/", {"name": "blue", "model": "pages:1", "entry": "native"})
        job = _post(rest, f"batch-endpoints/{batch}/jobs/", {"input": DATASET})
        scored = _until(lambda: _finished(rest, job["run"]))
        assert scored["state"] == "completed", scored.get("reason")
        endpoint = _post(rest, "online-endpoints/", {"project": PROJECT, "name": "pages"})["id"]
        gate = {"name": "gate", "model": "pages:1", "entry": "native", "target": "iot_edge"}
        deployment = _post(rest, f"online-endpoints/{endpoint}/deployments/", gate)["id"]
        _post(rest, f"online-endpoints/{endpoint}/deployments/{deployment}/devices/", {"name": "gate 1"})
        when = {"metric": "disk_free", "is": "at_least", "threshold": 0}
        rule = _post(rest, "alert-rules/", {"project": PROJECT, "name": "pages", "when": when})["id"]
        mail = {"kind": "email", "options": {"to": "ops@example.org"}}
        channel = _post(rest, "channels/", {"project": PROJECT, "name": "pages", **mail})["id"]
        alert = _until(lambda: rest.get("alerts/", params={"project": PROJECT}).json()["results"])[0]["id"]
        hook = {
            "name": "pages",
            "url": "https://93.184.216.34/hook",
            "types": ["mlops.cluster.*"],
        }  # which never happen
        subscription = _post(rest, "subscriptions/", {"project": PROJECT, **hook})["id"]
        event = rest.get("events/", params={"project": PROJECT}).json()["results"][0]["id"]
        monitor = _post(rest, "monitors/", {"project": PROJECT, "name": "pages", "settings": WATCH})["id"]
        _post(rest, f"monitors/{monitor}/looks/", {})
        look = _until(lambda: _completed_look(rest, monitor))
        asked = {"project": PROJECT, "name": "pages", "requirements": "humanize==4.11.0\n"}
        environment = _post(rest, "environments/", asked)["id"]
        command, sweep = (_post(rest, "jobs/", {"project": PROJECT, "yaml": one})["id"] for one in (COMMAND, SWEEP))
        assert [_until(lambda one=one: _finished(rest, one))["state"] for one in (command, sweep)] == ["completed"] * 2
        repository = _post(rest, "repositories/", {"project": PROJECT, "url": "ssh://git@127.0.0.1:9/pages.git"})["id"]
        link = _post(rest, f"repositories/{repository}/pipelines/", {"path": "pages.yaml", "draft": draft})["id"]
        release = {"name": "pages", "does": "job", "path": "check.yml", "stage": "Production"}
        _post(rest, f"repositories/{repository}/releases/", release)
        return {
            "repository": repository,
            "link": link,
            "command": command,
            "sweep": sweep,
            "environment": environment,
            "monitor": monitor,
            "look": look,
            "subscription": subscription,
            "event": event,
            "rule": rule,
            "channel": channel,
            "alert": alert,
            "draft": draft,
            "endpoint": endpoint,
            "deployment": deployment,
            "batch": batch,
            "job": job["id"],
            "pipeline": pipeline,
            "schedule": schedule,
            "policy": policy,
            "dataset": _named(rest, "datasets/", DATASET),
            "run": run,
            "model": _named(rest, "models/", "pages"),
            "version": made["id"],
            "profile": profile,
            "image": image,
            "node": node,
            "port": port,
        }


@pytest.mark.parametrize("address", PAGES)
def test_a_page_is_readable_quiet_and_fits_a_phone(page: Page, studio: Studio, places: dict[str, str], address: str):
    foreign: list[str] = []
    host = urlsplit(studio.url).netloc
    page.on("request", lambda asked: foreign.append(asked.url) if _leaves(asked.url, host) else None)
    page.set_viewport_size(WIDE)
    page.goto(studio.url + address.format(**places))
    page.evaluate(AXE.read_text())
    assert _violations(page, "dark", SHADES) == []
    assert _violations(page, "light") == []
    page.set_viewport_size(PHONE)
    assert page.evaluate(SIDEWAYS) <= 0
    assert foreign == []


@pytest.mark.parametrize("address", ["/", "/designer/", "/designer/{draft}/", "/runs/{run}/?tab=graph"])
def test_a_page_opened_on_a_phone_is_readable_and_fits(
    page: Page, studio: Studio, places: dict[str, str], address: str
) -> None:
    """A drawing opens as a list there."""
    page.set_viewport_size(PHONE)
    page.goto(studio.url + address.format(**places))
    if "{" in address:
        expect(page.get_by_role("row", name="Train Model, step")).to_be_visible()
    page.evaluate(AXE.read_text())
    assert _violations(page, "dark", SHADES) == []
    assert _violations(page, "light") == []
    assert page.evaluate(SIDEWAYS) <= 0


def test_a_chart_is_saved_as_a_picture_and_as_a_table(page: Page, studio: Studio, places: dict[str, str]) -> None:
    page.goto(f"{studio.url}/monitoring/{places['monitor']}/?signal=drift")
    page.locator("#plot-magnitude").scroll_into_view_if_needed()  # it is drawn when it comes into sight
    page.locator("#plot-magnitude .main-svg").first.wait_for()
    with page.expect_download() as picture:
        page.locator("[data-chart-png=plot-magnitude]").click()
    assert picture.value.suggested_filename == "pages-magnitude.png"
    assert Path(picture.value.path()).read_bytes().startswith(b"\x89PNG")
    with page.expect_download() as table:
        page.locator("section.chart:has(#chart-magnitude) a[download]").click()
    assert Path(table.value.path()).read_text().startswith("Window,Magnitude")


def test_a_point_of_a_chart_leads_to_its_look(page: Page, studio: Studio, places: dict[str, str]) -> None:
    page.goto(f"{studio.url}/monitoring/{places['monitor']}/?signal=drift")
    page.locator("#plot-magnitude").scroll_into_view_if_needed()
    point = page.locator("#plot-magnitude .scatterlayer .trace").first.locator(".point").first
    point.scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    box = point.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_url("**look=*")
    expect(page.get_by_role("heading", name="Signals")).to_be_visible()


def _violations(page: Page, theme: str, rules: list[str] | None = None) -> list[str]:
    """By all rules, where none are named."""
    page.evaluate(IN_THEME, theme)
    found: list[str] = page.evaluate(VIOLATIONS, rules)
    return found


def _leaves(address: str, host: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme not in ("data", "blob") and parts.netloc != host


def _named(rest: httpx.Client, path: str, name: str) -> str:
    """Samples are loaded just after the start."""

    def look() -> str | None:
        rows = rest.get(path, params={"project": PROJECT}).raise_for_status().json()["results"]
        return next((row["id"] for row in rows if row["name"] == name), None)

    return str(_until(look))


def _submitted(rest: httpx.Client, draft: str) -> str | None:
    """The run's id, once the sample's dataset is imported."""
    answer = rest.post(f"drafts/{draft}/submit/", json={"experiment": "pages"})
    return str(answer.json()["id"]) if answer.is_success else None


def _finished(rest: httpx.Client, run: str) -> dict[str, Any] | None:
    found: dict[str, Any] = rest.get(f"runs/{run}/").raise_for_status().json()
    return found if found["state"] in ("completed", "failed", "cancelled") else None


def _retrained(rest: httpx.Client) -> str:
    """A policy with an attempt that ended in a tie: the same pipeline trains the same model again."""
    compare = {"held_out": {"least_rows": 30}, "slices": [{"column": "body-style", "least_rows": 5}]}
    settings = {"model": "pages", "what": {"pipeline": "pages"}, "compare": compare}
    policy = str(_post(rest, "retraining-policies/", {"project": PROJECT, "name": "pages", "settings": settings})["id"])
    _post(rest, f"retraining-policies/{policy}/attempts/", {})
    attempt = f"retraining-policies/{policy}/attempts/1/"
    assert _until(lambda: not rest.get(attempt).raise_for_status().json()["is_live"])
    return policy


def _completed_look(rest: httpx.Client, monitor: str) -> str | None:
    looks = rest.get(f"monitors/{monitor}/looks/", params={"state": "completed"}).raise_for_status().json()["results"]
    return str(looks[0]["number"]) if looks else None


def _post(rest: httpx.Client, path: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = rest.post(path, json=body)
    assert answer.is_success, answer.text
    made: dict[str, Any] = answer.json()
    return made


def _until(look: Any) -> Any:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (found := look()):
        assert time.monotonic() < deadline, "not there in time"
        time.sleep(0.3)
    return found
