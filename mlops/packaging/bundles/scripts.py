"""What a bundle has for people and for the device's system: `run`, a systemd unit, a text to read."""

from __future__ import annotations

from mlops.formats.bundle import BundleManifest

RUN = """#!/bin/sh
# Serves this bundle's model on this device. Needs Python @PYTHON@ and nothing else; no network.
# ./run [--port N] [--host A] [--token T] [--server URL] [--period SECONDS]
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
export MLOPS_BUNDLE="$here"
export MLOPS_DEVICE_HOME="${MLOPS_DEVICE_HOME:-$(dirname -- "$here")/@NAME@.device}"
is_right() {
  "$1" -I -S -c 'import sys; sys.exit("%d.%d" % sys.version_info[:2] != "@PYTHON@")' 2>/dev/null
}
python=""
for one in "${MLOPS_PYTHON:-}" "$here/python/bin/python3" python@PYTHON@ python3; do
  if [ -n "$one" ] && is_right "$one"; then python="$one"; break; fi
done
if [ -z "$python" ]; then
  echo "This bundle needs Python @PYTHON@; this device has none. Install it, or name it: MLOPS_PYTHON=/path" >&2
  exit 2
fi
if [ "$(uname -m)" != "@PLATFORM@" ]; then
  echo "This bundle is for @PLATFORM@; this device is $(uname -m). Get the bundle for it." >&2
  exit 2
fi
key="${MLOPS_DEVICE_KEY:-}"
if [ -f "$MLOPS_DEVICE_HOME/trusted.key" ]; then key=$(cat "$MLOPS_DEVICE_HOME/trusted.key"); fi
"$python" -I -S "$here/verify.py" "$here" ${key:+"$key"}
export PYTHONPATH="$here/code:$here/site" PYTHONNOUSERSITE=1 PYTHONPYCACHEPREFIX="$MLOPS_DEVICE_HOME/cache"
exec "$python" -S -P -m mlops.device "$@"
"""
UNIT = """# sudo cp @NAME@.service /etc/systemd/system/ && sudo systemctl enable --now @NAME@
[Unit]
Description=MLOps Studio: @MODEL@ (@ENDPOINT@/@DEPLOYMENT@)
After=network.target

[Service]
ExecStart=/opt/@NAME@/bundle/run --host 0.0.0.0 --port 8080
Environment=MLOPS_DEVICE_HOME=/var/lib/@NAME@
DynamicUser=yes
StateDirectory=@NAME@
StateDirectoryMode=0700
Restart=always
RestartSec=3
TimeoutStopSec=90
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=yes
PrivateTmp=yes
PrivateDevices=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectControlGroups=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
CapabilityBoundingSet=
SystemCallArchitectures=native

[Install]
WantedBy=multi-user.target
"""
README = """@MODEL@ for @PLATFORM@, Python @PYTHON@
(@ENDPOINT@/@DEPLOYMENT@, bundle @SERIAL@; made @CREATED@)

Start:       ./run                       then POST http://127.0.0.1:8080/score {"data": [{...}]}
As service:  put this folder at /opt/@NAME@/bundle and copy @NAME@.service (it says how)
Check only:  python3 -I verify.py .
Signed with: @FINGERPRINT@
             Compare it with the deployment's page before the first start. From then on this device
             takes nothing that is not signed with the same key.

Nothing here needs a network. With a device's token (./run --token T, once) it reports how many requests
it answered and which errors it saw whenever @SERVER@ can be reached,
and tries a newer bundle beside the present one: it changes over only when the new one gives the recorded
answers, and goes back by itself when that does not hold.
"""


def texts(manifest: BundleManifest, *, name: str, fingerprint: str) -> dict[str, str]:
    """Path in the bundle to content."""
    words = {
        "NAME": name,
        "PYTHON": manifest.python,
        "PLATFORM": manifest.platform,
        "MODEL": manifest.model,
        "ENDPOINT": manifest.endpoint,
        "DEPLOYMENT": manifest.deployment,
        "SERIAL": str(manifest.serial),
        "CREATED": manifest.created_at,
        "FINGERPRINT": fingerprint,
        "SERVER": manifest.server or "the server",
    }
    files = {"run": RUN, f"{name}.service": UNIT, "README.txt": README}
    return {path: _filled(text, words) for path, text in files.items()}


def _filled(text: str, words: dict[str, str]) -> str:
    for word, value in words.items():
        text = text.replace(f"@{word}@", value.replace("\n", " "))
    return text
