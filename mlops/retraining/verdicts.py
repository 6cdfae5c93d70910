"""What a policy says of a comparison: which of its conditions hold, and whether the new model may take over. Pure."""

from __future__ import annotations

from mlops.formats.evidence import Check, Evidence, MetricFound, SideFound, SliceFound, Verdict
from mlops.formats.refusal import nearest
from mlops.formats.retraining import Compare, Criterion, Limits, SliceRule
from mlops.formats.spoken import gettext as _


def verdict_of(compare: Compare, evidence: Evidence) -> Verdict:
    """Everything that is asked for must hold. What is only open (neither shown to hold nor to fail) is a tie."""
    held = compare.held_out
    if evidence.challenger.problem:
        reason = _("The new model cannot be asked: %(problem)s") % {"problem": evidence.challenger.problem}
        return Verdict(outcome="undecided", act="keep", reason=reason, hint=evidence.challenger.hint)
    if evidence.problem:
        return Verdict(outcome="undecided", act="keep", reason=evidence.problem, hint=evidence.hint)
    if evidence.rows < held.least_rows:
        reason = _("The models have %(rows)s labelled rows in common; at least %(least_rows)s are asked for.") % {
            "rows": f"{evidence.rows:,}",
            "least_rows": f"{held.least_rows:,}",
        }
        hint = _("Give more rows to compare on, or ask for fewer (held_out.least_rows).")
        return Verdict(outcome="undecided", act="keep", reason=reason, hint=hint)
    checks = tuple(checks_of(compare, evidence))
    if evidence.champion is None:
        return _without_champion(checks)
    if evidence.champion.problem:
        return _unscorable(compare, evidence.champion, checks)
    return _compared(compare, checks)


def checks_of(compare: Compare, evidence: Evidence) -> list[Check]:
    is_alone = evidence.champion is None or bool(evidence.champion.problem)
    checks: list[Check] = []
    for criterion in wanted_criteria(compare, evidence):
        if not is_alone:
            checks.append(_criterion(criterion, evidence))
        if criterion.limit is not None:
            checks.append(_reached(criterion, evidence))
    for rule in compare.slices:
        checks.append(_slices(rule, evidence, is_alone=is_alone))
    return checks + _limits(compare.limits, evidence.challenger, None if is_alone else evidence.champion)


def wanted_criteria(compare: Compare, evidence: Evidence) -> tuple[Criterion, ...]:
    return compare.criteria or (Criterion(metric=evidence.usual_metric),)


def _without_champion(checks: tuple[Check, ...]) -> Verdict:
    bad = [one for one in checks if one.state == "fail"]
    if bad:
        reason = _("There is no model in use, but the new one does not keep to the limits: %(words)s") % {
            "words": bad[0].words
        }
        return Verdict(outcome="worse", act="keep", reason=reason, checks=checks)
    limits = sum(one.is_limit for one in checks)
    told = f"and the new one keeps to all {limits} limits" if limits else "and no limit is set"
    return Verdict(
        outcome="better",
        act="promote",
        reason=_("There is no model in use yet, %(told)s.") % {"told": told},
        checks=checks,
    )


def _unscorable(compare: Compare, champion: SideFound, checks: tuple[Check, ...]) -> Verdict:
    """Such as after a column was renamed: the old model cannot answer what the new one can."""
    reason = _("%(label)s cannot answer the held-out rows, so the two cannot be compared: %(problem)s") % {
        "label": champion.label,
        "problem": champion.problem,
    }
    bad = next((one for one in checks if one.state == "fail"), None)
    if bad is not None:
        return Verdict(
            outcome="worse",
            act="keep",
            reason=_("%(reason)s The new one fails by itself: %(words)s") % {"reason": reason, "words": bad.words},
            checks=checks,
        )
    act = {"keep": "keep", "ask": "ask", "limits": "promote"}[compare.on_unscorable]
    told = {
        "keep": "By the policy the old one is kept.",
        "ask": "A person decides.",
        "limits": "By the policy the new one's limits decide, and it keeps to them.",
    }[compare.on_unscorable]
    hint = _("Look at what changed in the data's columns; `on_unscorable` says what is done then.")
    return Verdict(outcome="undecided", act=act, reason=f"{reason} {told}", hint=hint, checks=checks)  # type: ignore[arg-type]


def _compared(compare: Compare, checks: tuple[Check, ...]) -> Verdict:
    bad = [one for one in checks if one.state == "fail"]
    if bad:
        more = f" And {len(bad) - 1} more of {len(checks)} conditions fail." if len(bad) > 1 else ""
        return Verdict(outcome="worse", act="keep", reason=f"{bad[0].words}{more}", checks=checks)
    open_ = [one for one in checks if one.state == "open"]
    if not open_:
        reason = (
            (_("All %(count)s conditions hold. %(words)s") % {"count": len(checks), "words": checks[0].words})
            if len(checks) > 1
            else checks[0].words
        )
        return Verdict(outcome="better", act="promote", reason=reason, checks=checks)
    told = f"It is not shown to be better: {open_[0].words}"
    if compare.on_tie == "newer":
        reason = _("%(told)s On a tie the policy takes the newer one.") % {"told": told}
        return Verdict(outcome="tie", act="promote", reason=reason, checks=checks)
    hint = _("More held-out rows narrow the interval; `on_tie: newer` takes the new one all the same.")
    return Verdict(
        outcome="tie",
        act="keep",
        reason=_("%(told)s On a tie the old one is kept.") % {"told": told},
        hint=hint,
        checks=checks,
    )


def _criterion(criterion: Criterion, evidence: Evidence) -> Check:
    name = f"{criterion.metric} {criterion.must_be.replace('_', ' ')}"
    found = evidence.metric(criterion.metric)
    if found is None or found.difference is None:
        return Check(name=name, state="fail", words=_undefined(criterion.metric, found, evidence))
    difference, low, high = _in_direction(criterion, found)
    wanted = criterion.margin if criterion.must_be == "better" else -criterion.margin
    if not criterion.needs_proof or low is None or high is None:
        low = high = difference
    said = _said(criterion, found, difference, low, high, evidence)
    if criterion.must_be == "better":
        passed, failed = low > wanted, high < min(wanted, 0)
        asked = f"more than {wanted:g} better is asked for" if wanted else "better is asked for"
    else:
        passed, failed = low >= wanted, high < wanted
        asked = f"at most {criterion.margin:g} worse is allowed" if criterion.margin else "no worse is allowed"
    state = "pass" if passed else "fail" if failed else "open"
    return Check(name=name, state=state, words=f"{said}; {asked}.")  # type: ignore[arg-type]


def _in_direction(criterion: Criterion, found: MetricFound) -> tuple[float, float | None, float | None]:
    """With the sign of the policy's own direction, where it is another than the metric's."""
    usual = "higher" if found.larger_is_better else "lower"
    assert found.difference is not None
    if criterion.direction in ("", usual):
        return found.difference, found.low, found.high
    low = None if found.high is None else -found.high
    high = None if found.low is None else -found.low
    return -found.difference, low, high


def _said(
    criterion: Criterion, found: MetricFound, difference: float, low: float, high: float, evidence: Evidence
) -> str:
    words = f"{criterion.metric}: {_n(found.challenger)} against {_n(found.champion)}"
    way = "better" if difference >= 0 else "worse"
    words += f", {_n(abs(difference))} {way}"
    if criterion.needs_proof and low != high:
        words += f" ({100 * evidence.confidence:g} % interval {_range(low, high)})"
    return words


def _undefined(metric: str, found: MetricFound | None, evidence: Evidence) -> str:
    known = [one.metric for one in evidence.metrics]
    if found is not None or not known:
        side = "the new model" if found is not None and found.challenger is None else "the old model"
        return f"{metric} is not defined for {side} on these rows, such as AUC where only one class occurs."
    hint = nearest(metric, known) or (_("There are: %(names)s.") % {"names": ", ".join(known)})
    return f"There is no metric “{metric}” for {evidence.task}. {hint}"


def _reached(criterion: Criterion, evidence: Evidence) -> Check:
    found, limit = evidence.metric(criterion.metric), criterion.limit
    assert limit is not None
    name = f"{criterion.metric} limit"
    if found is None or found.challenger is None:
        words = _undefined(criterion.metric, found, evidence)
        return Check(name=name, state="fail", words=words, is_limit=True)
    higher = criterion.direction == "higher" or (not criterion.direction and found.larger_is_better)
    reached = found.challenger >= limit if higher else found.challenger <= limit
    asked = f"{'at least' if higher else 'at most'} {limit:g} is asked for"
    words = f"{criterion.metric} of the new model is {_n(found.challenger)}; {asked}."
    return Check(name=name, state="pass" if reached else "fail", words=words, is_limit=True)


def _slices(rule: SliceRule, evidence: Evidence, *, is_alone: bool) -> Check:
    name = f"by {rule.column}"
    found = [one for one in evidence.slices if one.column == rule.column and rule.metric in ("", one.metric)]
    if not found:
        return Check(name=name, state="open", words=f"“{rule.column}” was not looked at in this comparison.")
    if is_alone:
        return Check(name=name, state="skipped", words="There is nothing to compare the slices with.")
    measured = [one for one in found if one.difference is not None]
    if not measured:
        return Check(name=name, state="open", words=f"No slice of “{rule.column}” could be compared: {found[0].note}")
    bad = [one for one in measured if one.high is not None and one.high < -rule.tolerance]
    told = f"{len(measured)} of {len(found)} slices of “{rule.column}” compared"
    if evidence.slices_compared > 1:
        level = _share(1 - (1 - evidence.confidence) / evidence.slices_compared)
        told += f", each at {level} because there are {evidence.slices_compared}"
    if bad:
        return Check(name=name, state="fail", words=f"{_worst(bad)} is worse beyond {rule.tolerance:g}; {told}.")
    unproven = [one for one in measured if one.low is None or one.low < -rule.tolerance]
    if rule.needs_proof and unproven:
        return Check(
            name=name, state="open", words=f"{_worst(unproven)} may be worse beyond {rule.tolerance:g}; {told}."
        )
    words = "Each slice is shown to be within the tolerance" if rule.needs_proof else "No slice is shown to be worse"
    return Check(name=name, state="pass", words=f"{words}; {told}.")


def _worst(slices: list[SliceFound]) -> str:
    one = min(slices, key=lambda each: each.difference or 0.0)
    bounds = _range(one.low, one.high) if one.low is not None and one.high is not None else "unknown"
    values = f"{_n(one.challenger)} against {_n(one.champion)} ({bounds})"
    return f"{one.column} = {one.value} ({one.rows:,} rows): {one.metric} {values}"


def _limits(limits: Limits, challenger: SideFound, champion: SideFound | None) -> list[Check]:
    checks: list[Check] = []
    slow, old = challenger.milliseconds, champion.milliseconds if champion else None
    if limits.most_milliseconds is not None:
        limit = f"at most {limits.most_milliseconds:g} ms"
        checks.append(_limit("latency", slow, limits.most_milliseconds, f"One row takes {slow or 0:.3g} ms", limit))
    if limits.most_latency_ratio is not None and champion is not None:
        ratio = slow / old if slow is not None and old else None
        words = f"One row takes {slow or 0:.3g} ms, {ratio or 0:.2g} times the old model's {old or 0:.3g} ms"
        checks.append(
            _limit(
                "latency ratio", ratio, limits.most_latency_ratio, words, f"at most {limits.most_latency_ratio:g} times"
            )
        )
    if limits.most_bytes is not None:
        words = f"Its files have {challenger.bytes:,} bytes"
        checks.append(_limit("size", challenger.bytes, limits.most_bytes, words, f"at most {limits.most_bytes:,}"))
    if limits.most_size_ratio is not None and champion is not None:
        ratio = challenger.bytes / champion.bytes if champion.bytes else None
        words = f"Its files have {challenger.bytes:,} bytes, {ratio or 0:.2g} times the old model's"
        checks.append(
            _limit("size ratio", ratio, limits.most_size_ratio, words, f"at most {limits.most_size_ratio:g} times")
        )
    if limits.needs_onnx:
        checks.append(_onnx(challenger))
    return checks


def _limit(name: str, value: float | None, limit: float, words: str, asked: str) -> Check:
    if value is None:
        return Check(name=name, state="fail", words="It was not measured.", is_limit=True)
    state = "pass" if value <= limit else "fail"
    return Check(name=name, state=state, words=f"{words}; {asked} is allowed.", is_limit=True)  # type: ignore[arg-type]


def _onnx(side: SideFound) -> Check:
    proof = side.certificate
    if proof is None:
        words = f"It has no ONNX form: {side.certificate_problem or 'it was not converted.'}"
        return Check(name="ONNX form", state="fail", words=words, is_limit=True)
    told = f"The ONNX form's scores differ by at most {proof.max_difference:.2g} on {proof.rows:,} rows"
    if proof.accepted:
        return Check(name="ONNX form", state="pass", words=f"{told}.", is_limit=True)
    return Check(name="ONNX form", state="fail", words=f"{told}: {proof.reason}", is_limit=True)


def _share(level: float) -> str:
    return f"{100 * level:.4g} %"


def _n(value: float | None) -> str:
    """Four digits, and no powers of ten where whole numbers will do."""
    if value is None:
        return "none"
    return f"{value:,.0f}" if 1e4 <= abs(value) < 1e12 else f"{value:.4g}"


def _range(low: float, high: float) -> str:
    """Of differences, of which those above 0 are better: in words, as the difference itself is told."""
    if low >= 0:
        return f"{_n(low)} to {_n(high)} better"
    if high <= 0:
        return f"{_n(-high)} to {_n(-low)} worse"
    return f"{_n(-low)} worse to {_n(high)} better"
