"""The kinds of page of the public site (DESIGN §6), the site's own settings, and who signed up for what."""

from cms.models.areas import AreaName
from cms.models.base import Page
from cms.models.boards import CalendarPage, DataPage, NeedsPage, ReportIndexPage
from cms.models.calls import CallIndexPage, CallPage
from cms.models.events import EventPage, SignUp
from cms.models.home import HomePage
from cms.models.prose import ArticlePage
from cms.models.records import NoticeIndexPage, NoticePage, ReportPage
from cms.models.site import SiteSettings

__all__ = [
    "AreaName",
    "ArticlePage",
    "CalendarPage",
    "CallIndexPage",
    "CallPage",
    "DataPage",
    "EventPage",
    "HomePage",
    "NeedsPage",
    "NoticeIndexPage",
    "NoticePage",
    "Page",
    "ReportIndexPage",
    "ReportPage",
    "SignUp",
    "SiteSettings",
]
