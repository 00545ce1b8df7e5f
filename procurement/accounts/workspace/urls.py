from django.urls import path

from procurement.accounts.workspace import table_views, views

urlpatterns = [
    path("", views.index, name="workspace"),
    path("tables/", table_views.index, name="tables"),
    path("tables/exports/<int:pk>/", table_views.long_export, name="table_export"),
    path("tables/exports/<int:pk>/file/", table_views.export_file, name="table_export_file"),
    path("tables/<slug:name>/", table_views.table, name="table"),
    path("tables/<slug:name>/export/<slug:form>/", table_views.export, name="table_file"),
    path("<str:key>/<int:pk>/", views.deed, name="deed"),
]
