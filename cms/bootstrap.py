"""The pages a site cannot be without: root, home, the list of calls, and the site that serves them.

Run after every migration and idempotent, so that a fresh database in any language has them, and a database
that was emptied gets them again.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from wagtail.models import Collection, Locale, Site

CHINESE = "zh-hans"


def _locale() -> Locale:
    """The language pages are written in; the words of the interface are translated apart from it."""
    return Locale.objects.first() or Locale.objects.create(language_code=CHINESE)


def _root() -> Any:
    from cms.models import Page

    root = Page.objects.filter(depth=1).order_by("path").first()
    if root is None:
        kind = ContentType.objects.get_for_model(Page)
        root = Page.add_root(title="Root", slug="root", content_type=kind, locale=_locale(), url_path="/")
    return root


def _home(root: Any) -> Any:
    from cms.models import HomePage

    home = HomePage.objects.first()
    if home is None:
        # Wagtail's own first page stands where ours will
        stock = root.get_children().filter(slug="home").first()
        if stock is not None and stock.specific_class is not HomePage:
            Site.objects.filter(root_page=stock).delete()
            stock.delete()
            root = type(root).objects.get(pk=root.pk)
        home = HomePage(title="首页", slug="home", locale=_locale())
        root.add_child(instance=home)
    return home


def call_index() -> Any:
    """The page that lists the calls, ``/calls/``."""
    from cms.models import CallIndexPage

    return CallIndexPage.objects.get()


def file_root() -> Collection:
    """Where pictures and documents lie."""
    return Collection.get_first_root_node() or Collection.add_root(name="Root")


def notice_index() -> Any:
    """The page that lists the notices, ``/notices/``."""
    from cms.models import NoticeIndexPage

    return NoticeIndexPage.objects.get()


def _lists(home: Any) -> None:
    """One page a list, below the home page; an editor may rename and word them, never make a second."""
    from cms import models

    wanted = (
        (models.CallIndexPage, "采购公告", "calls"),
        (models.NoticeIndexPage, "全部公告", "notices"),
        (models.NeedsPage, "居民需求", "needs"),
        (models.ReportIndexPage, "评价报告", "reports"),
        (models.CalendarPage, "活动日历", "calendar"),
        (models.DataPage, "开放数据", "data"),
    )
    for kind, title, slug in wanted:
        if not kind.objects.exists() and not home.get_children().filter(slug=slug).exists():
            home.add_child(instance=kind(title=title, slug=slug, locale=_locale()))


@transaction.atomic
def ensure_pages() -> None:
    """Makes what is missing of root, home, the lists, site and the folder of files."""
    file_root()

    home = _home(_root())
    _lists(home)
    if not Site.objects.filter(is_default_site=True).exists():
        Site.objects.create(hostname="localhost", port=80, root_page=home, is_default_site=True)
    # what editors see at the head of their desk, where nobody has named the site
    Site.objects.filter(is_default_site=True, site_name="").update(site_name=settings.SITE_NAME)


def after_migrate(**kwargs: Any) -> None:
    """Signal handler: only on the database the site lives in, and only once its tables are there."""
    if kwargs.get("using") != "default":
        return
    from django.db import connection

    if "cms_sitesettings" in connection.introspection.table_names():
        ContentType.objects.clear_cache()  # an emptied database numbers them anew
        ensure_pages()
