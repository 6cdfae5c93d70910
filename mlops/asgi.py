"""The web process: pages and REST by Django, live notices by one socket route."""

from __future__ import annotations

import os
import sys

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlops.settings")
# Django REST framework imports `requests` (15 MB) when it can, for its test client alone.
hidden = sys.modules.setdefault("requests", None)  # type: ignore[arg-type]
pages = get_asgi_application()
if hidden is None:
    del sys.modules["requests"]

from channels.auth import AuthMiddlewareStack  # noqa: E402 - needs the applications to be loaded
from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.urls import path, re_path  # noqa: E402

from mlops.mlflow_api.lane.entry import Lane  # noqa: E402
from mlops.mlflow_api.lane.reader import Reader  # noqa: E402
from mlops.mlflow_api.lane.writer import Writer  # noqa: E402
from mlops.web.live import NoSuchSocket, Notices  # noqa: E402

sockets = URLRouter([path("ws/notices/", Notices.as_asgi()), re_path("", NoSuchSocket.as_asgi())])
application = ProtocolTypeRouter({"http": Lane(pages, Writer(), Reader()), "websocket": AuthMiddlewareStack(sockets)})
