from django.apps import AppConfig
from django.db.models.signals import post_migrate, post_save


class CmsConfig(AppConfig):
    name = "cms"

    def ready(self) -> None:
        # tasks registers its handlers by being read
        from cms import area_names, bootstrap, editors, freshness, search, sharing, tasks  # noqa: F401

        area_names.connect()
        search.connect()
        sharing.connect()

        post_migrate.connect(bootstrap.after_migrate, sender=self)
        post_save.connect(editors.follow, sender="accounts.Membership", dispatch_uid="editors-follow-the-role")
        freshness.connect()
