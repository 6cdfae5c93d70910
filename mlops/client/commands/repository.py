"""`mlops repository`: Git repositories whose pushes start jobs."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from typing import Any

from mlops.client.commands import repository_links
from mlops.client.connection import Connection, connect
from mlops.client.documents import load_plain
from mlops.client.errors import RequestFailed
from mlops.client.names import find, project_for
from mlops.client.options import Verbs, add_file, add_name, add_project, add_yes, pairs
from mlops.client.output import show
from mlops.client.rows import Rows

PATH = "repositories/"
ROWS = Rows("repository", PATH)
POLL_SECONDS = 0.5
COLUMNS = (
    ("name", "name"),
    ("address", "address"),
    ("branch", "branch"),
    ("login", "login"),
    ("enabled", "is_enabled"),
    ("trouble", "trouble"),
)
PUSHES = (
    ("commit", "commit"),
    ("branch", "branch"),
    ("cause", "cause"),
    ("state", "state"),
    ("message", "message"),
    ("reason", "reason"),
)


RELEASE_FIELDS = ("stage", "git_tag", "does", "path", "traffic", "event", "branch")


def define(parser: argparse.ArgumentParser) -> None:
    verbs = Verbs(parser)
    create = verbs.add("create", "connect a repository; its webhook's secret is told this once", create_repository)
    _add_settings(create)
    add_name(create, "its name here (by default the last part of the address)", required=False)
    update = verbs.add("update", "change a repository's settings", update_repository)
    _add_settings(update)
    add_name(update, "the repository's name")
    add_project(verbs.add("list", "the repositories; no secret is shown", list_repositories))
    sync = verbs.add("sync", "take the branch's newest commit up now, and start its jobs", sync_repository)
    sync.add_argument("--branch", default="", help="another branch than the repository's")
    sync.add_argument("--commit", default="", help="this commit instead of the newest")
    sync.add_argument("--no-wait", action="store_true", help="do not wait until it is taken up")
    for name, help, run in (
        ("show", "one repository with its deploy key's public half; no secret is shown", show_repository),
        ("test", "look now whether it can be reached (status 1: it cannot)", test_repository),
        ("pushes", "what was taken up, the newest first", list_pushes),
        ("renew-secret", "a new secret for the webhook, told this once", renew_secret),
        ("renew-key", "a new deploy key", renew_key),
        ("delete", "disconnect a repository; the runs that it started stay", delete_repository),
    ):
        verb = verbs.add(name, help, run)
        if name == "delete":
            add_yes(verb)
        _add_one(verb)
    _add_one(sync)
    release = verbs.add(
        "release",
        "begin a workflow, a job or a deployment when a model is registered or a tag is pushed",
        release_repository,
    )
    release.add_argument("--model", default="*", help="a pattern of models' names")
    release.add_argument("--tags", nargs="+", metavar="NAME=VALUE", help="only versions with these tags")
    release.add_argument("--stage", default="", help="when a version comes into this stage, not when it is registered")
    release.add_argument(
        "--git-tag",
        default="",
        metavar="PATTERN",
        help="when such a tag is pushed (v*), not when a model is registered",
    )
    release.add_argument(
        "--does", choices=("dispatch", "job", "deployment"), default="dispatch", help="a workflow of the host, or here"
    )
    release.add_argument("--path", default="", metavar="FILE", help="the job's or deployment's YAML in the repository")
    release.add_argument("--traffic", type=float, default=None, help="percent for the deployment once it is healthy")
    release.add_argument("--event", default="mlops-model-registered", help="what the workflow listens to")
    release.add_argument("--branch", default="", help="whose pipeline is begun (GitLab)")
    _add_one(
        verbs.add(
            "releases", "what begins when models are registered or tags are pushed, and the last calls", list_releases
        )
    )
    delete = verbs.add("delete-release", "begin nothing any more", delete_release)
    for verb in (release, delete):
        verb.add_argument("--release", required=True, metavar="NAME", help="the release's name")
        _add_one(verb)
    repository_links.define(verbs)


def release_repository(arguments: argparse.Namespace) -> int:
    connection = connect()
    body = {"name": arguments.release, "model": arguments.model, "tags": pairs(arguments.tags or [])}
    body |= {name: getattr(arguments, name) for name in RELEASE_FIELDS}
    return show(arguments, connection.post(f"{ROWS.address(connection, arguments)}releases/", body))


def list_releases(arguments: argparse.Namespace) -> int:
    connection = connect()
    return show(arguments, connection.get(f"{ROWS.address(connection, arguments)}releases/"))


def delete_release(arguments: argparse.Namespace) -> int:
    connection = connect()
    address = f"{ROWS.address(connection, arguments)}releases/"
    found = find(connection, "release", arguments.release, path=address, project="")
    connection.request("DELETE", f"{address}{found['id']}/")
    return show(arguments, {"deleted": arguments.release})


def _add_one(verb: argparse.ArgumentParser) -> None:
    add_name(verb, "the repository's name")
    add_project(verb)


def _add_settings(verb: argparse.ArgumentParser) -> None:
    add_file(verb, "a YAML with the settings, as REST takes them")
    add_project(verb)
    verb.add_argument("--url", default="", help="as `git clone` takes it")
    verb.add_argument(
        "--host", choices=("github", "gitlab", "gitea", "plain"), default="", help="what kind of server it is"
    )
    verb.add_argument("--branch", default=None, help="default: the repository's own")
    verb.add_argument("--login", choices=("none", "token", "key"), default="", help="how we sign in there")
    verb.add_argument("--user", default=None, help="the token's user, where the host wants one")
    verb.add_argument("--token-file", default="", metavar="FILE", help="the token, in a file; - : standard input")
    verb.add_argument("--api-url", default=None, help="of the host's API, where it is not at its usual place")
    verb.add_argument("--files", nargs="+", default=None, metavar="PATTERN", help="default: .mlops/*.yml .mlops/*.yaml")
    verb.add_argument("--branches", nargs="+", default=None, metavar="PATTERN", help="whose pushes start something")
    verb.add_argument("--paths", nargs="+", default=None, metavar="PATTERN", help="only where one of these changed")
    verb.add_argument("--poll-minutes", type=int, default=None, help="look regularly, where no webhook can come in")
    verb.add_argument("--reports-status", action=argparse.BooleanOptionalAction, default=None,
                      help="tell the host what became of the runs (needs a token)")  # fmt: skip
    verb.add_argument("--enabled", action=argparse.BooleanOptionalAction, default=None, dest="is_enabled",
                      help="whether it is looked at")  # fmt: skip


def create_repository(arguments: argparse.Namespace) -> int:
    connection = connect()
    body = _settings(arguments)
    if arguments.name:
        body["name"] = arguments.name
    body["project"] = project_for(connection, arguments.project or str(body.get("project", "")))
    return show(arguments, connection.post(PATH, body))


def update_repository(arguments: argparse.Namespace) -> int:
    connection = connect()
    address = ROWS.address(connection, arguments)
    return show(arguments, connection.request("PATCH", address, body=_settings(arguments)))


def list_repositories(arguments: argparse.Namespace) -> int:
    return show(arguments, connect().all(PATH, project=arguments.project), columns=COLUMNS)


def show_repository(arguments: argparse.Namespace) -> int:
    connection = connect()
    return show(arguments, connection.get(ROWS.address(connection, arguments)))


def test_repository(arguments: argparse.Namespace) -> int:
    connection = connect()
    answer = connection.post(f"{ROWS.address(connection, arguments)}test/")
    return show(arguments, answer) or (0 if answer["ok"] else 1)


def list_pushes(arguments: argparse.Namespace) -> int:
    connection = connect()
    rows = connection.all(f"{ROWS.address(connection, arguments)}pushes/")
    return show(arguments, rows, columns=PUSHES)


def sync_repository(arguments: argparse.Namespace) -> int:
    """Raises RequestFailed, which is exit status 1, where the commit cannot be taken up."""
    connection = connect()
    address = f"{ROWS.address(connection, arguments)}pushes/"
    push = connection.post(address, {"branch": arguments.branch, "commit": arguments.commit})
    if not arguments.no_wait:
        push = _ended(connection, f"{address}{push['id']}/", push)
    for one in push["started"]:
        if not one["run"]:
            print(f"warning: {one['path']}: {one['reason']} {one['hint']}".rstrip(), file=sys.stderr)
    return show(arguments, push)


def _ended(connection: Connection, address: str, push: dict[str, Any]) -> dict[str, Any]:
    while push["state"] in ("queued", "running"):
        time.sleep(POLL_SECONDS)
        push = connection.get(address)
    if push["state"] == "failed":
        raise RequestFailed("push_failed", push["reason"], hint=push["hint"])
    return push


def renew_secret(arguments: argparse.Namespace) -> int:
    connection = connect()
    return show(arguments, connection.post(f"{ROWS.address(connection, arguments)}webhook-secret/"))


def renew_key(arguments: argparse.Namespace) -> int:
    connection = connect()
    return show(arguments, connection.post(f"{ROWS.address(connection, arguments)}deploy-key/"))


def delete_repository(arguments: argparse.Namespace) -> int:
    return ROWS.delete(arguments, question=f"Disconnect the repository “{arguments.name}”?")


def _settings(arguments: argparse.Namespace) -> dict[str, Any]:
    """What was given; a token is never among the words of a command, which others on the machine may see."""
    body: dict[str, Any] = load_plain(arguments.file) if arguments.file else {}
    for name in ("url", "host", "login"):
        if value := getattr(arguments, name):
            body[name] = value
    for name in ("branch", "user", "api_url", "files", "branches", "paths", "poll_minutes", "reports_status",
                 "is_enabled"):  # fmt: skip
        if (value := getattr(arguments, name)) is not None:
            body[name] = value
    if arguments.token_file == "-":
        body["token"] = sys.stdin.readline().strip()
    elif arguments.token_file:
        body["token"] = Path(arguments.token_file).read_text(encoding="utf-8").strip()
    return body
