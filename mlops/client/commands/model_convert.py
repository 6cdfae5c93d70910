"""`mlops model convert`: a version as ONNX, or an optimised, quantised or half-precision form of it."""

from __future__ import annotations

import argparse
from typing import Any

from mlops.client.commands.model_version import find_version
from mlops.client.connection import connect
from mlops.client.errors import WrongUsage
from mlops.client.options import Verbs, add_name, add_project
from mlops.client.output import show
from mlops.client.waiting import until


def define(verbs: Verbs) -> None:
    verb = verbs.add("convert", "make an ONNX form of a version, and compare it with the original", convert)
    add_name(verb, "the model's name, or NAME:VERSION")
    verb.add_argument("-v", "--version", default="", help="a version (default: the newest)")
    verb.add_argument("--optimize", action="store_true", help="a form that onnxruntime has simplified")
    verb.add_argument("--quantize", choices=("int8", "float16"), default="", help="a smaller form of weights")
    verb.add_argument("--tolerance", default="", help="the largest difference that is accepted (default: 0.0001)")
    verb.add_argument("--dataset", default="", help="rows to compare on, NAME or NAME:VERSION")
    verb.add_argument("--no-wait", action="store_true", help="do not wait for the certificate")
    add_project(verb)
    listed = verbs.add("list-conversions", "the conversions of a version", list_conversions)
    add_name(listed, "the model's name, or NAME:VERSION")
    listed.add_argument("-v", "--version", default="", help="a version (default: the newest)")
    add_project(listed)


def convert(arguments: argparse.Namespace) -> int:
    """A refused conversion ends with status 1 and its reason."""
    if arguments.optimize and arguments.quantize:
        raise WrongUsage(
            "kind_unclear", "--optimize and --quantize are two forms.", hint="Ask for one after the other."
        )
    connection = connect()
    row, number = find_version(connection, arguments.name, version=arguments.version, project=arguments.project)
    path = f"models/{row['id']}/versions/{number}/conversions/"
    body: dict[str, Any] = {"kind": "optimised" if arguments.optimize else arguments.quantize or "onnx"}
    if arguments.tolerance:
        body["tolerance"] = arguments.tolerance
    if arguments.dataset:
        body["dataset"] = arguments.dataset
    made = connection.post(path, body)
    if arguments.no_wait:
        return show(arguments, made)

    def look() -> dict[str, Any]:
        return next(one for one in connection.all(path) if one["id"] == made["id"])

    what = f"Conversion of {row['name']}:{number}"
    return show(arguments, until(look, what=what, good=("accepted",), bad=("refused", "failed")))


def list_conversions(arguments: argparse.Namespace) -> int:
    connection = connect()
    row, number = find_version(connection, arguments.name, version=arguments.version, project=arguments.project)
    found = connection.all(f"models/{row['id']}/versions/{number}/conversions/")
    columns = (
        ("kind", "kind"),
        ("state", "state"),
        ("tolerance", "tolerance"),
        ("most", "certificate.max_difference"),
        ("speed-up (1 row)", "certificate.speed_up_single"),
        ("bytes", "certificate.onnx_bytes"),
        ("reason", "reason"),
    )
    return show(arguments, found, columns=columns)
