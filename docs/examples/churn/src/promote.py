"""Compares a registered version with the champion, and moves alias and stage to it where it is better.

Needs Python alone, MLOPS_URL and MLOPS_TOKEN. Exit status 1 where it is not better: nothing is moved then."""

import argparse
import json
import os
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

SERVER = os.environ["MLOPS_URL"].rstrip("/") + "/api/2.0/mlflow/"
LOGIN = {"Authorization": f"Bearer {os.environ['MLOPS_TOKEN']}", "Content-Type": "application/json"}


def ask(path: str, **query: str) -> dict:
    with urlopen(Request(f"{SERVER}{path}?{urlencode(query)}", headers=LOGIN), timeout=30) as answer:
        return json.load(answer)


def tell(path: str, **body: object) -> None:
    urlopen(Request(SERVER + path, json.dumps(body).encode(), LOGIN), timeout=30).close()


def measured(version: dict, metric: str) -> float:
    known = {one["key"]: one["value"] for one in version.get("tags", [])}
    if metric not in known:
        raise SystemExit(f"{version['name']}:{version['version']} has no tag {metric}: set it when you register.")
    return float(known[metric])


def champion(model: str, alias: str) -> dict | None:
    try:
        return ask("registered-models/alias", name=model, alias=alias)["model_version"]
    except HTTPError as error:
        if error.code == 404 or b"INVALID_PARAMETER_VALUE" in error.read():
            return None
        raise


def main() -> None:
    words = argparse.ArgumentParser()
    words.add_argument("--model", required=True)
    words.add_argument("--version", required=True)
    words.add_argument("--metric", default="auc", help="a tag of the versions; more is better")
    words.add_argument("--by", type=float, default=0.0, help="how much better it must be")
    words.add_argument("--alias", default="champion")
    words.add_argument("--stage", default="Production")
    given = words.parse_args()
    new = ask("model-versions/get", name=given.model, version=given.version)["model_version"]
    old = champion(given.model, given.alias)
    value = measured(new, given.metric)
    if old is not None and old["version"] != new["version"]:
        before = measured(old, given.metric)
        print(f"{given.metric}: {value:.4f}, the champion (version {old['version']}) has {before:.4f}")
        if value <= before + given.by:
            raise SystemExit("Not better: the champion stays.")
    tell("registered-models/alias", name=given.model, alias=given.alias, version=given.version)
    tell("model-versions/transition-stage", name=given.model, version=given.version, stage=given.stage)
    print(f"{given.model}:{given.version} is the champion now")


if __name__ == "__main__":
    main()
