from django.urls import path

from assessments.views import papers, results, scores, teaching

app_name = "assessments"

TEST = "teaching/tests/<int:pk>"
RETAKE = {"attempt": 2}

urlpatterns = [
    path("teaching/", teaching.teaching, name="teaching"),
    path(f"{TEST}/scores/", scores.scores, name="scores"),
    path(f"{TEST}/scores/publish/", scores.publish, name="publish_scores"),
    path(f"{TEST}/retake/", scores.scores, RETAKE, name="retake_scores"),
    path(f"{TEST}/retake/publish/", scores.publish, RETAKE, name="publish_retake_scores"),
    path("teaching/sessions/<int:pk>/register.pdf", papers.register_paper, name="register_paper"),
    path("registers/<str:digest>/", papers.verification, name="verification"),
    path("results/", results.results, name="results"),
]
