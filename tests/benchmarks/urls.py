"""The site's addresses, and one that only says hello."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from procurement.urls import urlpatterns as of_the_site


def hello(request: HttpRequest) -> HttpResponse:
    return HttpResponse("hello")


urlpatterns = [path("bench/hello", hello), *of_the_site]
