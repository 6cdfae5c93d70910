"""Class: names that become commands, options or lines of a file (CVE-2023-4033, CVE-2023-6940, CVE-2024-0520,
CVE-2024-3099, CVE-2025-14287, CVE-2025-15379, CVE-2026-0596; reports of log and header injection).

Programs are started with lists of words, never by a shell; names are held to letters that mean nothing to one."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from urllib.parse import quote

import pytest

from mlops.formats.refusal import Refusal
from mlops.packaging.images.references import parsed

ROOT = Path(__file__).resolve().parents[2] / "mlops"
HOSTILE = (
    "$(touch x)", "`touch x`", "a;touch x", "a|touch x", "a&&touch x", "a\ntouch x", "a\x00b", "../x", "a b'\"", "-rf",
)  # fmt: skip
IN_STEPS = ("blocks/python_models.py", "blocks/scripting.py")
"""A person's own script, in the confinement of its step."""
BY_SHELL = re.compile(r"\bshell=(?!False)|os\.system\(|os\.popen\(|getoutput\(|(?<![\w.\"'])(?:eval|exec)\(")


@pytest.mark.parametrize("name", HOSTILE)
def test_no_image_has_a_name_that_a_shell_would_read(name):
    for text in (
        f"registry.example/{name}:1",
        f"{name}/a:1",
        f"registry.example/a:{name}",
        f"registry.example/a@{name}",
    ):
        with pytest.raises(Refusal):
            parsed(text)


@pytest.mark.parametrize("name", HOSTILE[:-1])
def test_no_thing_that_becomes_a_folder_or_a_container_has_such_a_name(world, people, send, name):
    slug = world["slug"]
    for path, body in (
        ("/api/2.0/mlflow/registered-models/create", {"name": name}),
        ("/api/v1/online-endpoints/", {"name": name}),
        (f"/api/v1/online-endpoints/{world['endpoint_id']}/deployments/", {"name": name, "model": "zebra-model:1"}),
        ("/api/v1/projects/", {"name": "x", "slug": name}),
        ("/api/v1/batch-endpoints/", {"name": name}),
        ("/api/v1/datastores/", {"name": name, "kind": "local_folder"}),
    ):
        by = {} if "mlflow" in path else {"session": people["owner"]}
        answer = send("POST", path, {"project": slug} | body, **by)
        assert answer.status_code in (400, 404, 405, 409, 422), (path, answer.status_code, answer.told[:200])


def test_no_program_is_started_by_a_shell_and_no_text_is_run():
    found = set()
    for place in ROOT.rglob("*.py"):
        for line in place.read_text(encoding="utf-8").splitlines():
            if BY_SHELL.search(line) and not line.lstrip().startswith(("#", '"', "'")):
                found.add(place.relative_to(ROOT).as_posix())
    assert found - set(IN_STEPS) == set()


def test_what_callers_write_begins_no_line_of_the_log(send, contributor, caplog):
    with caplog.at_level(logging.DEBUG):
        send("GET", "/api/v1/nowhere%0a2026-01-01 ERROR forged%0d%0aline/", session=contributor)
        send("POST", "runs/get%0aforged", {})
        send("POST", "runs/set-tag", {"run_id": "a\nERROR forged", "key": "a\r\nforged"})
    assert caplog.records
    assert not [one for one in caplog.records if "\n" in one.getMessage() and one.exc_info is None]


def test_what_callers_write_makes_no_header(send, contributor):
    answer = send("GET", "/get-artifact?run_id=a&path=x%0d%0aX-Evil:%201")
    assert "X-Evil" not in answer.headers
    answer = send("GET", "/runs/%0d%0aX-Evil:%201/", session=contributor)
    assert "X-Evil" not in answer.headers


def test_no_model_has_a_second_spelling(send, contributor):
    """CVE-2024-3099: one that is called `a%20b` was made beside one called `a b`, and opened for it."""
    assert send("POST", "registered-models/create", {"name": "prices"}).status_code == 200
    for name in (
        "price%73",
        "price%2573",
        "prices ",
        " prices",
        "prices/",
        "./prices",
        "prices\u200b",
        "priсes",
        "PRICES%00",
    ):
        answer = send("POST", "registered-models/create", {"name": name})
        assert answer.status_code == 400, name
        assert send("GET", f"registered-models/get?name={quote(quote(name))}").status_code in (400, 404), name
