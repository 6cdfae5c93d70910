"""The governance report: what it says, on paper as well, and that its digest holds."""

from __future__ import annotations

import io
import os
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.utils import timezone
from pypdf import PdfReader

from mlops.events.models import Event
from mlops.explanations.models import Explanation
from mlops.lineage.report.as_html import as_html
from mlops.lineage.report.as_pdf import as_pdf
from mlops.lineage.report.contents import digest_of, report_of
from mlops.registry import report_parts
from mlops.registry.cards import write_card
from mlops.registry.models import Stage
from mlops.registry.pointing import change_stage
from mlops.registry.relations import link_dataset
from tests.lineage.test_pieces import cars, run_of
from tests.registry.shelf import registered

__all__ = ["cars"]
pytestmark = pytest.mark.django_db
GIT = {"commit": "a" * 40, "repository_uri": "https://git.example/cars", "branch": "main"}


@pytest.fixture
def version(owner, contributor, project, cars):
    found = registered(contributor, project, metrics={"auc": 0.91})
    column = {"name": "price", "type": "float", "count": 9, "missing_count": 1, "minimum": 2.5, "maximum": 8.0}
    type(cars).objects.filter(pk=cars.pk).update(profile={"columns": [column]}, row_count=9, state="ready")
    link_dataset(contributor, found, dataset="cars:1", relation="training data")
    run = run_of(project, 1, snapshot={"git": GIT, "versions": {"python": "3.12.1"}})
    type(found).objects.filter(pk=found.pk).update(run=run)
    write_card(contributor, found, card="## Intended use\n\nUsed cars only, <never> boats. Żółw, Ωμέγα, Цена.")
    weight = {"column": "power", "importance": 3.0}
    told = {"kind": "tree", "method": "SHAP of trees", "unit": "prediction", "task": "regression", "outputs": ["price"],
            "base": [1.0], "weights": [weight], "rows": 7, "total_rows": 9, "background": 3, "seed": 0,
            "sampling": "7 of 9 rows", "source": "cars:1", "cost": {"seconds": 1.0, "peak_bytes": 1}}  # fmt: skip
    now = {"state": "completed", "state_since": timezone.now(), "order": {}}
    Explanation.objects.create(version=found, name="Why", summary=told, created_by=contributor, **now)
    change_stage(owner, found, stage=Stage.PRODUCTION, reason="passed the review")
    return type(found).objects.select_related("model__project", "run").get(pk=found.pk)


TOLD = ("prices", "auc", "0.91", "cars:1", "training data", "a" * 40, "passed the review", "Intended use",
        "Used cars only, <never> boats.", "Model registered", "python", "Nowhere at present.",
        "Żółw, Ωμέγα, Цена.",
        "SHAP of trees", "7 of 9 rows", "100.0%")  # fmt: skip


def test_all_of_it_is_on_paper(version):
    report = report_of(version, by="olga")
    pdf = as_pdf(report)
    if place := os.environ.get("LINEAGE_REPORT"):
        Path(place).write_bytes(pdf)
    reader = PdfReader(io.BytesIO(pdf))
    text = " ".join(page.extract_text() for page in reader.pages)
    plain = "".join(text.split())
    for told in (*TOLD, report.digest):
        assert "".join(told.split()) in plain, told
    assert all(report.digest in page.extract_text() for page in reader.pages)


def test_the_page_says_the_same_and_escapes_what_people_wrote(version):
    page = as_html(report_of(version, by="olga"))
    assert "passed the review" in page
    assert "&lt;never&gt;" in page
    assert "<never>" not in page


def test_no_password_of_an_address_is_told(client, version, reader):
    assert "secret" not in as_html(report_of(version, by="olga"))
    client.force_login(reader)
    assert "secret" not in client.get("/api/v1/lineage/?of=datasets/cars:1").content.decode()


def test_the_digest_is_over_the_content_and_signed(version):
    report = report_of(version, by="olga")
    assert digest_of(report) == report.digest
    key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(report.key))
    key.verify(bytes.fromhex(report.signature), report.digest.encode())
    assert digest_of(msgspec.structs.replace(report, made_by="sven")) != report.digest


def test_the_audit_names_each_entry_of_the_version_with_its_hash(version):
    audit = report_of(version, by="olga").parts[-1]
    hashes = [row[-1] for row in audit.tables[0].rows]
    known = Event.objects.filter(subject="models/prices:1").order_by("seq")
    assert hashes == [one.hash[:16] for one in known]


def test_packages_below_add_parts_of_their_own(version, monkeypatch):
    monkeypatch.setattr(report_parts, "_sources", [lambda _version: [report_parts.Part(title="Own part")]])
    assert "Own part" in [part.title for part in report_of(version, by="olga").parts]


def test_it_is_a_file_by_rest(client, version, reader, stranger):
    client.force_login(reader)
    address = f"/api/v1/models/{version.model_id}/versions/1/report/"
    assert client.get(f"{address}?as=pdf").content.startswith(b"%PDF-")
    assert client.get(address).json()["title"] == "Governance report of prices:1"
    assert client.get(f"{address}?as=word").status_code == 400
    client.force_login(stranger)
    assert client.get(address).status_code == 404


def test_what_is_missing_is_said(contributor, project):
    bare = registered(contributor, project, name="bare")

    told = {part.title: part.words for part in report_of(bare, by="olga").parts}

    assert told["Data sheets"] == ("No dataset version stands behind it.",)
    assert told["Explanations"] == ("None was made.",)
    assert told["How good it is"] == ("No metrics are stored with it.",)
