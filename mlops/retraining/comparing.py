"""Compares the new model with the one in use: lays their files and the held-out rows out, and asks child processes.

Nothing of a model is opened in this process; each model is asked in one of its own, so that neither harms the other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from mlops.blobs.trees import fetch_tree, manifest_of
from mlops.formats.evidence import Evidence, SideFound
from mlops.formats.model import ONNX_FILE, ParityCertificate
from mlops.formats.refusal import Refusal
from mlops.formats.step import StepError
from mlops.packaging.child import run_module
from mlops.packaging.models import ConversionState
from mlops.packaging.queries import best_conversion
from mlops.registry.models import ModelVersion
from mlops.registry.reading import describe
from mlops.retraining.asking import SECONDS, Beat, ask
from mlops.retraining.challenger import model_of
from mlops.retraining.laying_out import HeldOutRows, lay_out
from mlops.retraining.models import Attempt
from mlops.retraining.orders import JUDGED_FILE, ROWS_FILE, SIDE_FILE, Judged, JudgeOrder

CONVERT_SECONDS = 600.0
TOLERANCE = 1e-4


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """One of the two models: its files, and the version where it is registered."""

    label: str
    tree: str
    version: Any = None


def challenger_of(attempt: Attempt) -> Candidate:
    if attempt.challenger is not None:
        return Candidate(label=str(attempt.challenger), tree=attempt.challenger.tree_id, version=attempt.challenger)
    if attempt.run is None:
        raise Refusal("run_gone", _("The run that trained the new model is gone."), hint=_("Start another attempt."))
    made = model_of(attempt.run, attempt.wanted.what)
    return Candidate(label=f"{made.node} of run #{attempt.run.number}", tree=made.tree)


def compare(attempt: Attempt, champion: ModelVersion | None, folder: Path, *, beat: Beat) -> Evidence:
    """What there is to say of both on the same rows. A side that cannot be asked is told in the evidence; Refusals are
    for what is no matter of the models."""
    settings = attempt.wanted
    compared = settings.compare
    candidate = challenger_of(attempt)
    held = lay_out(attempt, candidate.tree, folder, beat=beat)
    if held.problem:
        side = _facts(candidate)
        return Evidence(held_out=held.told, rows=0, challenger=side, problem=held.problem, hint=held.hint)
    challenger = _asked(candidate, folder / "challenger", folder, needs_onnx=_needs_onnx(attempt), beat=beat)
    old = None
    if champion is not None:
        its = Candidate(label=str(champion), tree=champion.tree_id, version=champion)
        old = _asked(its, folder / "champion", folder, needs_onnx=False, beat=beat)
    label = compared.held_out.label or challenger.label_column
    judged = Judged()
    if not challenger.problem:
        order = JudgeOrder(
            folder=str(folder),
            label=label,
            challenger=challenger,
            champion=old if old is not None and not old.problem else None,
            slices=compared.slices,
            slice_metric=compared.criteria[0].metric if compared.criteria else "",
            confidence=compared.confidence,
            resamples=compared.resamples,
            seed=compared.seed,
        )
        judged = ask("judge_scores", order, folder, JUDGED_FILE, Judged, beat=beat)
    return Evidence(
        held_out=held.told,
        rows=judged.rows,
        challenger=challenger,
        champion=old,
        label=label,
        task=judged.task,
        usual_metric=judged.usual_metric,
        metrics=judged.metrics,
        slices=judged.slices,
        slices_compared=judged.slices_compared,
        confidence=compared.confidence,
        resamples=compared.resamples,
        seed=compared.seed,
        problem=judged.problem,
        hint=judged.hint,
        notes=(*held.notes, *_notes(held, judged, challenger, old), *_leaks(held, candidate, champion)),
        unlabelled=judged.unlabelled,
        sampled_from=held.sampled_from,
    )


def _needs_onnx(attempt: Attempt) -> bool:
    """Where the certificate or the time of what would serve is asked for."""
    settings = attempt.wanted
    limits = settings.compare.limits
    timed = limits.most_milliseconds is not None or limits.most_latency_ratio is not None
    return limits.needs_onnx or timed or settings.then.do in ("rollout", "deploy")


def _asked(candidate: Candidate, out: Path, folder: Path, *, needs_onnx: bool, beat: Beat) -> SideFound:
    """`folder` has the rows; `out` gets the model and its scores."""
    model = out / "model"
    fetch_tree(candidate.tree, model)
    certificate, problem, onnx = None, "", _kept_form(candidate, out)
    if needs_onnx and onnx is None:
        certificate, problem = _converted(model, out, beat=beat)
        made = out / "onnx" / ONNX_FILE
        onnx = made if certificate is not None and certificate.accepted and made.is_file() else None
    arguments = ["--model", str(model), "--rows", str(folder / ROWS_FILE), "--out", str(out)]
    if onnx is not None:
        arguments += ["--onnx", str(onnx)]
    ended = run_module("mlops.retraining.score_rows", arguments, folder=out, seconds=SECONDS, beat=beat)
    told = out / SIDE_FILE
    if ended.status != 0 or not told.is_file():
        side = SideFound(
            label="", tree="", problem=f"Its process ended: {ended.why}.", hint=_("Check the model on its page.")
        )
    else:
        side = msgspec.json.decode(told.read_bytes(), type=SideFound)
    kept = _certificate_of(candidate) if certificate is None else certificate
    facts = _facts(candidate)
    return msgspec.structs.replace(
        side, label=facts.label, tree=facts.tree, bytes=facts.bytes, certificate=kept, certificate_problem=problem
    )


def _facts(candidate: Candidate) -> SideFound:
    size = sum(file.size_bytes for file in manifest_of(candidate.tree).files)
    return SideFound(label=candidate.label, tree=candidate.tree, bytes=size)


def _kept_form(candidate: Candidate, out: Path) -> Path | None:
    """The accepted ONNX form of a registered version."""
    conversion = best_conversion(candidate.version) if candidate.version is not None else None
    if conversion is None or conversion.state != ConversionState.ACCEPTED or conversion.tree_id is None:
        return None
    fetch_tree(conversion.tree_id, out / "onnx")
    found = out / "onnx" / ONNX_FILE
    return found if found.is_file() else None


def _certificate_of(candidate: Candidate) -> ParityCertificate | None:
    conversion = best_conversion(candidate.version) if candidate.version is not None else None
    told = conversion.certificate if conversion is not None else None
    return msgspec.convert(told, ParityCertificate) if told else None


def _converted(model: Path, out: Path, *, beat: Beat) -> tuple[ParityCertificate | None, str]:
    """Its certificate, or why there is none."""
    made = out / "onnx"
    arguments = ["--model", str(model), "--out", str(made), "--tolerance", str(TOLERANCE)]
    ended = run_module("mlops.packaging.convert", arguments, folder=out, seconds=CONVERT_SECONDS, beat=beat)
    if (made / "error.json").is_file():
        return None, msgspec.json.decode((made / "error.json").read_bytes(), type=StepError).message
    if ended.status != 0:
        return None, f"The conversion ended: {ended.why}."
    return msgspec.json.decode((made / "certificate.json").read_bytes(), type=ParityCertificate), ""


def _leaks(held: HeldOutRows, candidate: Candidate, champion: ModelVersion | None) -> Iterator[str]:
    """Rows of a dataset that a model has learned from flatter it."""
    for who, tree in (("new", candidate.tree), ("old", champion.tree_id if champion else "")):
        manifest = describe(tree).manifest if tree and held.dataset else None
        if manifest is not None and held.dataset in manifest.sources:
            yield f"The {who} model was trained on {held.dataset}, so that these rows may flatter it."


def _notes(held: HeldOutRows, judged: Judged, challenger: SideFound, old: SideFound | None) -> list[str]:
    notes = []
    if held.sampled_from:
        notes.append(f"{held.rows:,} rows were taken evenly out of {held.sampled_from:,}.")
    if judged.unlabelled:
        notes.append(f"{judged.unlabelled:,} rows have no label and were left out.")
    for who, side in (("new", challenger), ("old", old)):
        if side is not None and side.refused:
            notes.append(f"The {who} model refuses {side.refused:,} of the rows; they were left out for both.")
    return notes
