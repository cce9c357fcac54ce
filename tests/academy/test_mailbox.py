"""The demo's mailbox: every mail can be read in the browser, and none does anything there."""

import pytest
from django.core.mail import EmailMultiAlternatives, send_mail
from django.urls import include, path

import academy.urls
from academy.demo import mailbox

urlpatterns = [path("demo/", include("academy.demo.urls")), *academy.urls.urlpatterns]

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]


@pytest.fixture(autouse=True)
def folder(settings, monkeypatch, tmp_path):
    settings.EMAIL_BACKEND = "academy.demo.mailbox.EmailBackend"
    monkeypatch.setattr(mailbox, "FOLDER", tmp_path / "mail")


def an_html_mail():
    message = EmailMultiAlternatives("Subject", "Plain https://example.org/x <b>", to=["anna@example.org"])
    message.attach_alternative("<html><head></head><script>alert(1)</script></html>", "text/html")
    message.send()
    [name] = mailbox.names()
    return name


def test_a_code_for_signing_in_is_read_without_signing_in(client):
    send_mail("Your code", "K7QX2P", None, ["anna@example.org"])
    html = client.get("/demo/mail/").content.decode()
    assert "Your code" in html
    [name] = mailbox.names()
    assert "K7QX2P" in client.get(f"/demo/mail/{name}/").content.decode()


def test_the_newest_comes_first_and_the_list_narrows_to_an_address(client):
    for number, address in enumerate(["anna@example.org", "bruno@example.org", "anna@example.org"]):
        send_mail(f"Mail {number}", "text", None, [address])
    html = client.get("/demo/mail/").content.decode()
    assert html.index("Mail 2") < html.index("Mail 1") < html.index("Mail 0")
    narrowed = client.get("/demo/mail/", {"to": "Bruno@"}).content.decode()
    assert "Mail 1" in narrowed
    assert "Mail 0" not in narrowed


def test_the_html_of_a_mail_is_shut_in(client):
    name = an_html_mail()
    page = client.get(f"/demo/mail/{name}/")
    assert "frame-src 'self'" in page["Content-Security-Policy"]
    assert "<script>alert" not in page.content.decode()
    assert "&lt;b&gt;" in page.content.decode()
    frame = client.get(f"/demo/mail/{name}/html/")
    policy = frame["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox allow-popups allow-popups-to-escape-sandbox" in policy
    assert "allow-scripts" not in policy
    assert frame["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.parametrize("name", ["nothing", "..%2F..%2Fsecret"])
def test_a_mail_that_is_not_there_is_not_found(client, name):
    assert client.get(f"/demo/mail/{name}/").status_code == 404
    assert client.get(f"/demo/mail/{name}/html/").status_code == 404


def test_a_plain_mail_has_no_html(client):
    send_mail("Plain", "text", None, ["anna@example.org"])
    [name] = mailbox.names()
    assert client.get(f"/demo/mail/{name}/html/").status_code == 404
    assert "<iframe" not in client.get(f"/demo/mail/{name}/").content.decode()


@pytest.mark.urls("academy.urls")
def test_outside_the_demo_there_is_no_mailbox(client):
    assert client.get("/demo/mail/").status_code == 404
