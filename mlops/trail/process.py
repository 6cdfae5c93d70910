"""Which process this is, as rows, leases and numbers name it."""

from __future__ import annotations

import os
import socket

PROCESS = f"{socket.gethostname()}:{os.getpid()}"
