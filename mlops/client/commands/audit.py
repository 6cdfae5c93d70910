"""`mlops audit`: the audit trail, and the proof of it."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from mlops.client.connection import connect
from mlops.client.options import Verbs, add_project
from mlops.client.output import show


def define(parser: argparse.ArgumentParser) -> None:
    verbs = Verbs(parser)
    verbs.add("show", "whether the chain of events is whole, as the last look found", show_state)
    verbs.add("check", "read the whole chain now", check)
    exported = verbs.add("export", "all events as a file that proves itself", export)
    exported.add_argument("--to", metavar="PATH", default=".", help="a file or folder (default: this folder)")
    exported.add_argument("--start", default="", help="from then on, such as 2026-05-04T09:30:00Z")
    exported.add_argument("--end", default="", help="before then")
    add_project(exported)
    verified = verbs.add("verify", "prove an exported file, without the server", verify)
    verified.add_argument("file", metavar="FILE", help="what `mlops audit export` wrote")
    verified.add_argument("--head", default="", help="the last hash, as it was written down")
    verified.add_argument("--anchors", default="", metavar="FILE", help="lines `seq hash`, as they were written down")
    taken = verbs.add("verifier", "the program that proves such a file, as one file that needs Python alone", verifier)
    taken.add_argument("--to", metavar="PATH", default=".", help="a file or folder (default: this folder)")


def show_state(arguments: argparse.Namespace) -> int:
    return show(arguments, connect().get("audit/"))


def check(arguments: argparse.Namespace) -> int:
    found = connect().post("audit/check/")
    show(arguments, found)
    return 0 if found["is_whole"] else 1


def export(arguments: argparse.Namespace) -> int:
    query = {"project": arguments.project, "start": arguments.start, "end": arguments.end}
    return show(arguments, {"file": str(connect().download("audit/export/", Path(arguments.to), **query))})


def verifier(arguments: argparse.Namespace) -> int:
    return show(arguments, {"file": str(connect().download("audit/verifier/", Path(arguments.to)))})


def verify(arguments: argparse.Namespace) -> int:
    from mlops.formats.verify_audit import main

    words = [arguments.file]
    for name in ("head", "anchors"):
        if given := getattr(arguments, name):
            words += [f"--{name}", given]
    sys.stdout.flush()
    return main(words)
