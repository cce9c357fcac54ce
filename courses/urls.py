from django.urls import path

from courses.views import programme

app_name = "courses"
urlpatterns = [
    path("programme/", programme.programme, name="programme"),
]
