"""`update --set tags.NAME=VALUE --remove tags.NAME` of what has tags."""

from __future__ import annotations

import argparse
from typing import Any

from mlops.client.connection import Connection, connect
from mlops.client.errors import WrongUsage
from mlops.client.names import find, split_version
from mlops.client.options import Verbs, add_name, add_project
from mlops.client.output import show

EXAMPLE = "Such as --set tags.Area=Churn or --remove tags.Area."


def add_tags(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--set", nargs="+", action="extend", default=[], metavar="tags.NAME=VALUE", help="set tags (repeatable)"
    )
    parser.add_argument(
        "--remove", nargs="+", action="extend", default=[], metavar="tags.NAME", help="take tags off (repeatable)"
    )


def define_update(verbs: Verbs, noun: str, path: str) -> None:
    """Adds `update` for things that are found by name at `path`."""
    update = verbs.add("update", f"set tags of one {noun}, or take them off", lambda one: update_tags(one, noun, path))
    add_name(update, f"the {noun}")
    update.add_argument("-v", "--version", default="", help=argparse.SUPPRESS)
    add_tags(update)
    add_project(update)


def update_tags(arguments: argparse.Namespace, noun: str, path: str) -> int:
    tags = tags_given(arguments)
    if not tags:
        raise WrongUsage("nothing_to_change", "Nothing was said to change.", hint=EXAMPLE)
    connection = connect()
    name, _version = split_version(arguments.name)
    row = find(connection, noun, name, path=path, project=arguments.project)
    return show(arguments, {"name": row["name"], **set_tags(connection, f"{path}{row['id']}/", tags)})


def set_tags(connection: Connection, address: str, tags: dict[str, str | None]) -> dict[str, Any]:
    made: dict[str, Any] = connection.request("PATCH", f"{address}tags/", body={"tags": tags})
    return made


def tags_given(arguments: argparse.Namespace) -> dict[str, str | None]:
    """Key to value, or to None where it is taken off. Raises WrongUsage `field_fixed` for what is no tag."""
    found: dict[str, str | None] = {_key(one): None for one in arguments.remove}
    for one in arguments.set:
        name, equals, value = one.partition("=")
        if not equals:
            raise WrongUsage("setting_unreadable", f"“{one}” says no value.", hint=EXAMPLE)
        found[_key(name)] = _plain(value)
    return found


def _key(name: str) -> str:
    prefix, _dot, key = name.strip().partition(".")
    if prefix != "tags" or not key:
        raise WrongUsage("field_fixed", f"“{name}” cannot be changed here; tags can.", hint=EXAMPLE)
    return _plain(key)


def _plain(text: str) -> str:
    text = text.strip()
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text
