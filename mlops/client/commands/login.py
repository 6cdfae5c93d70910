"""`mlops login URL`: keeps a server's address and a token for later commands, in a file of its owner alone."""

from __future__ import annotations

import argparse
import sys

from mlops.client.connection import Connection
from mlops.client.credentials import Credentials, login_file, write
from mlops.client.options import add_output
from mlops.client.output import show


def define(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("url", metavar="URL", help="the server, such as http://127.0.0.1:8000")
    parser.add_argument("--token", default="", help="a personal token (asked for when absent)")
    parser.set_defaults(act=login)
    add_output(parser)


def login(arguments: argparse.Namespace) -> int:

    url = arguments.url.rstrip("/")
    if "://" not in url:
        url = f"http://{url}"
    token = arguments.token or _asked(url)
    me = Connection(Credentials(url, token, "login")).get("me/")
    write(login_file(), url=url, token=token)
    return show(arguments, {"url": url, "user": me.get("name") or me.get("username"), "kept_in": str(login_file())})


def _asked(url: str) -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    from getpass import getpass

    return getpass(f"Token (make one at {url}/settings/): ").strip()
