from django.urls import path

from procurement.accounts.notifications import views

urlpatterns = [
    path("accounts/preferences/", views.preferences, name="preferences"),
    path("workspace/notifications/", views.notifications, name="notifications"),
    path("workspace/notifications/read/", views.mark_read, name="notifications_read"),
    path("workspace/notifications/<int:pk>/", views.notification, name="notification"),
    path("workspace/admin/deliveries/", views.deliveries, name="deliveries"),
    path("workspace/admin/deliveries/<int:pk>/again/", views.try_again, name="delivery_again"),
]
