"""Dashboard and alert rules speak of metrics that there are, and promtool reads the rules."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from mlops.router.counts import HELP as OF_THE_ROUTER

DEPLOY = Path(__file__).resolve().parents[2] / "docs" / "deploy"
NAME = re.compile(r"mlops_[a-z_]+")
PARTS = re.compile(r"_(bucket|count|sum)$")


@pytest.mark.django_db
def test_each_name_is_one_that_metrics_tell(client, monkeypatch):
    monkeypatch.setenv("MLOPS_METRICS_TOKEN", "scrape-me-please")
    told = client.get("/metrics", headers={"Authorization": "Bearer scrape-me-please"}).content.decode()
    known = set(re.findall(r"^# TYPE (\S+)", told, re.MULTILINE)) | set(OF_THE_ROUTER)
    board = json.loads((DEPLOY / "grafana" / "mlops-studio.json").read_text())
    asked = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    assert not [one for one in asked if " or mlops_" in one], "what has the same labels is left out"
    asked += re.findall(r"expr: (.*)", (DEPLOY / "prometheus" / "alerts.yml").read_text())
    names = {PARTS.sub("", name) for one in asked for name in NAME.findall(one)}
    assert len(names) > 15
    assert names <= known
    assert not re.findall(r'[{,](?:job|instance)="', told), "labels that Prometheus gives itself"


def test_promtool_reads_the_rules():
    rules = DEPLOY / "prometheus" / "alerts.yml"
    said = subprocess.run(["promtool", "check", "rules", str(rules)], capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stdout + said.stderr
