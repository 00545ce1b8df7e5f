from django.urls import path

from procurement.rules import views

app_name = "rules"
urlpatterns = [
    path("", views.table, name="table"),
    path("calendar/", views.calendar, name="calendar"),
    path("calendar/template.csv", views.template_file, name="template"),
    path("calendar/<int:year>/", views.calendar, name="calendar_year"),
    path("<str:rule>/", views.rule, name="rule"),
    path("<str:rule>/add/", views.add, name="add"),
]
