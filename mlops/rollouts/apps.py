from django.apps import AppConfig


class RolloutsConfig(AppConfig):
    name = "mlops.rollouts"
    label = "rollouts"

    def ready(self) -> None:
        from mlops.deployments import guards
        from mlops.rollouts import guarding

        guards.register(guarding.require_free)
