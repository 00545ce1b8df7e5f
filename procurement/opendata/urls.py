from django.urls import path

from procurement.opendata import views

urlpatterns = [
    path("threads/", views.threads, name="threads"),
    path("threads/<str:number>/", views.thread, name="thread"),
    path("threads/<str:number>/log/", views.thread_log, name="thread_log"),
    path("threads/<str:number>/notices/<str:notice_number>/", views.notice, name="notice"),
    path("threads/<str:number>/documents/<str:kind>/<int:pk>/", views.paper, name="paper"),
    path("needs/", views.needs, name="needs"),
    path("reports/", views.reports, name="reports"),
    path("verify/", views.verify, name="verify"),
    path("verify/<str:number>/", views.verify, name="verify_number"),
    path("s/", views.survey_enter, name="survey_enter"),
    path("s/<str:code>/", views.survey, name="survey"),
]
