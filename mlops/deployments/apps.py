from django.apps import AppConfig


class DeploymentsConfig(AppConfig):
    name = "mlops.deployments"
    label = "deployments"

    def ready(self) -> None:
        from mlops.clusters.queries import USERS
        from mlops.deployments import alerting, environment_uses, model_users, queries, quotas, sharing, waiting
        from mlops.packaging import finished
        from mlops.registry import usage

        usage.register(model_users.users)
        USERS.append(queries.users_of_cluster)
        finished.register(waiting.wake_up)
        alerting.register()
        environment_uses.register()
        sharing.register()
        quotas.register()
