"""Conversions as rows: asked for, done in a child process, and found again."""

from __future__ import annotations

from datetime import timedelta

import joblib
import pytest
from django.conf import settings
from django.utils import timezone

from mlops.formats.refusal import Refusal
from mlops.packaging import actions, queries, tasks
from mlops.packaging.models import Conversion, ConversionState
from mlops.packaging.served import facts_of
from mlops.registry.actions import keep_files, register
from tests.packaging.external.fitted import FITTED, keep
from tests.registry.shelf import registered

pytestmark = pytest.mark.django_db


def done(conversion: Conversion) -> Conversion:
    tasks.convert(str(conversion.pk))
    conversion.refresh_from_db()
    return conversion


def test_a_conversion_ends_accepted_with_its_certificate_and_files(contributor, project):
    conversion = done(actions.convert(contributor, registered(contributor, project)))
    assert conversion.state == ConversionState.ACCEPTED, conversion.reason
    assert conversion.certificate["speed_up_single"] > 1
    assert conversion.tree.file_count == 3


def test_asking_again_gives_the_same_conversion(contributor, project):
    version = registered(contributor, project)
    assert actions.convert(contributor, version) == actions.convert(contributor, version)
    assert actions.convert(contributor, version, tolerance=1e-3) != actions.convert(contributor, version)


def test_readers_cannot_convert(contributor, reader, project):
    version = registered(contributor, project)
    with pytest.raises(Refusal) as refused:
        actions.convert(reader, version)
    assert refused.value.status == 403


def test_uploaded_files_cannot_be_converted_and_it_says_what_to_do(contributor, project, tmp_path):
    (tmp_path / "model.bin").write_bytes(b"x")
    with (tmp_path / "model.bin").open("rb") as stream:
        tree = keep_files(contributor, project, files=[("model.bin", stream)])
    conversion = done(actions.convert(contributor, register(contributor, project, name="mine", tree=tree)))
    assert conversion.state == ConversionState.REFUSED
    assert "script" in conversion.hint


def test_a_lost_worker_gives_its_conversion_back(contributor, project):
    conversion = actions.convert(contributor, registered(contributor, project))
    past = timezone.now() - timedelta(minutes=5)
    Conversion.objects.update(state=ConversionState.RUNNING, lease_until=past, attempt=1)
    tasks.sweep()
    conversion.refresh_from_db()
    assert conversion.state == ConversionState.QUEUED
    Conversion.objects.update(state=ConversionState.RUNNING, lease_until=past, attempt=3)
    tasks.sweep()
    conversion.refresh_from_db()
    assert conversion.state == ConversionState.FAILED
    assert conversion.hint


def test_an_uploaded_onnx_file_tells_its_signature(contributor, project, tmp_path):
    from onnx import TensorProto, helper, save

    value = helper.make_tensor_value_info
    node = helper.make_node("Add", ["a", "b"], ["total"])
    inputs = [value(name, TensorProto.FLOAT, [None, 1]) for name in ("a", "b")]
    graph = helper.make_graph([node], "sum", inputs, [value("total", TensorProto.FLOAT, [None, 1])])
    save(helper.make_model(graph), tmp_path / "sum.onnx")
    with (tmp_path / "sum.onnx").open("rb") as stream:
        tree = keep_files(contributor, project, files=[("sum.onnx", stream)])
    version = register(contributor, project, name="sum", tree=tree)
    tasks.read_onnx(str(version.pk))
    version.refresh_from_db()
    assert [field["name"] for field in version.signature["inputs"]] == ["a", "b"]
    assert version.properties["onnx"]["outputs"][0]["name"] == "total"


def kept(actor, project, folder, name="mine"):
    with (folder / "model.joblib").open("rb") as stream:
        tree = keep_files(actor, project, files=[("model.joblib", stream)])
    return register(actor, project, name=name, tree=tree)


def test_an_uploaded_estimator_is_converted_and_says_what_it_takes(contributor, project, tmp_path):
    version = kept(contributor, project, keep(tmp_path, FITTED["logistic"]()))
    conversion = done(actions.convert(contributor, version))
    assert conversion.state == ConversionState.ACCEPTED, conversion.reason
    facts = facts_of(version, entry="onnx", conversion=conversion)
    assert facts.task == "two_class"
    assert [field.name for field in facts.signature.inputs] == ["power", "weight", "age"]


class Evil:
    """Unpickled, it tells what it can read as the name of a missing module."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __reduce__(self) -> tuple[object, ...]:
        return exec, (self.text,)


def test_a_pickle_of_bad_intent_reads_no_secret_and_changes_no_file(contributor, project, tmp_path, monkeypatch):
    monkeypatch.setenv("MLOPS_SECRET_KEY", "tell nobody")
    (settings.DATA_DIR / "secret_key").write_text("tell nobody")
    text = f"""
import os, sys
def tried(act):
    try: return str(act())
    except OSError: return "refused"
told = [tried(lambda: open({str(settings.DATA_DIR / "secret_key")!r}).read())]
told += [os.environ.get("MLOPS_SECRET_KEY", "none")]
told += [tried(lambda: open(sys.argv[sys.argv.index("--model") + 1] + "/model.joblib", "a"))]
raise ImportError("/".join(told))
"""
    joblib.dump(Evil(text), tmp_path / "model.joblib")
    conversion = done(actions.convert(contributor, kept(contributor, project, tmp_path)))
    assert conversion.state == ConversionState.REFUSED
    assert "refused/none/refused" in conversion.reason + conversion.hint, (conversion.reason, conversion.hint)
    assert "tell nobody" not in conversion.reason + conversion.hint


def test_a_form_that_was_asked_for_is_never_served_by_itself(contributor, project):
    version = registered(contributor, project)
    usual = done(actions.convert(contributor, version))
    optimised = done(actions.convert(contributor, version, kind="optimised"))
    assert optimised != usual
    assert optimised.state in (ConversionState.ACCEPTED, ConversionState.REFUSED)
    assert queries.best_conversion(version) == usual


def test_trees_are_not_quantised(contributor, project):
    conversion = done(actions.convert(contributor, registered(contributor, project), kind="int8"))
    assert conversion.state == ConversionState.REFUSED
    assert "trees" in conversion.reason


def test_an_unknown_kind_is_refused_with_the_nearest(contributor, project):
    with pytest.raises(Refusal) as refused:
        actions.convert(contributor, registered(contributor, project), kind="int")
    assert "int8" in refused.value.hint
