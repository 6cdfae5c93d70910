"""`mlops alert-rule`: what raises alerts, and who is told."""

from __future__ import annotations

import argparse
from typing import Any

from mlops.client.connection import Connection, connect
from mlops.client.documents import load_plain
from mlops.client.names import project_for
from mlops.client.options import Verbs, add_file, add_name, add_project, add_yes
from mlops.client.output import show
from mlops.client.rows import Rows
from mlops.formats.refusal import Refusal

PATH = "alert-rules/"
ROWS = Rows("rule", PATH)
COLUMNS = (
    ("name", "name"),
    ("project", "project"),
    ("severity", "severity"),
    ("enabled", "enabled"),
    ("open", "open_alerts"),
    ("when", "sentence"),
)
WATCHED = (("metric", "name"), ("unit", "unit"), ("of", "of"), ("what", "title"))


def define(parser: argparse.ArgumentParser) -> None:
    verbs = Verbs(parser)
    create = verbs.add("create", "make a rule from a YAML file or a recipe", create_rule)
    create.add_argument("--recipe", metavar="KEY", default="", help="as `mlops alert-rule recipes` lists them")
    tried = verbs.add("test", "what a rule would have raised; nothing is kept, nobody is told", test_rule)
    tried.add_argument("--days", type=int, default=7, help="how far back (default: 7)")
    for verb in (create, tried):
        add_file(verb, "a YAML with name, when, severity, tell …")
        add_name(verb, "another name than the file says, or the rule to test", required=False)
        add_project(verb)
    update = verbs.add("update", "change a rule by a YAML file: what it names replaces what was", update_rule)
    add_file(update, "a YAML with the fields that change", required=True)
    add_project(verbs.add("list", "rules with how many alerts are open", list_rules))
    verbs.add("metrics", "numbers that rules may watch", list_metrics)
    verbs.add("recipes", "rules ready to take", list_recipes)
    named = {"update": update}
    for name, help, run in (
        ("show", "one rule, as it would be written down", show_rule),
        ("enable", "watch from now on", ROWS.enable),
        ("disable", "watch no more; what it raised is ended", ROWS.disable),
        ("delete", "delete a rule; its alerts are kept", delete_rule),
    ):
        named[name] = verbs.add(name, help, run)
    for verb in named.values():
        add_name(verb, "the rule's name")
        add_project(verb)
    add_yes(named["delete"])


def create_rule(arguments: argparse.Namespace) -> int:
    connection = connect()
    if not arguments.file and not arguments.recipe:
        raise Refusal("file_missing", "Say which rule.", hint="Give -f FILE or --recipe KEY.")
    return show(arguments, connection.post(PATH, _body(connection, arguments)))


def test_rule(arguments: argparse.Namespace) -> int:
    connection = connect()
    if arguments.file:
        body = _body(connection, arguments)
    else:
        rule = connection.get(ROWS.address(connection, arguments))
        names = ("project", "name", "when", "severity", "tell", "action", "repeat", "resolve_after")
        body = {name: rule[name] for name in names if name in rule}
    return show(arguments, connection.post(f"{PATH}try/", {**body, "days": arguments.days}))


def update_rule(arguments: argparse.Namespace) -> int:
    connection = connect()
    path = ROWS.address(connection, arguments)
    return show(arguments, connection.request("PATCH", path, body=load_plain(arguments.file)))


def list_rules(arguments: argparse.Namespace) -> int:
    return show(arguments, connect().all(PATH, project=arguments.project), columns=COLUMNS)


def list_metrics(arguments: argparse.Namespace) -> int:
    return show(arguments, connect().get(f"{PATH}watched/")["metrics"], columns=WATCHED)


def list_recipes(arguments: argparse.Namespace) -> int:
    recipes = connect().get(f"{PATH}watched/")["recipes"]
    return show(arguments, recipes, columns=(("recipe", "key"), ("what", "help")))


def show_rule(arguments: argparse.Namespace) -> int:
    connection = connect()
    return show(arguments, connection.get(ROWS.address(connection, arguments)))


def delete_rule(arguments: argparse.Namespace) -> int:
    return ROWS.delete(arguments, question=f"Delete the rule “{arguments.name}”?")


def _body(connection: Connection, arguments: argparse.Namespace) -> dict[str, Any]:
    body = load_plain(arguments.file) if arguments.file else {}
    body["project"] = project_for(connection, arguments.project or str(body.get("project", "")))
    if getattr(arguments, "recipe", ""):
        body["recipe"] = arguments.recipe
    if arguments.name:
        body["name"] = arguments.name
    return body
