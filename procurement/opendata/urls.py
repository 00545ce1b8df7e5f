from django.urls import path

from procurement.opendata.needs import needs
from procurement.opendata.notices import export, export_file, notice
from procurement.opendata.reports import reports
from procurement.opendata.survey import survey, survey_enter
from procurement.opendata.threads import document, thread, thread_log, threads
from procurement.opendata.verify import verify

urlpatterns = [
    path("threads/", threads, name="threads"),
    path("threads/<str:number>/", thread, name="thread"),
    path("threads/<str:number>/log/", thread_log, name="thread_log"),
    path("threads/<str:number>/notices/<str:notice_number>/", notice, name="notice"),
    path("threads/<str:number>/notices/<str:notice_number>/export/", export, name="notice_export"),
    path(
        "threads/<str:number>/notices/<str:notice_number>/export/<slug:form>/", export_file, name="notice_export_file"
    ),
    path("threads/<str:number>/documents/<str:kind>/<int:pk>/", document, name="paper"),
    path("needs/", needs, name="needs"),
    path("reports/", reports, name="reports"),
    path("verify/", verify, name="verify"),
    path("verify/<str:number>/", verify, name="verify_number"),
    path("s/", survey_enter, name="survey_enter"),
    path("s/<str:code>/", survey, name="survey"),
]
