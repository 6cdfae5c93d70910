"""`mlops compute`: pools of workers, which files name as `compute`."""

from __future__ import annotations

import argparse
from typing import Any
from urllib.parse import quote, urlencode

from mlops.client.connection import connect
from mlops.client.options import Verbs, add_name, add_yes, confirm
from mlops.client.output import Columns, show
from mlops.formats.azureml.wishes import size_in_bytes
from mlops.formats.refusal import Refusal
from mlops.formats.spoken import gettext as _

PATH = "pools/"
COLUMNS: Columns = (
    ("name", "name"), ("state", "state"), ("labels", "labels"), ("workers", "workers"), ("slots", "slots"),
    ("least", "least"), ("most", "most"),
)  # fmt: skip
WEIGHTS: Columns = (("project", "project"), ("weight", "weight"))


def define(parser: argparse.ArgumentParser) -> None:
    verbs = Verbs(parser)
    verbs.add("list", "the pools, and which workers are in them", list_pools)
    shown = verbs.add("show", "one pool", show_pool)
    create = verbs.add("create", "name the workers that have some labels (administrators)", create_pool)
    update = verbs.add("update", "change what is given, leave the rest (administrators)", update_pool)
    delete = verbs.add("delete", "forget the name; its workers stay (administrators)", delete_pool)
    add_yes(delete)
    fit = verbs.add("fit", "whether some worker has what a step would ask for; status 1: none has", fit_demand)
    fit.add_argument("-n", "--name", default="", help="of this pool")
    fit.add_argument("--cpu", type=float, default=0.0, help="processors")
    fit.add_argument("--memory", default="", help="such as 16Gi")
    fit.add_argument("--gpu", type=int, default=0, help="GPUs")
    fit.add_argument("--labels", default="", help="such as gpu,zone=a")
    verbs.add("weights", "of all projects: their parts of the workers (administrators)", list_weights)
    weigh = verbs.add("weigh", "give a project a part of the workers (administrators)", weigh_project)
    weigh.add_argument("project", metavar="PROJECT", help="its short name")
    weigh.add_argument("--weight", type=int, required=True, metavar="N", help="1 is usual; 3 is three times as much")
    weigh.add_argument("--reason", default="", help="why, for the audit")
    for verb in (create, update):
        verb.add_argument("--labels", default=None, help="which workers are in it, such as gpu,zone=a; empty: all")
        verb.add_argument("--description", default=None, help="what it is for")
        verb.add_argument("--min-instances", type=int, default=None, help="how many workers it needs at least")
        verb.add_argument("--max-instances", type=int, default=None, help="how many it may need at most")
    for verb in (shown, create, update, delete):
        add_name(verb, "the pool's name, as files write it: compute: azureml:NAME")


def list_pools(arguments: argparse.Namespace) -> int:
    return show(arguments, connect().all(PATH), columns=COLUMNS)


def show_pool(arguments: argparse.Namespace) -> int:
    return show(arguments, connect().get(_one(arguments)))


def create_pool(arguments: argparse.Namespace) -> int:
    return show(arguments, connect().post(PATH, {"name": arguments.name, **_fields(arguments)}))


def update_pool(arguments: argparse.Namespace) -> int:
    return show(arguments, connect().request("PATCH", _one(arguments), body=_fields(arguments)))


def delete_pool(arguments: argparse.Namespace) -> int:
    confirm(arguments, f"Forget the pool “{arguments.name}”? What asks for it runs anywhere then.")
    connect().request("DELETE", _one(arguments))
    return 0


def fit_demand(arguments: argparse.Namespace) -> int:
    memory = size_in_bytes(arguments.memory or "0")
    if memory is None:
        hint = _("Such as 4Gi, 512Mi, 2GB, or a number of bytes.")
        raise Refusal("size_unfit", _("“%(text)s” is no size of memory.") % {"text": arguments.memory}, hint=hint)
    asked = {
        "compute": arguments.name.removeprefix("azureml:"), "cpus": arguments.cpu, "gpus": arguments.gpu,
        "memory_bytes": memory, "labels": arguments.labels,
    }  # fmt: skip
    found = connect().get(f"workers/fit/?{urlencode({name: one for name, one in asked.items() if one})}")
    show(arguments, found)
    return 0 if found["fits"] else 1


def list_weights(arguments: argparse.Namespace) -> int:
    return show(arguments, connect().get("weights/")["results"], columns=WEIGHTS)


def weigh_project(arguments: argparse.Namespace) -> int:
    asked = {"weight": arguments.weight, "reason": arguments.reason}
    return show(
        arguments, connect().request("PUT", f"projects/{quote(arguments.project, safe='')}/weight/", body=asked)
    )


def _fields(arguments: argparse.Namespace) -> dict[str, Any]:
    given = {
        "labels": arguments.labels, "description": arguments.description, "least": arguments.min_instances,
        "most": arguments.max_instances,
    }  # fmt: skip
    return {name: value for name, value in given.items() if value is not None}


def _one(arguments: argparse.Namespace) -> str:
    return f"{PATH}{quote(arguments.name, safe='')}/"
