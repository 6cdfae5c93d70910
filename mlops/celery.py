"""The Celery application: it carries wake-up calls only, so a lost message is a delay and never a loss."""

from __future__ import annotations

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mlops.settings")
# The checks would load every page and route into the worker; the web process runs them.
os.environ.setdefault("CELERY_SKIP_CHECKS", "1")

CONNECT_SECONDS, ANSWER_SECONDS = 2.0, 4.0

app = Celery("mlops")


def _in_time(broker: str) -> dict[str, object]:
    """Its options: one that hangs holds up nobody who calls, and a worker looks for it anew."""
    if broker.startswith(("redis", "rediss", "sentinel")):
        return {
            "socket_connect_timeout": CONNECT_SECONDS,
            "socket_timeout": ANSWER_SECONDS,
            "socket_keepalive": True,
        }
    if broker.startswith(("amqp", "pyamqp")):
        return {"read_timeout": ANSWER_SECONDS, "write_timeout": ANSWER_SECONDS}
    return {}


def _configure() -> None:
    from django.conf import settings

    broker = settings.CELERY_BROKER_URL
    options = _in_time(broker)
    if not broker:
        folder = settings.DATA_DIR / "broker"
        for part in ("queue", "processed", "control"):
            (folder / part).mkdir(parents=True, exist_ok=True)
        broker = "filesystem://"
        options = {
            "data_folder_in": str(folder / "queue"),
            "data_folder_out": str(folder / "queue"),
            "processed_folder": str(folder / "processed"),
            "control_folder": str(folder / "control"),
            "store_processed": False,
            "polling_interval": 0.05,
        }
    app.conf.update(
        broker_url=broker,
        broker_transport_options=options,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,  # however long it is away: the worker waits for it
        broker_connection_timeout=CONNECT_SECONDS,
        task_publish_retry_policy={"max_retries": 1, "interval_start": 0},  # a new connection, after a restart
        task_ignore_result=True,
        task_acks_late=False,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_enable_remote_control=False,
        worker_send_task_events=False,
        task_default_queue="mlops",
        timezone="UTC",
    )


_configure()


def _ours() -> list[str]:
    from django.conf import settings

    return [name for name in settings.INSTALLED_APPS if name.startswith(("mlops.", "designer"))]


app.autodiscover_tasks(_ours)
