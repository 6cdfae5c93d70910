"""Streams as such: what they open, and by what they hide it."""

from __future__ import annotations

import builtins
import functools
import importlib
import pickle
from collections import Counter, OrderedDict
from datetime import UTC, datetime

import numpy as np
import pytest

from mlops.scans.reading.machine import ACTS
from tests.scans.pickled import Runs, attack, looked_at, whats

EVIL = "posix.system" if b"posix" in attack() else "nt.system"


@pytest.mark.parametrize("protocol", range(6))
def test_a_call_of_the_system_is_dangerous_in_every_protocol(protocol):
    found = looked_at(attack(protocol))
    assert (found.verdict, whats(found)) == ("dangerous", {EVIL})


@pytest.mark.parametrize(
    "content",
    [
        b"cos\nsystem\n(S'id'\ntR.",
        b"(S'id'\nios\nsystem\n.",
        b"(cos\nsystem\nS'id'\no.",
        b"V\\u006fs\nV\\u0073ystem\n\x93(S'id'\ntR.",
        b"S'\\x6fs'\nS'system'\n\x93(S'id'\ntR.",
        b"\x80\x04\x8c\x02os\x94\x8c\x06system\x94h\x00h\x01\x93\x8c\x02id\x85R.",
        b"\x80\x04\x8c\x02os\x940\x8c\x06system\x94h\x00h\x01\x93\x8c\x02id\x85R.",
        b"\x80\x04(\x8c\x02os\x8c\x06systeml0\x8c\x02os\x8c\x06system\x93\x8c\x02id\x85R.",
        b"c__builtin__\neval\n(S'1'\ntR.",
        b"cnumpy\n__builtins__\n(S'1'\ntR.",
        b"csklearn.base\nos.system\n(S'id'\ntR.",
        b"ccommands\ngetoutput\n(S'id'\ntR.",
        b"cimportlib\nimport_module\n(S'os'\ntR.",
        b"cmarshal\nloads\n(S'id'\ntR.",
        b"cpkgutil\nresolve_name\n(S'os:system'\ntR.",
        b"cnumpy.testing._private.utils\nrunstring\n(S'id'\n}tR.",
        b"ctorch._inductor.codecache\ncompile_file\n(S'id'\ntR.",
        b"ctimeit\ntimeit\n(S'id'\ntR.",
        b"ccProfile\nrun\n(S'id'\ntR.",
        b"cidlelib.pyshell\nModifiedInterpreter.runcode\n(S'id'\ntR.",
    ],
)
def test_ways_to_write_a_name_differ_and_are_all_seen(content):
    assert looked_at(content).verdict == "dangerous"


def test_a_name_that_is_worked_out_is_dangerous():
    worked_out = b"\x80\x04cbuiltins\nstr\n\x8c\x02os\x85R\x8c\x06system\x93\x8c\x02id\x85R."
    assert whats(looked_at(worked_out)) == {"a hidden name"}


def test_a_stream_that_breaks_off_after_its_call_is_dangerous():
    """The unpickler has called it by then."""
    found = looked_at(attack()[:-1])
    assert whats(found) == {EVIL, "damaged pickle"}


def test_a_harmless_stream_that_breaks_off_is_suspicious():
    assert looked_at(pickle.dumps(OrderedDict(a=1))[:-1]).verdict == "suspicious"


def test_a_second_stream_is_read_too():
    assert looked_at(pickle.dumps([1]) + attack()).verdict == "dangerous"


def test_changing_a_class_of_the_program_is_dangerous():
    patch = b"\x80\x04csklearn.base\nBaseEstimator\n}\x8c\x01a\x8c\x01bsb."
    assert looked_at(patch).verdict == "dangerous"


@pytest.mark.parametrize("callable", [builtins.eval, importlib.import_module, functools.partial, builtins.getattr])
def test_what_leads_to_any_call_is_dangerous(callable):
    assert looked_at(pickle.dumps(Runs(callable, "x"))).verdict == "dangerous"


def test_getattr_of_a_module_that_is_known_does_not_hide_what_it_opens():
    hidden = b"\x80\x04cbuiltins\ngetattr\nctorch\nload\n\x8c\x04func\x86R)R."
    assert looked_at(hidden).verdict == "dangerous"


def test_plain_values_are_safe():
    values = {"a": [1, 2.5, None], "when": datetime(2026, 1, 1, tzinfo=UTC), "b": Counter("abc"), "x": np.arange(4.0)}
    for protocol in range(6):
        found = looked_at(pickle.dumps(values, protocol))
        assert (found.verdict, found.findings) == ("safe", []), protocol


def test_what_nobody_knows_is_suspicious_and_named():
    found = looked_at(b"\x80\x04cshop.models\nScorer\n)\x81.")
    assert (found.verdict, whats(found)) == ("suspicious", {"shop.models.Scorer"})


@pytest.mark.parametrize(
    "content", [b"", b"country\nFrance\nRome", b"country,area\n1,2\n", b"{}", b"import os\n", b"(hello) world.", b"N."]
)
def test_texts_are_no_pickles(content):
    assert looked_at(content).verdict == "none"


def test_every_opcode_of_python_is_followed():
    import pickletools

    known = {ord(one.code) for one in pickletools.opcodes} - {ord(".")}
    assert known == set(ACTS)
