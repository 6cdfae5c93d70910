"""`python -m tests.benchmarks.false_alarms [--trials 1000]`: how often a look at seeded data of twenty columns raises
an alarm, where nothing drifted and where two columns did.

Exit status 1 where unshifted data raises alarms in more than the stated share of looks, or where a shift is missed in
more than one of a hundred."""

from __future__ import annotations

import argparse
import sys
import time

import msgspec

from mlops.formats.monitor import SignalSettings
from tests.stats.drift.trials import TESTS_ALONE, USUAL, trial

QUALITY = SignalSettings(
    name="quality",
    kind="data_quality",
    numerical={"null_value_rate": 0.0, "out_of_bounds_rate": 0.0},
    categorical={"null_value_rate": 0.0, "unseen_category_rate": 0.0},
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=1_000)
    trials = parser.parse_args().trials
    worst = 0
    for rate in (0.05, 0.01):
        for name, settings in (("tests alone", TESTS_ALONE), ("usual limits", USUAL), ("quality", QUALITY)):
            worst |= unshifted(name, msgspec.structs.replace(settings, false_alarm_rate=rate), trials)
    for window in (200, 500, 2_000):
        worst |= shifted(window, max(trials // 5, 1))
    return worst


def unshifted(name: str, settings: SignalSettings, trials: int) -> int:
    began = time.monotonic()
    alarms = sum(trial(seed, settings).state == "alarm" for seed in range(trials))
    print(
        f"unshifted, {name}: {alarms} alarms in {trials} looks = {alarms / trials:.2%} "
        f"(stated {settings.false_alarm_rate:.0%}), {time.monotonic() - began:.0f} s",
        flush=True,
    )
    return int(alarms > settings.false_alarm_rate * trials)


def shifted(window: int, trials: int) -> int:
    found = {"n0": 0, "c0": 0}
    others = 0
    for seed in range(trials):
        look = trial(seed, USUAL, window=window, shift=0.5)
        drifted = {feature.feature for feature in look.features if feature.contribution}
        for name in found:
            found[name] += name in drifted
        others += bool(drifted - set(found))
    print(
        f"shifted by half a deviation, {window} rows: number found in {found['n0'] / trials:.1%}, "
        f"text in {found['c0'] / trials:.1%}, others named in {others / trials:.1%}",
        flush=True,
    )
    return int(window >= 500 and min(found.values()) < 0.99 * trials)


if __name__ == "__main__":
    sys.exit(main())
