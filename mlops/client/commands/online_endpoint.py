"""`mlops online-endpoint`: lasting addresses with keys and traffic."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from mlops.client.commands import endpoint_callers, endpoint_collected, endpoint_replay, endpoint_telemetry, tagging
from mlops.client.commands.token import seconds_of
from mlops.client.connection import Connection, connect, problem_of
from mlops.client.deployment_form import PROVISIONING
from mlops.client.documents import choice, load, load_source, readable
from mlops.client.errors import WrongUsage
from mlops.client.names import find, project_for
from mlops.client.options import (
    Verbs,
    add_file,
    add_filter,
    add_name,
    add_project,
    add_settings,
    add_yes,
    confirm,
    filtered,
    pairs,
)
from mlops.client.output import show

PATH = "online-endpoints/"
COLUMNS = (
    ("name", "name"),
    ("project", "project"),
    ("state", "state"),
    ("traffic", "traffic"),
    ("scoring uri", "scoring_uri"),
)
KNOWN = ("name", "description", "auth_mode", "traffic", "mirror_traffic")
WITHOUT_MEANING = (
    "tags", "properties", "location", "identity", "public_network_access", "compute", "kind",
    "defaults",
)  # fmt: skip

SHARES = ("traffic.", "mirror_traffic.")


def define(parser: argparse.ArgumentParser) -> None:
    verbs = Verbs(parser)
    create = verbs.add("create", "make an endpoint", create_endpoint)
    add_file(create, "an endpoint YAML (name, description)")
    add_settings(create)
    add_name(create, "the endpoint's name", required=False)
    create.add_argument("--description", default="", help="what it is for")
    create.add_argument("--auth-mode", default="", help="key, aml_token (tokens alone) or none; default: key")
    add_project(create)
    listed = verbs.add("list", "endpoints of one project, or of all", list_endpoints)
    add_filter(listed)
    add_project(listed)
    show_verb = verbs.add("show", "one endpoint with address, traffic and deployments", show_endpoint)
    update = verbs.add("update", "change the traffic, or the tags", update_endpoint)
    tagging.add_tags(update)
    add_file(update, "an endpoint YAML with traffic or mirror_traffic")
    update.add_argument("--traffic", nargs="+", metavar="NAME=PERCENT", help='such as "blue=90 green=10"')
    update.add_argument(
        "--mirror-traffic", nargs="+", metavar="NAME=PERCENT", help='copies that nobody waits for, such as "green=20"'
    )
    update.add_argument("--previous", action="store_true", help="the traffic as it was before it was changed last")
    update.add_argument("--reason", default="", help="why, for the history")
    invoke = verbs.add("invoke", "send a request from a file and print the answer", invoke_endpoint)
    invoke.add_argument("--request-file", "-r", required=True, metavar="FILE", help='JSON such as {"data": [{…}]}')
    invoke.add_argument("--deployment-name", "-d", default="", help="this deployment, whatever the traffic says")
    credentials = verbs.add("get-credentials", "the endpoint's keys, or a token", show_credentials)
    endpoint_callers.define(verbs)
    regenerate = verbs.add("regenerate-keys", "replace a key by a new one", regenerate_key)
    regenerate.add_argument("--key-type", choices=("primary", "secondary"), default="primary", help="default: primary")
    regenerate.add_argument("--grace", default="", metavar="TIME", help="how long the old key goes on, such as 2h")
    logs = verbs.add("get-logs", "the last lines of a deployment's log", show_logs)
    logs.add_argument("--deployment-name", "-d", default="", help="needed where there are several")
    logs.add_argument("--lines", "-l", type=int, default=200, help="how many (default: 200)")
    program = verbs.add("get-program", "the call of an endpoint as a program to paste", show_program)
    program.add_argument("--language", default="python", help="curl, python, javascript, csharp, go, java, r, …")
    program.add_argument("--deployment-name", "-d", default="", help="default: the endpoint's default")
    swagger = verbs.add("get-swagger", "the OpenAPI description of an endpoint", show_swagger)
    endpoint_replay.define(verbs)
    endpoint_collected.define(verbs)
    endpoint_telemetry.define(verbs)
    delete = verbs.add("delete", "delete an endpoint with its deployments", delete_endpoint)
    for verb in (regenerate, delete):
        add_yes(verb)
    for verb in (create, listed, show_verb, invoke, logs, delete):
        verb.add_argument("--local", action="store_true", help="on this machine, without a studio")
    for verb in (show_verb, update, invoke, credentials, regenerate, logs, program, swagger, delete):
        add_name(verb, "the endpoint's name")
        add_project(verb)


def create_endpoint(arguments: argparse.Namespace) -> int:
    fields: dict[str, Any] = {}
    if arguments.file:
        source, fields = load_source(
            arguments.file,
            kind="online endpoint",
            known=KNOWN,
            without_meaning=WITHOUT_MEANING,
            settings=arguments.set,
        )
        choice(source, "auth_mode", str(fields.get("auth_mode") or "key"), endpoint_callers.MODES, kind="endpoint")
    auth_mode = arguments.auth_mode or str(fields.get("auth_mode") or "key")
    endpoint_callers.check_mode(auth_mode)
    name = arguments.name or str(fields.get("name") or "")
    if not name:
        raise WrongUsage(
            "endpoint_incomplete", "An endpoint needs a name.", hint="Give -n NAME, or -f FILE with a name."
        )
    if arguments.local:
        return _local().create_endpoint(arguments, name)
    connection = connect()
    project = project_for(connection, arguments.project)
    body = {
        "project": project,
        "name": name,
        "description": arguments.description or str(fields.get("description") or ""),
    }
    made = connection.post(PATH, body)
    if auth_mode != "key":
        made |= connection.request("PATCH", f"{PATH}{made['id']}/callers/", body={"auth_mode": auth_mode})
    return show(arguments, made)


def list_endpoints(arguments: argparse.Namespace) -> int:
    if arguments.local:
        return _local().list_endpoints(arguments)
    return show(arguments, connect().all(PATH, project=arguments.project, **filtered(arguments)), columns=COLUMNS)


def show_endpoint(arguments: argparse.Namespace) -> int:
    if arguments.local:
        return _local().show_endpoint(arguments)
    row = _endpoint(connect(), arguments)
    return show(arguments, {**row, "provisioning_state": PROVISIONING.get(row["state"], "Failed")})


def update_endpoint(arguments: argparse.Namespace) -> int:
    """Options come before the file's fields."""
    fields: dict[str, Any] = {}
    if arguments.file:
        fields = load(arguments.file, kind="online endpoint", known=KNOWN, without_meaning=WITHOUT_MEANING)
    fields = {name: fields[name] for name in ("traffic", "mirror_traffic") if isinstance(fields.get(name), dict)}
    for name in ("traffic", "mirror_traffic"):
        given = getattr(arguments, name)
        if given is not None:
            words = pairs(given, code="traffic_unreadable")
            fields[name] = {deployment: _percent(deployment, value) for deployment, value in words.items()}
    shares = [word for word in arguments.set if word.startswith(SHARES)]
    for word in shares:
        place, _dot, rest = word.partition(".")
        deployment, _equals, value = rest.partition("=")
        fields[place] = {**fields.get(place, {}), deployment: _percent(deployment, value)}
    arguments.set = [word for word in arguments.set if word not in shares]
    tags = tagging.tags_given(arguments)
    if not fields and not arguments.previous and not tags:
        hint = "Give --traffic, --mirror-traffic, --previous, --set tags.NAME=VALUE, or -f FILE with one of them."
        raise WrongUsage("nothing_to_update", "Nothing is to be changed.", hint=hint)
    connection = connect()
    address = f"{PATH}{_endpoint(connection, arguments)['id']}/"
    if tags:
        told = tagging.set_tags(connection, address, tags)
        if not fields and not arguments.previous:
            return show(arguments, {"name": arguments.name, **told})
    place = f"{address}traffic/"
    path = f"{place}restore/" if arguments.previous else place
    return show(arguments, connection.post(path, {**fields, "reason": arguments.reason}))


def invoke_endpoint(arguments: argparse.Namespace) -> int:
    """Prints the answer's body as it came; through --query or -o, as any other answer."""
    if arguments.local:
        return _local().invoke(arguments)
    content = readable(Path(arguments.request_file)).read_bytes()
    connection = connect()
    row = _endpoint(connection, arguments)
    answer = score(connection, row, content, deployment=arguments.deployment_name)
    if arguments.query or arguments.output:
        return show(arguments, answer)
    import json

    print(answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False))
    return 0


def score(connection: Connection, endpoint: dict[str, Any], content: bytes, *, deployment: str = "") -> Any:
    """Asks the endpoint's own address, through the router, with the endpoint's key."""
    secret = endpoint_callers.credentials(connection, endpoint, PATH)
    headers = {"Authorization": f"Bearer {secret.get('accessToken') or secret['primaryKey']}"}
    headers["Content-Type"] = "application/json"
    if deployment:
        headers["azureml-model-deployment"] = deployment
    response = connection.raw("POST", endpoint["scoring_uri"], content=content, headers=headers)
    if response.is_error:
        raise problem_of(response)
    try:
        return response.json()
    except ValueError:
        return response.text


def show_credentials(arguments: argparse.Namespace) -> int:
    connection = connect()
    return show(arguments, endpoint_callers.credentials(connection, _endpoint(connection, arguments), PATH))


def regenerate_key(arguments: argparse.Namespace) -> int:
    when = f"after {arguments.grace}" if arguments.grace else "at once"
    confirm(arguments, f"The {arguments.key_type} key of “{arguments.name}” will be refused {when}. Go on?")
    connection = connect()
    row = _endpoint(connection, arguments)
    asked = {"key": arguments.key_type, "grace_seconds": seconds_of(arguments.grace, option="--grace")}
    keys = connection.post(f"{PATH}{row['id']}/regenerate-keys/", asked)
    return show(arguments, endpoint_callers.as_azure(keys))


def show_logs(arguments: argparse.Namespace) -> int:
    if arguments.local:
        return _local().show_logs(arguments, endpoint=arguments.name, deployment=arguments.deployment_name)
    connection = connect()
    row = _endpoint(connection, arguments)
    return print_logs(connection, row, deployment=arguments.deployment_name, lines=arguments.lines)


def show_program(arguments: argparse.Namespace) -> int:
    """Prints the program as it is, ready for a file; through --query or -o, with its file name and needs."""
    connection = connect()
    path = f"{PATH}{_endpoint(connection, arguments)['id']}/program/"
    answer = connection.get(path, language=arguments.language, deployment=arguments.deployment_name)
    if arguments.query or arguments.output:
        return show(arguments, answer)
    print(answer["program"], end="")
    return 0


def show_swagger(arguments: argparse.Namespace) -> int:
    connection = connect()
    return show(arguments, connection.get(f"{PATH}{_endpoint(connection, arguments)['id']}/swagger/"))


def print_logs(connection: Connection, endpoint: dict[str, Any], *, deployment: str, lines: int) -> int:
    answer = connection.get(f"{PATH}{endpoint['id']}/logs/", deployment=deployment, lines=lines)
    text = answer.get("text", answer.get("lines", "")) if isinstance(answer, dict) else answer
    print("\n".join(str(line) for line in text) if isinstance(text, list) else str(text).rstrip("\n"))
    tell_explanations(answer.get("explanations", []) if isinstance(answer, dict) else [])
    return 0


def tell_explanations(explanations: list[dict[str, Any]]) -> None:
    """On standard error, so that the log itself can go into a file."""
    import sys

    for one in explanations:
        print(f"\n{one['title']}\n  why: {one['cause']}\n  do:  {one['remedy']}", file=sys.stderr)


def delete_endpoint(arguments: argparse.Namespace) -> int:
    confirm(arguments, f"Delete the endpoint “{arguments.name}” with its deployments, keys and collected data?")
    if arguments.local:
        return _local().delete_endpoint(arguments)
    connection = connect()
    connection.request("DELETE", f"{PATH}{_endpoint(connection, arguments)['id']}/")
    return 0


def _local() -> Any:
    from mlops.client.commands import local_serving

    return local_serving


def _endpoint(connection: Connection, arguments: argparse.Namespace) -> dict[str, Any]:
    row = find(connection, "endpoint", arguments.name, path=PATH, project=arguments.project)
    whole: dict[str, Any] = connection.get(f"{PATH}{row['id']}/")
    return whole


def _percent(name: str, text: str) -> float:
    try:
        return int(text) if text.isdecimal() else float(text.removesuffix("%"))
    except ValueError:
        raise WrongUsage("traffic_unreadable", f"“{text}” is no percentage of traffic for {name}.") from None
