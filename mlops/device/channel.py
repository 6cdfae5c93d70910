"""Talks to the server when there is a network: hands reports over, hears of a newer bundle, fetches it."""

from __future__ import annotations

import hashlib
import urllib.error
import urllib.request
from pathlib import Path

import msgspec

from mlops.formats.bundle import (
    BUNDLE_PATH,
    MOST_REPORTS,
    REPORT_PATH,
    SEGMENT_PATH,
    BundleOffer,
    DeviceReport,
    DeviceReports,
    ReportAnswer,
)
from mlops.formats.refusal import Refusal

SECONDS = 20.0
BLOCK = 1 << 20


class Channel:
    """Every call raises Refusal `no_network` or `server_refused`; nothing is lost by that."""

    def __init__(self, server: str, *, token: str) -> None:
        self._server = server.rstrip("/")
        self._token = token

    def report(self, reports: tuple[DeviceReport, ...], *, platform: str, serial: int) -> ReportAnswer:
        told = DeviceReports(platform=platform, serial=serial, reports=reports[:MOST_REPORTS])
        request = self._request(REPORT_PATH, data=msgspec.json.encode(told))
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # nosec B310
                return msgspec.json.decode(answer.read(), type=ReportAnswer)
        except (OSError, msgspec.DecodeError) as error:
            raise _refused(error) from None

    def hand_over(self, name: str, content: bytes) -> None:
        """A segment of what was collected; the server has it for good when this returns."""
        request = self._request(f"{SEGMENT_PATH}{name}/", data=content)
        request.method = "PUT"
        request.headers["Content-type"] = "application/octet-stream"
        try:
            with urllib.request.urlopen(request, timeout=SECONDS):  # nosec B310
                pass
        except OSError as error:
            raise _refused(error) from None

    def fetch(self, offer: BundleOffer, *, platform: str, file: Path) -> None:
        digest = hashlib.sha256()
        request = self._request(f"{BUNDLE_PATH}{offer.serial}/?platform={platform}")
        try:
            with urllib.request.urlopen(request, timeout=SECONDS) as answer, file.open("wb") as target:  # nosec B310
                while block := answer.read(BLOCK):
                    digest.update(block)
                    target.write(block)
        except OSError as error:
            raise _refused(error) from None
        if digest.hexdigest() != offer.sha256:
            raise Refusal("no_network", "The bundle arrived incomplete.", hint="It is fetched again.")

    def _request(self, path: str, *, data: bytes | None = None) -> urllib.request.Request:
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        return urllib.request.Request(f"{self._server}{path}", data=data, headers=headers)


def _refused(error: Exception) -> Refusal:
    if isinstance(error, urllib.error.HTTPError):
        try:
            detail = msgspec.json.decode(error.read())["detail"]
        except (msgspec.DecodeError, KeyError, TypeError, OSError):
            detail = error.reason
        return Refusal("server_refused", f"The server refused: {detail}", hint="Is the device's token still valid?")
    return Refusal("no_network", f"The server cannot be reached: {error}.", hint="It is tried again.")
