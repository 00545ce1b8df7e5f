from django.urls import path

from procurement.opendata.organisations import organisation, organisations
from procurement.opendata.statistics import statistics, statistics_csv
from procurement.opendata.survey import survey, survey_enter
from procurement.opendata.threads import document, notice, thread, thread_log, threads
from procurement.opendata.verify import verify

urlpatterns = [
    path("threads/", threads, name="threads"),
    path("threads/<str:number>/", thread, name="thread"),
    path("threads/<str:number>/log/", thread_log, name="thread_log"),
    path("threads/<str:number>/notices/<str:notice_number>/", notice, name="notice"),
    path("threads/<str:number>/documents/<str:kind>/<int:pk>/", document, name="paper"),
    path("organisations/", organisations, name="public_organisations"),
    path("organisations/<int:pk>/", organisation, name="public_organisation"),
    path("statistics/", statistics, name="statistics"),
    path("statistics/<str:key>.csv", statistics_csv, name="statistics_csv"),
    path("verify/", verify, name="verify"),
    path("verify/<str:number>/", verify, name="verify_number"),
    path("s/", survey_enter, name="survey_enter"),
    path("s/<str:code>/", survey, name="survey"),
]
