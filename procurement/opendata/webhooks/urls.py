from django.urls import path

from procurement.opendata.webhooks import views

urlpatterns = [
    path("", views.subscriptions, name="webhooks"),
    path("new/", views.subscribe, name="webhook_new"),
    path("<uuid:pk>/", views.subscription, name="webhook"),
    path("<uuid:pk>/move/", views.move, name="webhook_move"),
]
