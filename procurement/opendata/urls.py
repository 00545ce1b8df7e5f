from django.urls import include, path

from procurement.opendata.needs import needs
from procurement.opendata.reports import reports
from procurement.opendata.survey import survey, survey_enter
from procurement.opendata.threads import document, notice, thread, thread_log, threads
from procurement.opendata.verify import verify

urlpatterns = [
    path("threads/", threads, name="threads"),
    path("threads/<str:number>/", thread, name="thread"),
    path("threads/<str:number>/log/", thread_log, name="thread_log"),
    path("threads/<str:number>/notices/<str:notice_number>/", notice, name="notice"),
    path("threads/<str:number>/documents/<str:kind>/<int:pk>/", document, name="paper"),
    path("api/ocds/", include("procurement.opendata.ocds.urls")),
    path("api/v1/", include("procurement.opendata.api.urls")),
    path("feeds/", include("procurement.opendata.feeds.urls")),
    path("data/", include("procurement.opendata.bulk.urls")),
    path("workspace/webhooks/", include("procurement.opendata.webhooks.urls")),
    path("needs/", needs, name="needs"),
    path("reports/", reports, name="reports"),
    path("verify/", verify, name="verify"),
    path("verify/<str:number>/", verify, name="verify_number"),
    path("s/", survey_enter, name="survey_enter"),
    path("s/<str:code>/", survey, name="survey"),
]
