from django.apps import AppConfig


class ProjectsConfig(AppConfig):
    name = "procurement.projects"
    label = "projects"
