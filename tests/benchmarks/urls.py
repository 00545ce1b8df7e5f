"""The site's addresses, and one that only says hello."""

from django.http import HttpRequest, HttpResponse
from django.urls import path, re_path
from wagtail.views import serve

from procurement.urls import urlpatterns as of_the_site


def hello(request: HttpRequest) -> HttpResponse:
    return HttpResponse("hello")


# the yardsticks: nothing of ours is kept of the second, not even looked for
urlpatterns = [path("bench/hello", hello), re_path(r"^(minimal/)$", serve), *of_the_site]
