from django.apps import AppConfig


class RegistryConfig(AppConfig):
    name = "mlops.registry"
    label = "registry"

    def ready(self) -> None:
        from mlops.registry import (
            binned,
            dataset_users,
            keep_newest,
            named_in,
            pointed_at,
            run_users,
            sharing,
            storage,
            usage,
        )  # fmt: skip
        from mlops.registry.approval import check_kinds

        dataset_users.register()
        run_users.register()
        binned.register()
        keep_newest.register()
        usage.register(pointed_at.users)
        usage.register(named_in.users)
        check_kinds.register_all()
        sharing.register()
        storage.register()
