from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class ProjectsConfig(AppConfig):
    name = "procurement.projects"
    label = "projects"

    def ready(self) -> None:
        autodiscover_modules("spending")  # what later stages know of a budget line
