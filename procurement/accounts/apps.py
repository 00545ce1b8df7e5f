from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class AccountsConfig(AppConfig):
    name = "procurement.accounts"
    label = "accounts"

    def ready(self) -> None:
        autodiscover_modules("desk")  # what each stage offers at the workspace
