"""A pipeline component that a deployment's file names by its own file: it is registered first, as every component."""

from __future__ import annotations

import sys
from typing import Any

from mlops.client.bundle import bundled
from mlops.client.connection import Connection
from mlops.client.documents import beside
from mlops.client.errors import WrongUsage

HINT = "Such as azureml:NAME:VERSION, or ./pipeline.yml with a component of `type: pipeline`."


def named_component(connection: Connection, given: Any, *, file: str, project: str) -> str:
    """`NAME:VERSION` of what is registered, also of a file beside the deployment's."""
    if not isinstance(given, str) or not given:
        raise WrongUsage("component_missing", "“component” names nothing that is registered.", hint=HINT)
    if given.startswith("azureml:") or not given.endswith((".yml", ".yaml")):
        return given.removeprefix("azureml:")
    with bundled(str(beside(file, given))) as (zipped, main):
        fields = {"project": project, "main": main}
        made = connection.send_files("components/", fields=fields, files=[("bundle.zip", zipped)], under="files")
    for warning in made.get("warnings") or ():
        print(f"warning: {warning}", file=sys.stderr)
    return f"{made['name']}:{made['version']}"
