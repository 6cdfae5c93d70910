"""Jobs of bad intent through the doors that everybody uses: uploads by REST, and what a real step leaves behind."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from mlops.blobs.trees import manifest_of, open_file
from mlops.runs.models import Artifact, Run, Step
from tests.blobs.test_hostile_bundles import zip_of
from tests.execution.conftest import carry_out
from tests.jobs.conftest import Create, written

pytestmark = pytest.mark.django_db(transaction=True)

JOB = b"type: command\ncommand: echo hello\n"


@pytest.mark.parametrize("name", ["../evil.py", "/etc/evil.py", "a\x07.py"])
@pytest.mark.parametrize("door", ["jobs", "components", "environments"])
def test_an_upload_that_leads_out_is_refused_and_creates_nothing(contributor, project, door, name):
    client = Client()
    client.force_login(contributor)
    file = SimpleUploadedFile("bundle.zip", zip_of(("job.yml", JOB), (name, b"x")))
    answer = client.post(f"/api/v1/{door}/", {"project": project.slug, "files": file})
    assert answer.status_code == 422, answer.content
    assert answer.json()["code"] in ("path_outside", "name_unusable")
    assert not Run.objects.exists()


def test_a_path_beside_an_upload_cannot_lead_out(contributor, project):
    client = Client()
    client.force_login(contributor)
    given = {"project": project.slug, "files": SimpleUploadedFile("job.yml", JOB), "paths": "../../evil.yml"}
    answer = client.post("/api/v1/jobs/", given)
    assert (answer.status_code, answer.json()["code"]) == (422, "path_outside")


HOSTILE = f"""
import os, socket, sys
out, kept = sys.argv[1], "outputs"
os.makedirs(kept, exist_ok=True)
for place in (out, kept):
    open(place + "/good.txt", "w").write("fine")
    os.symlink({str(settings.DATA_DIR / "secret_key")!r}, place + "/link.txt")
    os.symlink({str(settings.DATA_DIR)!r}, place + "/folder")
    os.symlink("/etc", place + "/etc")
    os.mkfifo(place + "/pipe")
    socket.socket(socket.AF_UNIX).bind(os.path.relpath(place) + "/s")
for act in (
    lambda: os.link({str(settings.DATA_DIR / "secret_key")!r}, kept + "/hard.txt"),
    lambda: os.mknod(kept + "/disk", 0o60600, os.makedev(8, 0)),
):
    try: act()
    except OSError as error: print("refused", error.strerror)
"""


def test_of_links_pipes_and_sockets_in_outputs_nothing_is_kept(create: Create, tmp_path: Path) -> None:
    (settings.DATA_DIR / "secret_key").write_text("tell nobody")
    text = "type: command\ncode: ./src\ncommand: python a.py ${{outputs.o}}\noutputs: {o: {type: uri_folder}}\n"
    run = carry_out(create(written(tmp_path / "a", text, src__a_py=HOSTILE)))
    step = Step.objects.get(run=run, node="job")
    assert step.state == "completed", step.error
    tree = step.outputs["o"]["tree"]
    assert {file.path for file in manifest_of(tree).files} == {"good.txt"}
    assert open_file(tree, "good.txt").read() == b"fine"
    assert {one.path for one in Artifact.objects.filter(run=run)} == {"outputs/good.txt"}
    assert "tell nobody" not in json.dumps([step.outputs, step.error, step.reason])


def test_an_output_that_was_swapped_for_a_link_keeps_nothing(create: Create, tmp_path: Path) -> None:
    command = f"rmdir ${{{{outputs.o}}}} && ln -s {settings.DATA_DIR} ${{{{outputs.o}}}}"
    text = f"type: command\ncommand: {command}\noutputs: {{o: {{type: uri_folder}}}}\n"
    run = carry_out(create(written(tmp_path / "a", text)))
    step = Step.objects.get(run=run, node="job")
    trees = [kept["tree"] for kept in (step.outputs or {}).values()]
    assert [file.path for tree in trees for file in manifest_of(tree).files] == []


def test_an_output_with_an_unreadable_name_fails_with_that_name(create: Create, tmp_path: Path) -> None:
    code = "import os, sys; open(os.fsencode(sys.argv[1]) + b'/bad\\xff', 'w').write('x')"
    text = "type: command\ncode: ./src\ncommand: python a.py ${{outputs.o}}\noutputs: {o: {type: uri_folder}}\n"
    run = carry_out(create(written(tmp_path / "a", text, src__a_py=code)))
    step = Step.objects.get(run=run, node="job")
    assert (step.state, step.error["code"]) == ("failed", "name_unusable"), step.error


def test_a_job_that_takes_too_long_is_stopped_with_the_reason(create: Create, tmp_path: Path) -> None:
    text = "type: command\ncommand: setsid sleep 600 & sleep 600\nlimits: {timeout: 1}\n"
    run = carry_out(create(written(tmp_path / "a", text)))
    assert Step.objects.get(run=run, node="job").error["code"] == "too_slow"


def test_a_yaml_that_swells_is_refused(contributor, project):
    client = Client()
    client.force_login(contributor)
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    swelling = io.BytesIO("\n".join(["type: command", "command: echo", *rows]).encode())
    swelling.name = "job.yml"
    answer = client.post("/api/v1/jobs/", {"project": project.slug, "files": swelling})
    assert answer.status_code in (400, 422), answer.content[:300]
    assert len(answer.content) < 100_000
