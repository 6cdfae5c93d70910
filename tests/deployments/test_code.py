"""Code folders of entry scripts: what is kept, what is refused, and a deployment that answers with one."""

from __future__ import annotations

import io
import zipfile

import pytest

from mlops.accounts.membership import create_project
from mlops.deployments import actions
from mlops.deployments.code import keep_code
from mlops.deployments.models import DeploymentRevision
from mlops.deployments.targets import target
from mlops.formats.refusal import Refusal
from tests.deployments.conftest import eventually
from tests.deployments.test_serving import deployed, score
from tests.registry.shelf import registered

pytestmark = pytest.mark.django_db(transaction=True)

SCRIPT = "from prices.rates import RATE\ndef init(): ...\ndef run(data): return {'rate': RATE}\n"


def files(**more: str) -> list[tuple[str, io.BytesIO]]:
    named = {"score.py": SCRIPT, "prices/rates.py": "RATE = 2\n", **more}
    return [(name, io.BytesIO(text.encode())) for name, text in named.items()]


def zipped() -> list[tuple[str, io.BytesIO]]:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, text in files():
            archive.writestr(f"src/{name}", text.getvalue())
    target.seek(0)
    return [("code.zip", target)]


def test_a_zip_is_unpacked_and_its_score_py_found(contributor, project):
    code = keep_code(contributor, project, zipped())
    assert (code.script, code.tree.file_count) == ("src/score.py", 2)


def test_a_deployment_keeps_its_code_folder_with_every_revision(contributor, project):
    endpoint = actions.create_endpoint(contributor, project, name="prices")
    code = keep_code(contributor, project, files())
    deployment = actions.create_deployment(
        contributor, endpoint, name="blue", version=registered(contributor, project), code=code
    )
    assert (deployment.entry, deployment.code) == ("script", code)
    assert DeploymentRevision.objects.get(deployment=deployment).code == code


OWN = """
import humanize, sys
def init(): ...
def run(data): return {"version": humanize.__version__, "text": humanize.intcomma(1234), "own": sys.prefix}
"""


def test_it_answers_in_an_environment_with_its_own_packages(plane, contributor, project):
    endpoint = actions.create_endpoint(contributor, project, name="prices")
    code = keep_code(contributor, project, [("score.py", io.BytesIO(OWN.encode()))])
    needed = {"packages": ["humanize==4.11.0"]}
    deployment = deployed(
        contributor, endpoint, version=registered(contributor, project), entry="script", code=code, requirements=needed
    )
    assert (deployment.state, deployment.reason) == ("healthy", "")
    eventually(lambda: score(endpoint, b"{}").status_code == 200)
    answer = score(endpoint, b"{}").json()
    assert (answer["version"], answer["text"]) == ("4.11.0", "1,234")
    assert str(plane) in answer["own"]
    assert any("humanize" in line for line in target("process").logs(deployment, lines=100))


def test_an_environment_that_cannot_be_built_fails_the_deployment_with_the_package(plane, contributor, project):
    endpoint = actions.create_endpoint(contributor, project, name="prices")
    code = keep_code(contributor, project, files())
    needed = {"packages": ["humanize==999.1"]}
    deployment = deployed(
        contributor, endpoint, version=registered(contributor, project), entry="script", code=code, requirements=needed
    )
    assert deployment.state == "failed"
    assert "“humanize==999.1”" in deployment.reason
    assert "the environment “server”" in deployment.hint


@pytest.mark.parametrize(
    ("given", "script", "message", "hint"),
    [
        (files(), "scor.py", "no file “scor.py”", "Did you mean 'score.py'?"),
        ([("a.py", io.BytesIO(b"1")), ("b.py", io.BytesIO(b"1"))], "", "Which file", "Name one of them: a.py, b.py."),
        (
            files(**{"prices/more.py": "x = = 1\n"}),
            "",
            "Line 1 of “prices/more.py” is not Python",
            "Correct that line.",
        ),
        ([("score.py", io.BytesIO(b"x: int\n"))], "", "no function init", "run(data) for each request"),
    ],
)
def test_what_cannot_serve_is_refused_with_the_file_and_the_remedy(contributor, project, given, script, message, hint):
    with pytest.raises(Refusal, match=message) as refused:
        keep_code(contributor, project, given, script=script)
    assert hint in refused.value.hint


def test_a_folder_of_another_project_is_refused(contributor, project):
    other_project = create_project(contributor, name="Other", slug="other")
    endpoint = actions.create_endpoint(contributor, project, name="prices")
    code = keep_code(contributor, other_project, files())
    with pytest.raises(Refusal, match="belongs to another project"):
        actions.create_deployment(
            contributor, endpoint, name="blue", version=registered(contributor, project), code=code
        )
