from django.urls import path

from procurement.bids.views import files, opening, reading, room

app_name = "bids"
urlpatterns = [
    path("<int:lot>/", room.room, name="room"),
    path("<int:lot>/review/", room.review, name="review"),
    path("<int:lot>/receipt/", room.receipt, name="receipt"),
    path("<int:lot>/copy/", room.copy, name="copy"),
    path("<int:lot>/fill/", room.fill, name="fill"),
    path("<int:lot>/files/", files.attach, name="attach"),
    path("<int:lot>/uploads/", files.start, name="upload_start"),
    path("<int:lot>/uploads/<uuid:pk>/", files.status, name="upload"),
    path("<int:lot>/uploads/<uuid:pk>/<int:number>/", files.piece, name="upload_piece"),
    path("<int:lot>/uploads/<uuid:pk>/finish/", files.finish, name="upload_finish"),
    path("<int:lot>/uploads/<uuid:pk>/remove/", files.remove, name="upload_remove"),
    path("openings/<int:pk>/", opening.opening, name="opening"),
    path("openings/<int:pk>/live/", opening.live, name="opening_live"),
    path("offers/<int:pk>/", reading.offer, name="offer"),
    path("files/<uuid:pk>/", reading.file, name="file"),
]
