from django.urls import path

from procurement.awards.views import challenges, drawing, duties, low_price, qualification, results, scoring, signing

app_name = "awards"

urlpatterns = [
    path("duties/", duties.index, name="duties"),
    path("challenges/", challenges.index, name="challenges"),
    path("challenges/<int:pk>/", challenges.detail, name="challenge"),
    path("challenges/<int:pk>/evidence/<uuid:file>/", challenges.evidence_file, name="evidence"),
    path("calls/<int:pk>/file/", challenges.file, name="file"),
    path("results/<int:pk>/", results.own, name="own_result"),
    path("fallen/<int:pk>/", results.remedy, name="remedy"),
    path("draws/<int:pk>/", drawing.record, name="draw_record"),
    path("low-price/<int:pk>/", low_price.explain, name="low_price"),
    path("low-price/<int:pk>/judge/", low_price.judge, name="low_price_judge"),
    path("<int:pk>/draw/", drawing.prepare, name="draw"),
    path("<int:pk>/qualification/", qualification.qualification, name="qualification"),
    path("<int:pk>/declare/", drawing.declare, name="declare"),
    path("<int:pk>/score/", scoring.score, name="score"),
    path("<int:pk>/score/cell/", scoring.cell, name="cell"),
    path("<int:pk>/sign/", signing.sign, name="sign"),
    path("<int:pk>/signing/", signing.officer, name="signing"),
]
