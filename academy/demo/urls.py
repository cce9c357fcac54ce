from django.urls import path

from academy.views import mailbox

urlpatterns = [
    path("mail/", mailbox.mails, name="mails"),
    path("mail/<slug:name>/", mailbox.mail, name="mail"),
    path("mail/<slug:name>/html/", mailbox.mail_html, name="mail_html"),
]
