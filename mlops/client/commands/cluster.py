"""`mlops cluster`: Kubernetes clusters, set up by administrators."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from mlops.client.connection import Connection, connect
from mlops.client.documents import readable
from mlops.client.names import find
from mlops.client.options import Verbs, add_name, add_yes, confirm
from mlops.client.output import show

PATH = "clusters/"
COLUMNS = (("name", "name"), ("namespace", "namespace"), ("expose", "expose"), ("gateway", "gateway"))
TEXTS = {
    "context": "which context of the kubeconfig (default: its current one)",
    "namespace": "of deployments that name none",
    "expose": "how the router reaches servers: cluster, load_balancer or node_port",
    "node_address": "where ports of the nodes are reached (with node_port)",
    "gateway": "NAMESPACE/NAME of a Gateway that splits traffic; it asks callers for no key",
    "gateway_host": "the host name that its routes answer to",
    "registry": "where images are pushed, such as registry.example.org/models",
    "registry_user": "the user of the registry; the password is in MLOPS_REGISTRY_PASSWORD",
    "kubeconfig_file": "a kubeconfig on the server instead of one that is sent",
}


def define(parser: argparse.ArgumentParser) -> None:
    verbs = Verbs(parser)
    create = verbs.add("create", "make a cluster known (administrators)", create_cluster)
    update = verbs.add("update", "change what is given, leave the rest (administrators)", update_cluster)
    for verb in (create, update):
        verb.add_argument("--kubeconfig", metavar="FILE", default="", help="sent and kept sealed")
        for name, text in TEXTS.items():
            verb.add_argument(f"--{name.replace('_', '-')}", default=None, help=text)
        verb.add_argument("--gateway-open", action="store_true", help="meant: callers of the Gateway need no key")
    verbs.add("list", "the clusters", list_clusters)
    shown = verbs.add("show", "one cluster; no secret is shown", show_cluster)
    delete = verbs.add("delete", "forget a cluster that nothing runs on (administrators)", delete_cluster)
    add_yes(delete)
    for verb in (create, update, shown, delete):
        add_name(verb, "the cluster's name")


def create_cluster(arguments: argparse.Namespace) -> int:
    return show(arguments, connect().post(PATH, {"name": arguments.name, **_fields(arguments)}))


def update_cluster(arguments: argparse.Namespace) -> int:
    connection = connect()
    return show(arguments, connection.request("PATCH", _one(connection, arguments), body=_fields(arguments)))


def list_clusters(arguments: argparse.Namespace) -> int:
    return show(arguments, connect().all(PATH), columns=COLUMNS)


def show_cluster(arguments: argparse.Namespace) -> int:
    connection = connect()
    return show(arguments, connection.get(_one(connection, arguments)))


def delete_cluster(arguments: argparse.Namespace) -> int:
    confirm(arguments, f"Forget the cluster “{arguments.name}”?")
    connection = connect()
    connection.request("DELETE", _one(connection, arguments))
    return 0


def _fields(arguments: argparse.Namespace) -> dict[str, Any]:
    fields = {name: getattr(arguments, name) for name in TEXTS if getattr(arguments, name) is not None}
    if arguments.kubeconfig:
        fields["kubeconfig"] = readable(Path(arguments.kubeconfig)).read_text(encoding="utf-8")
    if arguments.gateway_open:
        fields["gateway_open"] = True
    password = os.environ.get("MLOPS_REGISTRY_PASSWORD", "")
    if password and fields.get("registry_user"):
        fields["registry_password"] = password
    return fields


def _one(connection: Connection, arguments: argparse.Namespace) -> str:
    return f"{PATH}{find(connection, 'cluster', arguments.name, path=PATH)['id']}/"
