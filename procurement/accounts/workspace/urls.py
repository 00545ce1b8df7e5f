from django.urls import path

from procurement.accounts.workspace import views

urlpatterns = [
    path("", views.index, name="workspace"),
    path("<str:key>/<int:pk>/", views.deed, name="deed"),
]
