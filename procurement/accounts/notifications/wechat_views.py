"""The pages of a person's binding to the official account: the code in their settings, and what the telephone sees."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from procurement.accounts.models import PersonalSettings, User
from procurement.accounts.notifications import binding
from procurement.accounts.notifications.channels import ChannelError
from procurement.accounts.throttle import too_many
from procurement.common.pdf import absolute, qr_svg

TRIES_AN_HOUR = 60


def _offered() -> None:
    if not binding.offered():
        raise Http404


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def wechat(request: HttpRequest) -> HttpResponse:
    """Whether a WeChat is bound; POST shows a new code to scan."""
    _offered()
    person = get_object_or_404(User, pk=request.user.pk)
    context: dict[str, object] = {"bound": PersonalSettings.objects.filter(user=person).exclude(openid="").first()}
    if request.method == "POST":
        address = absolute(reverse("wechat_scan", args=[binding.new_code(person)]))
        context |= {"address": address, "qr": qr_svg(address), "minutes": binding.SECONDS // 60}
    return render(request, "accounts/wechat.html", context)


@login_required
@require_POST
def wechat_remove(request: HttpRequest) -> HttpResponse:
    _offered()
    binding.remove(get_object_or_404(User, pk=request.user.pk))
    messages.success(request, _("Removed. Nothing is sent to that WeChat any more."))
    return redirect("wechat")


def _told(request: HttpRequest, title: str, text: str, status: int = 200, way: str = "") -> HttpResponse:
    """A sentence on a telephone; ``way``: where its one button leads."""
    return render(request, "accounts/wechat_told.html", {"title": title, "text": text, "way": way}, status=status)


def _over(request: HttpRequest) -> HttpResponse:
    words = _("A code is worth ten minutes and one use. Ask for a new one in your settings.")
    return _told(request, _("This code is over"), words, status=410)


@never_cache
@require_safe
def wechat_scan(request: HttpRequest, code: str) -> HttpResponse:
    """What the code leads to, on the telephone: whose it is, and from there to WeChat, which says who holds it.

    Somebody else's code would take this WeChat away from its own account: that is for its holder to see first.
    """
    _offered()
    if too_many(request, "wechat", TRIES_AN_HOUR):
        return _told(request, _("Too many tries"), _("Try again in an hour."), status=429)
    person = binding.whose(code)
    if person is None:
        return _over(request)
    words = _("What concerns %(name)s is then told to this WeChat. Go on only if that is you.") % {"name": person}
    return _told(request, _("Bind this WeChat?"), words, way=binding.way_to_wechat(code))


@never_cache
@require_safe
def wechat_back(request: HttpRequest) -> HttpResponse:
    """WeChat sends the telephone back here."""
    _offered()
    try:
        bound = binding.bind(request.GET.get("state", ""), request.GET.get("code", "")[:200])
    except ChannelError:
        words = _("WeChat did not say who you are. Ask for a new code and scan it with WeChat.")
        return _told(request, _("Not bound"), words, status=502)
    if not bound:
        return _over(request)
    words = _("Choose in your settings what it tells you. Follow the account, or its messages cannot reach you.")
    return _told(request, _("This WeChat is bound"), words)
