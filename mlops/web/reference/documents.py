"""All pages of the reference by their path in docs/reference. They are English, whatever language is active."""

from __future__ import annotations

from django.utils.translation import override

from mlops.web.reference import commands, components, roles, settings

INDEX = """# Reference

Written from the code by `python -m mlops.web.reference docs/reference`; change the code, not these files.

- [Settings](settings.md): every `MLOPS_…` variable
- [Commands](commands.md): every word and option of `mlops`
- [Roles and actions](roles.md): what each role lets one do
- [Components](components.md): every built-in step, with its ports and parameters
- [Events](../events/README.md): every type of event, with its data
- REST: OpenAPI 3.1 of your server at `/api/v1/schema/`, as a page at `/api/v1/docs/`
"""


def documents() -> dict[str, str]:
    with override("en"):
        return {
            "README.md": INDEX,
            "settings.md": settings.page(),
            "roles.md": roles.page(),
            **commands.pages(),
            **components.pages(),
        }
