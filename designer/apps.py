from django.apps import AppConfig


class DesignerConfig(AppConfig):
    name = "designer"
    label = "designer"

    def ready(self) -> None:
        from designer import component_uses, guests, lineage, named_in, run_users, versions_followed
        from designer.git import actions, inward
        from designer.queries import recent
        from mlops.repositories import followers
        from mlops.web.drafts import register

        register(recent)
        component_uses.register()
        named_in.register()
        run_users.register()
        lineage.register()
        guests.register()
        versions_followed.register(actions.version_saved)
        followers.register(inward.follow, inward.branches)
