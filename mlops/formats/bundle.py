"""What a device and the server tell each other: a bundle's manifest, the device's reports, the server's answer."""

from __future__ import annotations

import msgspec

MANIFEST_FILE = "bundle.json"
SIGNATURE_FILE = "bundle.sig"
RUN_FILE = "run"
SERVING_FOLDER, SITE_FOLDER, CODE_FOLDER = "serving", "site", "code"
REPORT_PATH = "/api/v1/edge/reports/"
BUNDLE_PATH = "/api/v1/edge/bundles/"
SEGMENT_PATH = "/api/v1/edge/segments/"
MOST_REPORTS = 500
"""In one request."""
PLATFORMS = ("x86_64", "aarch64")


class BundleManifest(msgspec.Struct, frozen=True, kw_only=True):
    """`bundle.json`; `bundle.sig` beside it is the Ed25519 signature of its bytes, in hexadecimal."""

    serial: int
    """Grows with every bundle of the deployment: a device never goes back to a lower one on its own."""
    deployment_id: str
    project: str
    endpoint: str
    deployment: str
    revision: int
    model: str
    """`name:version`."""
    platform: str
    """Of PLATFORMS, as `uname -m` has it."""
    python: str
    """Such as `3.11`: the device's Python must be of this version."""
    created_at: str
    server: str
    """Where reports go and newer bundles come from; empty: nowhere."""
    golden: int
    """How many recorded requests the model must answer as recorded before it counts as ready."""
    public_key: str
    files: dict[str, str]
    """Path to SHA-256, of every file but the manifest and its signature."""


class DeviceReport(msgspec.Struct, frozen=True, kw_only=True):
    """What happened on a device between two moments (Unix seconds). `install` and `number` name it, so that one that
    arrives twice counts once."""

    install: str
    number: int
    since: float
    until: float
    serial: int
    model: str
    state: str
    """starting, ready or failing."""
    requests: int = 0
    errors: int = 0
    """Answers of 500 and above."""
    refused: int = 0
    """Answers of 400 to 499."""
    rows: int = 0
    seconds_sum: float = 0.0
    restarts: int = 0
    rejected_serial: int = 0
    """A newer bundle that was tried and did not become ready; 0: none."""
    messages: tuple[str, ...] = ()
    """The newest errors, and what happened to updates."""


class DeviceReports(msgspec.Struct, frozen=True, kw_only=True):
    platform: str
    serial: int
    reports: tuple[DeviceReport, ...]


class BundleOffer(msgspec.Struct, frozen=True, kw_only=True):
    serial: int
    sha256: str
    size_bytes: int


class ReportAnswer(msgspec.Struct, frozen=True, kw_only=True):
    accepted: tuple[int, ...]
    """The numbers of the reports that the server keeps now: the device may forget them."""
    offer: BundleOffer | None = None
    """The bundle that the device should run, where it is another one."""
