"""Class: what somebody uploads or names runs as a script in somebody else's browser (CVE-2023-6568, CVE-2024-27132,
CVE-2024-27133; reports of HTML, SVG and YAML of a model as artifacts).

Files come as downloads, or as pictures that run nothing; names and contents are text in pages; no page runs a script
that is not a file of the server."""

from __future__ import annotations

import io
import os
import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote

import pytest

from tests.access.expectations import TRIES
from tests.attacks.odd import PARAMETER, face_of

MARKS = (
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "'-alert(1)-'", "<svg/onload=alert(1)>",
    "javascript:alert(1)", "{{constructor.constructor('alert(1)')()}}", "</textarea><script>alert(1)</script>",
)  # fmt: skip
FILES = {
    "page.html": b"<script>alert(1)</script>", "page.htm": b"<script>alert(1)</script>", "page.xhtml": b"<html/>",
    "drawing.svg": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>',
    "a.xml": b'<?xml-stylesheet href="javascript:alert(1)"?><x/>', "a.js": b"alert(1)", "a.mjs": b"alert(1)",
    "a.css": b"@import 'x'", "noext": b"<html><script>alert(1)</script>", "a.png": b"<script>alert(1)</script>",
    "a.txt": b"<script>alert(1)</script>", "a.pdf": b"%PDF-1.7 <script>", "a.swf": b"FWS", "a.mht": b"MIME",
    "estimator.html": b"<style>x</style><script>alert(1)</script>",
    "MLmodel": b"flavors: {<script>alert(1)</script>: 1}",
    "table.csv": b"<script>alert(1)</script>,=cmd|' /C calc'!A0\n<img src=x onerror=alert(1)>,2\n",
    "x_table.json": b'{"columns": ["<script>alert(1)</script>"], "data": [["<svg onload=alert(1)>"]]}',
    "readme.md": b"[x](javascript:alert(1)) <script>alert(1)</script> ![x](https://evil.example/x.png)",
    "<img src=x onerror=alert(1)>.txt": b"name", "a'b\"c.html": b"name",
}  # fmt: skip


class Page(HTMLParser):
    """As a browser reads it: what in it would run, or would lead to a script."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.live: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        is_ours = told.get("src", "").startswith("/") or told.get("type") == "application/json"
        if (tag == "script" and not is_ours) or tag in ("iframe", "object", "embed", "base", "frame", "applet"):
            self.live.append(f"<{tag} {told}>")
        for name, value in told.items():
            if name.startswith("on") or re.sub(r"\s", "", value).lower().startswith(("javascript:", "data:text/html")):
                self.live.append(f"<{tag} {name}={value}>")


def live_parts(answer: Any) -> list[str]:
    return Page(answer.told).live if answer.headers.get("Content-Type", "").startswith("text/html") else []


@pytest.fixture
def run(world, people) -> Any:
    """A run whose files and names are hostile."""
    from mlops.blobs.trees import keep_stream
    from mlops.runs.logging import log_artifact, log_parameters, set_run_tags
    from mlops.runs.models import Run

    run = Run.objects.get(pk=world["run_id"])
    for name, content in FILES.items():
        log_artifact(run, name, keep_stream(io.BytesIO(content)))
    log_parameters(run, {f"p{place}": mark for place, mark in enumerate(MARKS)})
    set_run_tags(run, {f"t{place}": mark for place, mark in enumerate(MARKS)})
    Run.objects.filter(pk=run.pk).update(
        display_name=MARKS[0], description="\n\n".join((*MARKS, "[x](javascript:a())"))
    )
    run.experiment.name = MARKS[1]
    run.experiment.save()
    return run


def test_no_file_is_given_out_as_something_that_runs(run, send, people):
    for name in map(quote, FILES):
        for where, who in (
            (f"/get-artifact?run_id={run.pk.hex}&path={name}", {}),
            (f"/api/2.0/mlflow-artifacts/artifacts/{run.experiment_id.hex}/{run.pk.hex}/artifacts/{name}", {}),
            (f"/runs/{run.pk}/file/artifacts/{name}", {"session": people["reader"]}),
        ):
            answer = send("GET", where, **who)
            assert answer.status_code == 200, where
            told = answer.headers
            assert told["X-Content-Type-Options"] == "nosniff"
            assert "sandbox" in told["Content-Security-Policy"]
            assert "script" not in told["Content-Security-Policy"]
            kind = told["Content-Type"]
            assert kind.startswith("image/") or told["Content-Disposition"].startswith("attachment"), where
            assert not re.match(r"text/html|.*xhtml|.*javascript|text/xml|application/xml", kind), where
            assert "\n" not in told["Content-Disposition"]


def test_a_file_is_shown_as_the_text_that_it_is(run, send, people):
    for name in FILES:
        page = send("GET", f"/runs/{run.pk}/?tab=outputs&file=artifacts/{quote(name)}", session=people["reader"])
        assert page.status_code == 200
        assert live_parts(page) == [], name


def test_names_and_notes_are_text_on_each_tab(run, send, people):
    for tab in ("", "overview", "outputs", "images", "tables", "metrics", "parameters", "snapshot"):
        page = send("GET", f"/runs/{run.pk}/?tab={tab}", session=people["reader"])
        assert page.status_code == 200
        assert live_parts(page) == [], tab


def test_every_page_of_the_product_keeps_hostile_names_as_text(run, world, people, send):
    """All things are renamed to a script, and each fourth page is looked at; with ATTACKS=1 each one."""
    _rename_all(MARKS[1])
    shown = 0
    pages = [one for one in TRIES if one.method == "GET" and face_of(one.route) == "pages"]
    for one in pages[:: 1 if os.environ.get("ATTACKS") else 4]:
        where = "/" + PARAMETER.sub(lambda part: quote(str(world[part[1]])), one.route) + one.query.format(**world)
        page = send("GET", where, session=people["owner"])
        if not page.headers.get("Content-Type", "").startswith("text/html"):
            continue
        assert live_parts(page) == [], where
        policy = page.headers["Content-Security-Policy"]
        assert "script-src 'self'" in policy or "default-src 'none'" in policy, where
        assert page.headers["X-Frame-Options"] == "DENY"
        shown += "onerror=alert(1)" in page.told
    assert shown > 5


def _rename_all(mark: str) -> None:
    from django.apps import apps
    from django.db.models import CharField, TextField

    for model in apps.get_models():
        for field in model._meta.concrete_fields:
            if field.name in ("title", "display_name", "description", "note", "reason", "label") and isinstance(
                field, CharField | TextField
            ):
                model._base_manager.update(**{field.name: mark})


def test_what_was_wrong_is_told_as_data_and_never_as_a_page(send, contributor):
    """CVE-2023-6568: the type of a request was given back as HTML."""
    mark = MARKS[0]
    for path in ("users/create", "runs/create", "experiments/create", f"{quote(mark)}"):
        answer = send("POST", path, b"{}", Content_Type=f"text/html{mark}")
        assert answer.headers["Content-Type"].startswith("application/")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    for path in (f"/api/v1/{quote(mark)}/", f"/api/v1/runs/?search={quote(mark)}", f"/nowhere/{quote(mark)}"):
        assert live_parts(send("GET", path, session=contributor)) == []
