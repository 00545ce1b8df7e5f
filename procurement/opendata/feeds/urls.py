from django.urls import path

from procurement.opendata.feeds.views import feed

urlpatterns = [path("<slug:kind>.<slug:form>", feed, name="feed")]
