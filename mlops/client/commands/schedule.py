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
from mlops.client.errors import WrongUsage
from mlops.client.names import find, project_for, split_version
from mlops.client.options import Verbs, add_file, add_name, add_project, add_settings, add_yes
from mlops.client.output import as_yaml, show
from mlops.client.rows import Rows
from mlops.formats.refusal import Refusal

if TYPE_CHECKING:
    from mlops.formats.azureml.lines import Source
    from mlops.formats.azureml.schedule import ReadSchedule

PATH = "schedules/"
ROWS = Rows("schedule", PATH)
EXAMPLE = "Such as --set trigger.expression='0 6 * * *', or -f FILE."
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
    update = verbs.add("update", "change a schedule: fields by --set, or all of it by a YAML", update_schedule)
    add_file(update, "a YAML of the schedule as it is to be")
    add_settings(update)
    listed = verbs.add("list", "schedules with their next time", list_schedules)
    listed.add_argument("--disabled-only", action="store_true", help="only those that are disabled")
    listed.add_argument("--include-disabled", action="store_true", help="without meaning: all are listed")
    listed.add_argument("--max-results", "-r", type=int, default=0, metavar="N", help="at most so many")
    add_project(listed)
    add_name(update, "the schedule's name")
    add_project(update)
    for name, help, run in (
        ("show", "one schedule with its next times and what became of the last", show_schedule),
        ("enable", "fire from now on", ROWS.enable),
        ("disable", "fire no more until enabled", ROWS.disable),
        ("trigger", "fire once now, beside its times", trigger_schedule),
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
    from mlops.formats.azureml.setting import with_settings

    place = readable(Path(arguments.file))
    source = with_settings(load(str(place), place.read_text(encoding="utf-8")), arguments.set)
    if is_monitor(source):
        return create_from(arguments, connect())
    asked = _read(source)
    connection = connect()
    project = project_for(connection, arguments.project)
    name = arguments.name or asked.name
    if any(row["name"] == name for row in connection.all(PATH, project=project)):
        raise Refusal(
            "schedule_exists",
            f"There is a schedule “{name}” already.",
            hint=f"Change it: mlops schedule update -n {name} -f FILE. Or give another name with -n.",
            status=409,
        )
    body = _body(asked, name)
    if not asked.job.startswith("azureml:"):
        return show(arguments, _with_job(connection, arguments, asked, project=project, body=body))
    body["endpoint"], body["version"] = _known(connection, asked.job, project=project)
    return show(arguments, connection.post(PATH, body))


def update_schedule(arguments: argparse.Namespace) -> int:
    """With a file, all of it; else what it says now, with what `--set` gives anew."""
    from mlops.formats.azureml.lines import load
    from mlops.formats.azureml.schedule_writing import write_schedule
    from mlops.formats.azureml.setting import with_settings

    if not arguments.file and not arguments.set:
        raise WrongUsage("nothing_to_change", "Nothing was said to change.", hint=EXAMPLE)
    connection = connect()
    row = connection.get(ROWS.address(connection, arguments))
    if arguments.file:
        text = readable(Path(arguments.file)).read_text(encoding="utf-8")
    else:
        text = as_yaml(write_schedule(row))
    asked = _read(with_settings(load(arguments.file or row["name"], text), arguments.set))
    if asked.name != row["name"]:
        raise WrongUsage(
            "field_fixed", f"The name of a schedule stays: “{row['name']}”, not “{asked.name}”.", hint=EXAMPLE
        )
    body = _body(asked, row["name"])
    if not asked.job.startswith("azureml:"):
        project = row["project"]
        return show(arguments, _with_job(connection, arguments, asked, project=project, body=body, update=row["id"]))
    endpoint, body["version"] = _known(connection, asked.job, project=row["project"])
    if endpoint != row["endpoint"]:
        raise WrongUsage(
            "field_fixed",
            f"“{row['name']}” calls “{row['endpoint_name']}”, and stays with it.",
            hint="Delete the schedule, and create it anew for another pipeline.",
        )
    body["enabled"] = body.get("enabled", True)
    return show(arguments, connection.request("PATCH", f"{PATH}{row['id']}/", body=body))


def trigger_schedule(arguments: argparse.Namespace) -> int:
    """Exit status 1 where the pipeline could not be submitted."""
    connection = connect()
    fire = connection.post(f"{ROWS.address(connection, arguments)}trigger/")
    return show(arguments, fire) or int(fire["state"] == "refused")


def list_schedules(arguments: argparse.Namespace) -> int:
    rows = connect().all(PATH, project=arguments.project)
    rows = [row for row in rows if not (arguments.disabled_only and row["enabled"])]
    return show(arguments, rows[: arguments.max_results or None], columns=COLUMNS)


def show_schedule(arguments: argparse.Namespace) -> int:
    connection = connect()
    path = ROWS.address(connection, arguments)
    return show(arguments, {**connection.get(path), "fires": connection.get(f"{path}fires/")["results"][:20]})


def delete_schedule(arguments: argparse.Namespace) -> int:
    return ROWS.delete(arguments, question=f"Delete the schedule “{arguments.name}”?")


def _read(source: Source) -> ReadSchedule:
    from mlops.formats.azureml.schedule import read_schedule

    asked = read_schedule(source)
    for warning in asked.warnings:
        print(f"warning: {warning}", file=sys.stderr)
    return asked


def _body(asked: ReadSchedule, name: str) -> dict[str, Any]:
    return {
        "name": name,
        "trigger": _as_json(asked.trigger),
        "experiment": asked.experiment,
        "parameters": asked.parameters,
        **asked.rules,
    }


def _with_job(
    connection: Connection,
    arguments: argparse.Namespace,
    asked: ReadSchedule,
    *,
    project: str,
    body: dict[str, Any],
    update: str = "",
) -> Any:
    """The job of the file, or of a file that it names, published for the schedule."""
    given = {"project": project, "update": update}
    if asked.inline is not None:
        return _inline(connection, asked.inline, near=Path(arguments.file), body=body, given=given)
    file = str(beside(arguments.file, asked.job))
    return _of_file(connection, file, body=body, given=given, anew=_anew(asked))


def _known(connection: Connection, reference: str, *, project: str) -> tuple[str, int | None]:
    name, number = split_version(reference)
    row = find(connection, "pipeline endpoint", name, path=ENDPOINTS, project=project)
    if number in ("", "latest", "default"):
        return str(row["id"]), None
    if not number.isdecimal():
        raise Refusal("version_unknown", f"“{number}” is no version of “{name}”.", hint="Versions count 0, 1, 2, …")
    return str(row["id"]), int(number)


def _inline(
    connection: Connection, job: dict[str, Any], *, near: Path, body: dict[str, Any], given: dict[str, str]
) -> Any:
    """Written beside the schedule's file for a moment, so that its own paths hold."""
    import yaml

    with tempfile.NamedTemporaryFile("w", suffix=".yml", prefix=".job-", dir=near.parent, encoding="utf-8") as file:
        yaml.safe_dump(job, file, sort_keys=False, allow_unicode=True)
        file.flush()
        return _of_file(connection, file.name, body=body, given=given)


def _anew(asked: ReadSchedule) -> list[str]:
    """What the schedule gives anew of the job, as `--set` writes it."""
    import json

    return [f"{path}={json.dumps(value, ensure_ascii=False)}" for path, value in asked.anew]


def _of_file(
    connection: Connection, file: str, *, body: dict[str, Any], given: dict[str, str], anew: Sequence[str] = ()
) -> Any:
    import json

    body = {name: value for name, value in body.items() if name != "parameters"}
    with bundled(file) as (zipped, main):
        fields = {
            **given,
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
