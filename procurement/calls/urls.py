from django.urls import path

from procurement.calls.views import corrections, drafting, questions

app_name = "calls"
urlpatterns = [
    path("new/<int:project>/", drafting.start, name="start"),
    path("<int:pk>/draft/<slug:step>/", drafting.draft, name="draft"),
    path("<int:pk>/take-over/", drafting.take_over, name="take_over"),
    path("<int:pk>/hand-in/", drafting.hand_in, name="hand_in"),
    path("<int:pk>/correct/", corrections.correct, name="correct"),
    path("<int:pk>/questions/", questions.questions, name="questions"),
    path("<int:pk>/take/", questions.take, name="take"),
]
