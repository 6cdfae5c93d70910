"""A stand-in for the server while the canvas is worked on: the real components and their rules, a draft in memory,
runs that play themselves. Start it from the repository: `python frontend/dev/server.py [port]`."""

from __future__ import annotations

import json
import mimetypes
import random
import re
import sys
import threading
import time
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

import msgspec  # noqa: E402

from designer.graph.operations import Change, apply  # noqa: E402
from mlops.blocks.catalogue import components, derive  # noqa: E402
from mlops.formats.component import Shape  # noqa: E402
from mlops.formats.refusal import Refusal  # noqa: E402
from mlops.formats.table import Column, TableSchema  # noqa: E402

STATIC = ROOT / "mlops/web/static"
PALETTE = tuple(msgspec.to_builtins(component) for component in components())
RANDOM = random.Random(7)


def now() -> str:
    return datetime.now(UTC).isoformat()


def columns(*pairs: str) -> TableSchema:
    return TableSchema(
        columns=tuple(Column(name=name, type=kind) for name, kind in (pair.split(":") for pair in pairs)), row_count=205
    )


DATASETS: dict[str, TableSchema] = {
    "automobile-price": columns(
        "symboling:integer",
        "normalized-losses:decimal",
        "make:string",
        "fuel-type:string",
        "body-style:string",
        "wheel-base:decimal",
        "length:decimal",
        "width:decimal",
        "curb-weight:integer",
        "engine-size:integer",
        "horsepower:integer",
        "city-mpg:integer",
        "price:decimal",
    ),
    "flights": columns("year:integer", "month:integer", "dep_delay:decimal", "carrier:string", "air_time:decimal"),
    "my customers": columns("id:integer", "since:date", "active:boolean", "churn:string"),
}

DRAFT: dict[str, Any] = {
    "id": "d1",
    "name": "Automobile price",
    "revision": 1,
    "saved_at": now(),
    "runs": [],
    "revisions": [],
    "log": [],
    "document": {"nodes": {}, "edges": [], "layout": {}},
}
RUNS: dict[str, dict[str, Any]] = {}
LOCK = threading.Lock()


def examine(document: dict[str, Any]) -> dict[str, Any]:
    shapes: dict[str, dict[str, Shape]] = {}
    problems: list[Any] = []
    nodes = document["nodes"]
    open_ = list(nodes)
    while open_:
        ready = [n for n in open_ if all(e["source"] not in open_ for e in document["edges"] if e["target"] == n)]
        if not ready:
            break
        for node in ready:
            open_.remove(node)
            drawn = nodes[node]
            inputs = {
                e["target_port"]: shapes.get(e["source"], {}).get(e["source_port"])
                for e in document["edges"]
                if e["target"] == node
            }
            given = {port: shape for port, shape in inputs.items() if shape is not None}
            parameters = drawn.get("parameters", {})
            if drawn["component"] == "dataset" and parameters.get("dataset") in DATASETS:
                given["dataset"] = Shape(type="table", table=DATASETS[parameters["dataset"]])
            try:
                derived = derive(drawn["component"], drawn["version"], parameters, given)
            except Refusal as refusal:
                problems.append({"code": refusal.code, "message": refusal.message, "where": {"node": node}})
                continue
            shapes[node] = dict(derived.outputs)
            for problem in msgspec.to_builtins(derived.problems):
                problems.append({**problem, "where": {**problem.get("where", {}), "node": node}})
    return {"problems": problems, "shapes": msgspec.to_builtins(shapes)}


def draft() -> dict[str, Any]:
    last = RUNS[DRAFT["runs"][-1]] if DRAFT["runs"] else None
    return {
        **{key: DRAFT[key] for key in ("id", "name", "revision", "saved_at", "document")},
        **examine(DRAFT["document"]),
        "project": {"slug": "sample", "name": "Sample"},
        "can_edit": True,
        "me": "admin",
        "steps": {"undo": [], "redo": [], "older": None},
        "last_run": {"id": last["id"], "number": last["number"], "state": "running"} if last else None,
        "url": "/",
    }


def take(sent: dict[str, Any]) -> None:
    """One person's log: a step is undone by turning its changes round, the last first."""
    if any(entry["id"] == sent["id"] for entry in DRAFT["log"]):
        return
    changes = sent["changes"]
    if sent["kind"] != "do":
        done = [e["changes"] for e in DRAFT["log"] if e["kind"] == "do" and e["step"] == sent["step"]]
        changes = [change for each in done for change in each]
        if sent["kind"] == "undo":
            turned = {"before": "after", "after": "before", "path": "path"}
            changes = [{turned[key]: value for key, value in each.items()} for each in reversed(changes)]
    keep(apply(DRAFT["document"], msgspec.convert(changes, type=tuple[Change, ...])), sent["label"])
    DRAFT["log"].append({**sent, "changes": changes, "seq": DRAFT["revision"], "by": "admin", "at": now(), "kept": 0})


def news(after: int) -> dict[str, Any]:
    answer = {"revision": DRAFT["revision"], "saved_at": DRAFT["saved_at"], "name": DRAFT["name"], "last_run": None}
    found = [entry for entry in DRAFT["log"] if entry["seq"] > after]
    if len(found) < DRAFT["revision"] - after:
        return {**answer, "operations": [], "document": DRAFT["document"]}
    return {**answer, "operations": found}


def keep(document: dict[str, Any], label: str) -> None:
    DRAFT["document"] = document
    DRAFT["revision"] += 1
    DRAFT["saved_at"] = now()
    DRAFT["revisions"].insert(
        0, {"number": DRAFT["revision"], "label": label, "saved_at": now(), "saved_by": "admin", "document": document}
    )


STEP_SECONDS = 1.2


def run(run_id: str) -> dict[str, Any]:
    """Steps in topological order, each a while long; the fifth reused; a script fails."""
    record = RUNS[run_id]
    document = record["document"]
    order: list[str] = []
    while len(order) < len(document["nodes"]):
        order += [
            n
            for n in document["nodes"]
            if n not in order and all(e["source"] in order for e in document["edges"] if e["target"] == n)
        ]
    elapsed = (record["ended"] or time.time()) - record["started"]
    steps = []
    failed: set[str] = set()
    for at, node in enumerate(order):
        drawn = document["nodes"][node]
        share = (elapsed - at * STEP_SECONDS) / STEP_SECONDS
        definition = next(each for each in PALETTE if each["name"] == drawn["component"])
        before = {e["source"] for e in document["edges"] if e["target"] == node}
        state = "completed" if share >= 1 else "running" if share > 0 else "waiting"
        error = None
        if before & failed:
            state = "skipped"
            failed.add(node)
        elif drawn["component"] == "execute_python_script" and share >= 1:
            state = "failed"
            failed.add(node)
            error = {
                "code": "script",
                "message": "Line 3: column 'prise' does not exist.",
                "hint": "Did you mean 'price'?",
                "where": {"node": node, "column": "prise"},
                "traceback": "Traceback (most recent call last):\n  ...",
            }
        elif state == "completed" and at == 1:
            state = "reused"
        steps.append(
            {
                "node": node,
                "title": drawn.get("title") or definition["title"],
                "state": state,
                "reason": "Waiting for its inputs."
                if state == "waiting"
                else "An earlier step failed."
                if state == "skipped"
                else "",
                "since": now(),
                "progress": max(0.0, min(1.0, share)) if state == "running" else None,
                "seconds": 1.2 if share >= 1 else None,
                "reused": state == "reused",
                "error": error,
                "outputs": [{"port": p["name"], "type": p["type"]} for p in definition.get("outputs", [])]
                if state in ("completed", "reused")
                else [],
            }
        )
    done = elapsed > len(order) * STEP_SECONDS
    state = "cancelled" if record["ended"] else "failed" if done and failed else "completed" if done else "running"
    return {
        "id": run_id,
        "number": record["number"],
        "display_name": f"Run {record['number']}",
        "experiment": record["experiment"],
        "state": state,
        "reason": "",
        "since": now(),
        "can_cancel": state == "running",
        "steps": steps,
        "metrics": [{"node": order[-1], "key": "coefficient_of_determination", "value": 0.87}]
        if state == "completed"
        else [],
        "url": f"/run/{run_id}",
        "project": "sample",
    }


def output(run_id: str, node: str, port: str, offset: int, limit: int) -> dict[str, Any]:
    document = RUNS[run_id]["document"]
    shape = examine(document)["shapes"].get(node, {}).get(port, {"type": "any"})
    component = document["nodes"][node]["component"]
    if shape["type"] == "model":
        return {
            "type": "model",
            "task": "regression",
            "algorithm": "linear_regression",
            "label": "price",
            "trained_rows": 144,
            "sources": ["automobile-price:1"],
            "framework": "scikit-learn",
            "framework_version": "1.9.1",
            "signature": {
                "inputs": [
                    {"name": "make", "type": "string"},
                    {"name": "horsepower", "type": "integer", "required": True},
                ],
                "outputs": [{"name": "Scored Labels", "type": "decimal"}],
            },
            "parameters": {"l2": 0.001},
            "register_url": "/models/new",
        }
    if shape["type"] != "table":
        return {"type": shape["type"], "summary": [{"label": "Files", "value": 2}]}
    schema = shape.get("table") or msgspec.to_builtins(DATASETS["automobile-price"])
    count = 336_776
    rows = [
        [cell(column["type"], column["name"], at) for column in schema["columns"]]
        for at in range(offset, min(count, offset + limit))
    ]
    return {
        "type": "table",
        "schema": schema,
        "row_count": count,
        "rows": rows,
        "profile": profile(schema, count),
        "evaluation": evaluation(port) if component == "evaluate_model" else None,
    }


def cell(kind: str, name: str, at: int) -> Any:
    if (at * 31 + len(name)) % 17 == 0:
        return None
    return {
        "integer": at % 97,
        "decimal": round((at * 7919 % 10007) / 13, 4),
        "boolean": at % 2 == 0,
        "date": f"2026-03-{at % 28 + 1:02d}T00:00:00",
    }.get(kind, f"{name} {at % 9}")


def profile(schema: dict[str, Any], count: int) -> dict[str, Any]:
    found = []
    for column in schema["columns"]:
        numeric = column["type"] in ("integer", "decimal")
        found.append(
            {
                "name": column["name"],
                "type": column["type"],
                "count": count,
                "missing_count": 12,
                "not_missing_count": count - 12,
                "unique_count": 97,
                **(
                    {
                        "minimum": 0,
                        "maximum": 96,
                        "mean": 47.5,
                        "standard_deviation": 27.1,
                        "variance": 734.4,
                        "skewness": 0.1,
                        "kurtosis": -1.2,
                        "quantiles": {"P1": 1, "P5": 4, "P25": 24, "P50": 48, "P75": 72, "P95": 91, "P99": 95},
                        "histogram": {
                            "edges": [i * 9.6 for i in range(11)],
                            "counts": [RANDOM.randint(20, 900) for _ in range(10)],
                        },
                    }
                    if numeric
                    else {"top_values": [{"value": f"{column['name']} {i}", "count": 900 - 90 * i} for i in range(6)]}
                ),
            }
        )
    return {"row_count": count, "columns": found}


def evaluation(_port: str) -> dict[str, Any]:
    sets = []
    for name, power in (("Scored dataset", 3.0), ("Scored dataset to compare", 2.0)):
        xs = [i / 50 for i in range(51)]
        ys = [1 - (1 - x) ** power for x in xs]
        rows = [
            {
                "threshold": t / 50,
                "true_positive": int(500 * (1 - (t / 50) ** power)),
                "false_negative": int(500 * (t / 50) ** power),
                "false_positive": int(700 * (1 - t / 50) ** power),
                "true_negative": 700 - int(700 * (1 - t / 50) ** power),
                "accuracy": 0.8,
                "precision": 0.7,
                "recall": 1 - (t / 50) ** power,
                "f1": 0.75,
            }
            for t in range(51)
        ]
        sets.append(
            {
                "name": name,
                "rows": 1200,
                "classes": ["no", "yes"],
                "thresholds": rows,
                "roc": {"x": xs, "y": ys},
                "precision_recall": {"x": xs, "y": [1 - x**3 / 2 for x in xs]},
                "lift": {"x": xs, "y": [500 * y for y in ys]},
                "metrics": {
                    "accuracy": 0.81,
                    "precision": 0.74,
                    "recall": 0.69,
                    "f1_score": 0.714,
                    "auc": power / (power + 1),
                    "log_loss": 0.41,
                },
            }
        )
    return {"task": "two_class", "evaluated": sets}


def answer(method: str, path: str, query: dict[str, str], body: dict[str, Any]) -> tuple[int, Any]:
    if path.startswith("palette/"):
        offers = [
            {
                "name": name,
                "version": 1,
                "versions": [1],
                "description": f"The **{name}** data.",
                "schema": msgspec.to_builtins(schema),
                "is_sample": not name.startswith("my"),
                "url": f"/datasets/{name}",
            }
            for name, schema in DATASETS.items()
        ]
        return 200, {"components": PALETTE, "datasets": offers}
    if path.startswith("experiments/"):
        return 200, {"results": [{"name": "price"}, {"name": "trial"}]}
    if path == "drafts/d1/":
        if method == "PATCH":
            DRAFT["name"] = body["name"]
        return 200, draft()
    if path.startswith("drafts/d1/operations/"):
        for sent in body.get("operations", []):
            take(sent)
        accepted = [sent["id"] for sent in body.get("operations", [])]
        return 200, {**news(int(body.get("after", query.get("after", 0)))), "accepted": accepted}
    if path == "drafts/d1/examined/":
        return 200, {"revision": DRAFT["revision"], **examine(DRAFT["document"])}
    if path.startswith("drafts/d1/presence/"):
        return 200, {"people": []}
    if path.startswith("drafts/d1/steps/"):
        return 200, {"undo": [], "redo": [], "older": None}
    if path == "drafts/d1/document/":
        if body["base_revision"] != DRAFT["revision"]:
            return 409, {
                "code": "draft_conflict",
                "detail": "Somebody saved this draft meanwhile.",
                "hint": "Reload it.",
            }
        keep(body["document"], body["label"])
        return 200, {"revision": DRAFT["revision"], "saved_at": DRAFT["saved_at"], **examine(DRAFT["document"])}
    if path == "drafts/d1/revisions/":
        return 200, {"results": [{k: v for k, v in each.items() if k != "document"} for each in DRAFT["revisions"]]}
    if path == "drafts/d1/restore/":
        old = next(each for each in DRAFT["revisions"] if each["number"] == body["revision"])
        keep(old["document"], f"Restore revision {old['number']}")
        return 200, draft()
    if path.endswith("/clone/"):
        return 201, {"id": "d1", "url": "/?clone"}
    if path == "drafts/d1/submit/":
        problems = [p for p in examine(DRAFT["document"])["problems"] if p.get("severity", "error") == "error"]
        if problems:
            return 422, {
                "code": "draft_invalid",
                "detail": "The pipeline has problems.",
                "hint": "Solve them.",
                "problems": problems,
            }
        run_id = f"r{len(RUNS) + 1}"
        RUNS[run_id] = {
            "id": run_id,
            "number": len(RUNS) + 1,
            "document": DRAFT["document"],
            "started": time.time(),
            "ended": None,
            "experiment": body["experiment"],
        }
        DRAFT["runs"].append(run_id)
        return 201, {"id": run_id, "number": RUNS[run_id]["number"], "url": f"/run/{run_id}"}
    if found := re.fullmatch(r"runs/(\w+)/", path):
        return 200, run(found[1])
    if found := re.fullmatch(r"runs/(\w+)/cancel/", path):
        RUNS[found[1]]["ended"] = time.time()
        return 200, run(found[1])
    if found := re.fullmatch(r"runs/(\w+)/document/", path):
        document = RUNS[found[1]]["document"]
        return 200, {"document": document, "shapes": examine(document)["shapes"]}
    if found := re.fullmatch(r"runs/(\w+)/steps/([\w-]+)/log/", path):
        after = int(query.get("after", 0))
        lines = [
            {"seq": i, "at": now(), "stream": "stderr" if i == 4 else "log", "text": f"line {i} of {found[2]}"}
            for i in range(after + 1, 7)
        ]
        return 200, {"lines": lines, "next": 6, "ended": True}
    if found := re.fullmatch(r"runs/(\w+)/steps/([\w-]+)/outputs/(\w+)/", path):
        return 200, output(found[1], found[2], found[3], int(query.get("offset", 0)), int(query.get("limit", 50)))
    return 404, {"code": "not_found", "detail": f"No {path}."}


PAGE = """<!doctype html><html lang="en" data-theme="{theme}"><head><meta charset="utf-8"><title>Canvas</title>
<meta name="viewport" content="width=device-width, initial-scale=1">{style}
<link rel="stylesheet" href="/static/build/designer.css"><style>body{{margin:0}}</style></head><body><main>{body}</main>
<script type="module" src="/static/build/{script}.js"></script></body></html>"""
CSP = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:"


class Stand(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.reply("GET")

    do_POST = do_PUT = do_PATCH = do_DELETE = lambda self: self.reply(self.command)

    def reply(self, method: str) -> None:
        parts = urlsplit(self.path)
        query = {key: values[0] for key, values in parse_qs(parts.query).items()}
        if parts.path.startswith("/api/v1/"):
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length) or b"{}")
            with LOCK:
                status, found = answer(method, parts.path.removeprefix("/api/v1/"), query, body)
            return self.send(status, json.dumps(found).encode(), "application/json")
        if parts.path.startswith("/static/"):
            file = STATIC / parts.path.removeprefix("/static/")
            if not file.resolve().is_relative_to(STATIC) or not file.is_file():
                return self.send(404, b"", "text/plain")
            return self.send(200, file.read_bytes(), mimetypes.guess_type(file.name)[0] or "application/octet-stream")
        if parts.path.startswith("/ws/") or parts.path == "/favicon.ico":
            return self.send(404, b"", "text/plain")
        style = "" if "bare" in query else '<link rel="stylesheet" href="/static/web/app.css">'
        theme = query.get("theme", "light")
        if parts.path.startswith("/run/"):
            run_id = parts.path.split("/")[2]
            body = f'<div id="run-graph" data-run="{run_id}" data-api="/api/v1/" data-project="sample"></div>'
            script = "run"
        elif parts.path == "/plots":
            figure = json.dumps({"data": [{"type": "bar", "x": ["a", "b"], "y": [3, 5]}], "layout": {"title": "Bars"}})
            body, script = f"<div data-plot='{figure}' style='height:300px'></div>", "plots"
        else:
            body, script = (
                '<div id="designer" data-draft="d1" data-api="/api/v1/" data-can-edit="true"></div>',
                "designer",
            )
        return self.send(
            200, PAGE.format(theme=theme, style=style, body=body, script=script).encode(), "text/html; charset=utf-8"
        )

    def send(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", CSP)
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        return None


if __name__ == "__main__":
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 5199
    print(f"http://127.0.0.1:{port}/", flush=True)
    ThreadingHTTPServer(("127.0.0.1", port), Stand).serve_forever()
