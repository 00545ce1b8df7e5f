from django.urls import include, path

from procurement.opendata.notices import export, export_file, notice
from procurement.opendata.organisations import organisation, organisations
from procurement.opendata.search.views import search, suggest
from procurement.opendata.sharing import views as sharing
from procurement.opendata.statistics import statistics, statistics_csv
from procurement.opendata.subscriptions import views as subscriptions
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
    path("search/", search, name="search"),
    path("search/suggest/", suggest, name="search_suggest"),
    path("share/drafts/", sharing.wechat_drafts, name="wechat_drafts"),
    path("share/<str:kind>/<int:pk>/", sharing.share, name="share"),
    path("share/<str:kind>/<int:pk>/card.png", sharing.share_card, name="share_card"),
    path("share/<str:kind>/<int:pk>/wechat.html", sharing.wechat_html, name="share_wechat"),
    path("share/<str:kind>/<int:pk>/wechat.zip", sharing.wechat_zip, name="share_wechat_zip"),
    path("share/<str:kind>/<int:pk>/draft/", sharing.wechat_draft, name="wechat_draft"),
    path("subscribe/", subscriptions.subscribe, name="subscribe"),
    path("subscribe/confirm/<str:token>/", subscriptions.confirm, name="subscribe_confirm"),
    path("subscribe/leave/<str:token>/", subscriptions.leave, name="subscribe_leave"),
    path("subscribe/mine/", subscriptions.own, name="own_subscriptions"),
    path("subscribe/mine/<int:pk>/remove/", subscriptions.remove, name="subscription_remove"),
    path("api/ocds/", include("procurement.opendata.ocds.urls")),
    path("api/v1/", include("procurement.opendata.api.urls")),
    path("feeds/", include("procurement.opendata.feeds.urls")),
    path("data/", include("procurement.opendata.bulk.urls")),
    path("workspace/webhooks/", include("procurement.opendata.webhooks.urls")),
    path("organisations/", organisations, name="public_organisations"),
    path("organisations/<int:pk>/", organisation, name="public_organisation"),
    path("statistics/", statistics, name="statistics"),
    path("statistics/<str:key>.csv", statistics_csv, name="statistics_csv"),
    path("verify/", verify, name="verify"),
    path("verify/<str:number>/", verify, name="verify_number"),
    path("s/", survey_enter, name="survey_enter"),
    path("s/<str:code>/", survey, name="survey"),
]
