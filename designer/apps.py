from django.apps import AppConfig


class DesignerConfig(AppConfig):
    name = "designer"
    label = "designer"

    def ready(self) -> None:
        from designer import component_uses, lineage, named_in, run_users
        from designer.queries import recent
        from mlops.web.drafts import register

        register(recent)
        component_uses.register()
        named_in.register()
        run_users.register()
        lineage.register()
