from django.apps import AppConfig


class PipelinesConfig(AppConfig):
    name = "mlops.pipelines"
    label = "pipelines"

    def ready(self) -> None:
        from mlops.pipelines import departures, named_in, quotas, run_users, sharing

        departures.register()
        named_in.register()
        run_users.register()
        quotas.register()
        sharing.register()
