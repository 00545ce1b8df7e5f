from django.urls import path, register_converter

from procurement.opendata.ocds import views


class OcidConverter:
    """Letters, digits and hyphens: nothing a database could stumble over."""

    regex = "[A-Za-z0-9-]{1,80}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(OcidConverter, "ocid")

urlpatterns = [
    path("releases.json", views.releases, name="ocds_releases"),
    path("records/<ocid:ocid>.json", views.record, name="ocds_record"),
    path("packages/<ocid:ocid>.json", views.package, name="ocds_package"),
]
