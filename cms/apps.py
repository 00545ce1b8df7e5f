from django.apps import AppConfig
from django.db.models.signals import post_migrate, post_save


class CmsConfig(AppConfig):
    name = "cms"

    def ready(self) -> None:
        from cms import bootstrap, editors, freshness, tasks  # noqa: F401 - tasks registers its handlers by being read

        post_migrate.connect(bootstrap.after_migrate, sender=self)
        post_save.connect(editors.follow, sender="accounts.Membership", dispatch_uid="editors-follow-the-role")
        freshness.connect()
