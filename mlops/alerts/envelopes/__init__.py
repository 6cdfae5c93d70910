"""An event in the form that a subscription asks for: body, headers, and the members that its filters see."""

from __future__ import annotations

from mlops.alerts.envelopes.composing import Sending, compose, register

__all__ = ["Sending", "compose", "register"]
