"""`mlops schedule`: when published pipelines run by themselves."""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mlops.client.bundle import bundled
from mlops.client.commands.pipeline import PATH as ENDPOINTS
from mlops.client.connection import Connection, connect
from mlops.client.documents import beside, readable
from mlops.client.names import find, project_for, split_version
from mlops.client.options import Verbs, add_file, add_name, add_project, add_settings, add_yes
from mlops.client.output import show
from mlops.client.rows import Rows
from mlops.formats.refusal import Refusal

if TYPE_CHECKING:
    from mlops.formats.azureml.schedule import ReadSchedule

PATH = "schedules/"
ROWS = Rows("schedule", PATH)
COLUMNS = (
    ("name", "name"),
    ("project", "project"),
    ("calls", "endpoint_name"),
    ("enabled", "enabled"),
    ("next", "next_at"),
    ("reason", "reason"),
)


def define(parser: argparse.ArgumentParser) -> None:
    verbs = Verbs(parser)
    create = verbs.add("create", "make a schedule or monitor from a YAML of Azure ML's form", create_schedule)
    add_file(create, "a YAML with trigger and create_job, or create_monitor", required=True)
    add_settings(create)
    add_name(create, "another name than the file says", required=False)
    add_project(create)
    add_project(verbs.add("list", "schedules with their next time", list_schedules))
    for name, help, run in (
        ("show", "one schedule with its next times and what became of the last", show_schedule),
        ("enable", "fire from now on", ROWS.enable),
        ("disable", "fire no more until enabled", ROWS.disable),
        ("delete", "delete a schedule; its runs are kept", delete_schedule),
    ):
        verb = verbs.add(name, help, run)
        add_name(verb, "the schedule's name")
        add_project(verb)
        if name == "delete":
            add_yes(verb)


def create_schedule(arguments: argparse.Namespace) -> int:
    """`create_job` names a pipeline endpoint (`azureml:NAME:VERSION`), or a job of any kind that is published for it
    under the schedule's name."""
    from mlops.client.commands.monitor import create_from
    from mlops.formats.azureml.lines import load
    from mlops.formats.azureml.monitor import is_monitor
    from mlops.formats.azureml.schedule import read_schedule
    from mlops.formats.azureml.setting import with_settings

    place = readable(Path(arguments.file))
    source = with_settings(load(str(place), place.read_text(encoding="utf-8")), arguments.set)
    if is_monitor(source):
        return create_from(arguments, connect())
    asked = read_schedule(source)
    for warning in asked.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    connection = connect()
    project = project_for(connection, arguments.project)
    name = arguments.name or asked.name
    if any(row["name"] == name for row in connection.all(PATH, project=project)):
        raise Refusal(
            "schedule_exists",
            f"There is a schedule “{name}” already.",
            hint="Delete it first, or give another name with -n.",
            status=409,
        )
    body = {
        "name": name,
        "trigger": _as_json(asked.trigger),
        "experiment": asked.experiment,
        "parameters": asked.parameters,
        **asked.rules,
    }
    if asked.inline is not None:
        return show(arguments, _inline(connection, asked.inline, near=place, project=project, body=body))
    if not asked.job.startswith("azureml:"):
        file = str(beside(arguments.file, asked.job))
        return show(arguments, _of_file(connection, file, project=project, body=body, anew=_anew(asked)))
    body["endpoint"], body["version"] = _known(connection, asked.job, project=project)
    return show(arguments, connection.post(PATH, body))


def list_schedules(arguments: argparse.Namespace) -> int:
    return show(arguments, connect().all(PATH, project=arguments.project), columns=COLUMNS)


def show_schedule(arguments: argparse.Namespace) -> int:
    connection = connect()
    path = ROWS.address(connection, arguments)
    return show(arguments, {**connection.get(path), "fires": connection.get(f"{path}fires/")["results"][:20]})


def delete_schedule(arguments: argparse.Namespace) -> int:
    return ROWS.delete(arguments, question=f"Delete the schedule “{arguments.name}”?")


def _known(connection: Connection, reference: str, *, project: str) -> tuple[str, int | None]:
    name, number = split_version(reference)
    row = find(connection, "pipeline endpoint", name, path=ENDPOINTS, project=project)
    if number in ("", "latest", "default"):
        return str(row["id"]), None
    if not number.isdecimal():
        raise Refusal("version_unknown", f"“{number}” is no version of “{name}”.", hint="Versions count 0, 1, 2, …")
    return str(row["id"]), int(number)


def _inline(connection: Connection, job: dict[str, Any], *, near: Path, project: str, body: dict[str, Any]) -> Any:
    """Written beside the schedule's file for a moment, so that its own paths hold."""
    import yaml

    with tempfile.NamedTemporaryFile("w", suffix=".yml", prefix=".job-", dir=near.parent, encoding="utf-8") as file:
        yaml.safe_dump(job, file, sort_keys=False, allow_unicode=True)
        file.flush()
        return _of_file(connection, file.name, project=project, body=body)


def _anew(asked: ReadSchedule) -> list[str]:
    """What the schedule gives anew of the job, as `--set` writes it."""
    import json

    return [f"{path}={json.dumps(value, ensure_ascii=False)}" for path, value in asked.anew]


def _of_file(connection: Connection, file: str, *, project: str, body: dict[str, Any], anew: Sequence[str] = ()) -> Any:
    import json

    body = {name: value for name, value in body.items() if name != "parameters"}
    with bundled(file) as (zipped, main):
        fields = {
            "project": project,
            "main": main,
            "schedule": json.dumps(body),
            "set": list(anew),
        }
        made = connection.send_files("jobs/schedules/", fields=fields, files=[("bundle.zip", zipped)], under="files")
    for warning in made.pop("warnings", ()):
        print(f"warning: {warning}", file=sys.stderr)
    return made


def _as_json(trigger: Any) -> Any:
    import msgspec

    return msgspec.to_builtins(trigger)
