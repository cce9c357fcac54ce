from django.urls import path

from courses.views import availability, programme

app_name = "courses"
urlpatterns = [
    path("programme/", programme.programme, name="programme"),
    path("teaching/availability/", availability.availability, name="availability"),
    path("teaching/availability/<int:pk>/withdraw/", availability.withdraw, name="withdraw_absence"),
    path("teaching/appointments/<int:pk>/", availability.answer, name="answer_appointment"),
]
