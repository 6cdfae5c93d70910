"""The address of a database that somebody gave, without settings by which its driver would read files of this machine,
give them to the server that it calls, load a library, or call another server than the one that was judged."""

from __future__ import annotations

from typing import Any

KEPT = {
    "postgresql": ("sslmode", "options", "application_name"),
    "postgres": ("sslmode", "options", "application_name"),
    "mysql": ("charset",),
    "mariadb": ("charset",),
    "mssql": ("charset", "driver", "Encrypt", "TrustServerCertificate"),
}


def plain_url(url: Any) -> Any:
    """An URL of SQLAlchemy's with the settings that are harmless; of other databases as it is."""
    kept = KEPT.get(url.get_backend_name())
    if kept is None:
        return url
    return url.set(query={key: value for key, value in url.query.items() if key in kept and "/" not in str(value)})
