"""When alarms go on and off."""

from __future__ import annotations

from mlops.formats.monitor import FeatureFound, Measured, SignalFound
from mlops.monitoring.alarms import changes, judged


def _found(value: float, *, state: str = "", threshold: float = 0.3) -> SignalFound:
    is_alarm = value > threshold
    measured = Measured(metric="psi", value=value, threshold=threshold, is_alarm=is_alarm)
    feature = FeatureFound(feature="price", kind="numerical", measured=(measured,))
    state = state or ("alarm" if is_alarm else "fine")
    return SignalFound(name="drift", kind="data_drift", state=state, reason="", magnitude=value, features=(feature,))


def _changed(found: SignalFound, on: list[str]) -> dict[str, bool]:
    return {one.judged.feature: one.goes_on for one in changes(judged(found, is_on=on), is_on=on)}


def test_an_alarm_goes_on_beyond_the_limit():
    assert _changed(_found(0.31), []) == {"": True, "price": True}


def test_an_alarm_that_is_on_is_not_raised_again():
    assert _changed(_found(0.5), ["", "price"]) == {}


def test_an_alarm_stays_on_just_within_the_limit():
    assert _changed(_found(0.29), ["", "price"]) == {}


def test_an_alarm_goes_off_well_within_the_limit():
    assert _changed(_found(0.26), ["", "price"]) == {"": False, "price": False}


def test_too_little_data_changes_nothing():
    assert _changed(_found(0.0, state="too_little_data"), ["", "price"]) == {}


def test_a_value_that_falls_is_bad_where_smaller_is_worse():
    low = Measured(metric="accuracy", value=0.79, threshold=0.8, larger_is_worse=False, is_alarm=True)
    found = SignalFound(name="p", kind="model_performance", state="alarm", reason="", measured=(low,))
    (row,) = judged(found, is_on=[])
    assert (row.is_on, row.metric, row.value, row.threshold) == (True, "accuracy", 0.79, 0.8)
