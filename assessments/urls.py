from django.urls import path

from assessments.views import checkin, register, results, scores, teaching

app_name = "assessments"

TEST = "teaching/tests/<int:pk>"
SESSION = "teaching/sessions/<int:pk>"
RETAKE = {"attempt": 2}

urlpatterns = [
    path("teaching/", teaching.teaching, name="teaching"),
    path(f"{TEST}/scores/", scores.scores, name="scores"),
    path(f"{TEST}/scores/publish/", scores.publish, name="publish_scores"),
    path(f"{TEST}/retake/", scores.scores, RETAKE, name="retake_scores"),
    path(f"{TEST}/retake/publish/", scores.publish, RETAKE, name="publish_retake_scores"),
    path(f"{SESSION}/register/", register.register, name="register"),
    path(f"{SESSION}/register/<int:person>/", register.right, name="put_right"),
    path(f"{SESSION}/code/", checkin.code, name="code"),
    path("sessions/<int:pk>/checkin/", checkin.checkin, name="checkin"),
    path("checkin/<int:pk>/<str:token>/", checkin.scan, name="scan"),
    path("results/", results.results, name="results"),
]
