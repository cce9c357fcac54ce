from django.urls import path

from courses.views import availability, material, programme

app_name = "courses"
urlpatterns = [
    path("programme/", programme.programme, name="programme"),
    path("teaching/availability/", availability.availability, name="availability"),
    path("teaching/availability/<int:pk>/withdraw/", availability.withdraw, name="withdraw_absence"),
    path("teaching/appointments/<int:pk>/", availability.answer, name="answer_appointment"),
    path("teaching/materials/<slug:code>/<int:module>/", material.materials, name="materials"),
    path("teaching/materials/<int:pk>/", material.material, name="material"),
    path("teaching/materials/<int:pk>/versions/<int:number>/", material.version, name="material_version"),
]
