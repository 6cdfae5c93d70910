"""How the code of a step finds this server by MLflow's client: its address, its run, and a token of the step.

Where the worker cannot reach the server, nothing is set: the client then keeps what it is told in the step's own
folder, and the step's log says so."""

from __future__ import annotations

import time
from threading import Lock

import httpx
from django.utils import timezone
from django.utils.translation import gettext as _

from mlops import env
from mlops.formats.definition import Definition
from mlops.runs.models import LogLine, Step
from mlops.runs.step_tokens import issue

WITH_SCRIPTS = ("execute_python_script", "create_python_model")
"""Built-in components that run what people write in them."""
TOKEN = "MLFLOW_TRACKING_TOKEN"
TRACKING = ("MLFLOW_TRACKING_URI", TOKEN, "MLFLOW_RUN_ID")
"""Without which MLflow's client keeps what it is told in a folder of its own."""
REMEMBERED_SECONDS = 30.0
ANSWER_SECONDS = 3.0
_lock = Lock()
_answers: dict[str, tuple[float, str]] = {}


def tracking_variables(step: Step, definition: Definition | None) -> dict[str, str]:
    """Empty for a step that runs no code of people, or where no server can be reached."""
    if definition is None and step.component not in WITH_SCRIPTS:
        return {}
    url = (env.read("MLOPS_INNER_URL") or env.read("MLOPS_URL")).rstrip("/")
    if not url:
        return {}
    if why := _unreachable(url):
        text = _("What it logs by MLflow stays in its folder: this worker cannot reach %(url)s (%(why)s).")
        _say(step, text % {"url": url, "why": why})
        return {}
    run = step.run
    return {
        "MLFLOW_TRACKING_URI": url,
        TOKEN: issue(step),
        "MLFLOW_RUN_ID": run.pk.hex,
        "MLFLOW_EXPERIMENT_ID": run.experiment_id.hex,
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "GIT_PYTHON_REFRESH": "quiet",
    }


def _unreachable(url: str) -> str:
    """Why the server does not answer, or an empty text. Asked again after a while."""
    with _lock:
        asked, why = _answers.get(url, (-REMEMBERED_SECONDS, ""))
        if time.monotonic() - asked < REMEMBERED_SECONDS:
            return why
        why = _ask(url)
        _answers[url] = (time.monotonic(), why)
    return why


def _ask(url: str) -> str:
    try:
        status = httpx.get(f"{url}/health", timeout=ANSWER_SECONDS, follow_redirects=False).status_code
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return type(error).__name__
    return "" if status == 200 else f"status {status}"


def _say(step: Step, text: str) -> None:
    LogLine.objects.create(step=step, seq=_next(step), at=timezone.now(), stream="log", text=text)


def _next(step: Step) -> int:
    last = LogLine.objects.filter(step=step).order_by("-seq").values_list("seq", flat=True).first()
    return (last or 0) + 1
