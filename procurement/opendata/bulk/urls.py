from django.urls import path

from procurement.opendata.bulk import views

urlpatterns = [
    path("<int:year>/releases.jsonl", views.release_file, name="data_releases"),
    path("<int:year>/<slug:name>.<slug:form>", views.table_file, name="data_file"),
]
