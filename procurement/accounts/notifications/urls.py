from django.urls import path

from procurement.accounts.notifications import views, wechat_views

urlpatterns = [
    path("accounts/preferences/", views.preferences, name="preferences"),
    path("accounts/preferences/wechat/", wechat_views.wechat, name="wechat"),
    path("accounts/preferences/wechat/remove/", wechat_views.wechat_remove, name="wechat_remove"),
    path("accounts/wechat/back/", wechat_views.wechat_back, name="wechat_back"),
    path("accounts/wechat/<str:code>/", wechat_views.wechat_scan, name="wechat_scan"),
    path("workspace/notifications/", views.notifications, name="notifications"),
    path("workspace/notifications/read/", views.mark_read, name="notifications_read"),
    path("workspace/notifications/<int:pk>/", views.notification, name="notification"),
    path("workspace/admin/deliveries/", views.deliveries, name="deliveries"),
    path("workspace/admin/deliveries/<int:pk>/again/", views.try_again, name="delivery_again"),
]
