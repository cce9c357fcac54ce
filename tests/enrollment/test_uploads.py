"""Files of a draft: taken by content, given back to few, and never more than fit into memory."""

import hashlib
from contextlib import suppress
from datetime import datetime
from io import BytesIO
from pathlib import Path
from socket import create_connection
from threading import Thread
from uuid import uuid4
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.wsgi import get_wsgi_application
from django.urls import resolve

from courses.files import LARGEST_FILE
from courses.refusals import Refusal
from enrollment.actions.files import MOST_FILES, add_file, remove_file
from enrollment.models import Application, ApplicationFile, RequiredDocument
from enrollment.views import files
from tests.factories import (
    ROME,
    a_call,
    a_criterion,
    a_document,
    a_draft,
    a_file,
    a_member,
    a_nomination,
    a_person,
    an_application,
    somebody_of_the_office,
)
from tests.paperwork import JPEG, PDF, PNG

pytestmark = pytest.mark.django_db

OPEN = datetime(2021, 11, 15, 10, tzinfo=ROME)


@pytest.fixture(autouse=True)
def while_the_call_is_open():
    with time_machine.travel(OPEN, tick=False) as clock:
        yield clock


@pytest.fixture
def call():
    return a_call()


@pytest.fixture
def document(call):
    return a_document(call)


@pytest.fixture
def draft(client, call):
    person = a_person()
    client.force_login(person)
    client.cookies["django_language"] = "en"
    return a_draft(user=person, cohort=call.cohort)


def send(client, document, *files, **more):
    """The form of the step with files for one document, as (name, content)."""
    sent = [SimpleUploadedFile(name, content, "text/html") for name, content in files]
    address = f"/cohorts/{document.call.cohort.code}/apply/motivation/"
    return client.post(address, {f"document_{document.pk}": sent, "seen": 0} | more)


def test_files_are_kept_for_their_document_whatever_the_browser_says_they_are(client, document, draft):
    page = send(client, document, ("cv.pdf", PDF), ("fronte.JPG", JPEG), motivation="Per imparare.")

    draft.refresh_from_db()
    kept = {file.name: file for file in draft.files.all()}
    assert (page.status_code, draft.motivation) == (302, "Per imparare.")
    assert {name: file.content_type for name, file in kept.items()} == {
        "cv.pdf": "application/pdf",
        "fronte.JPG": "image/jpeg",
    }
    cv = ApplicationFile.objects.defer(None).get(name="cv.pdf")
    assert (cv.document, cv.size, cv.uploaded_at) == (document, len(PDF), OPEN)
    assert (bytes(cv.content), cv.digest) == (PDF, hashlib.sha256(PDF).hexdigest())


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("cv.pdf", b"<html><script>alert(1)</script></html>", "cv.pdf is neither a PDF nor"),
        ("foto.png", b"<svg onload=alert(1)/>", "foto.png is neither a PDF nor"),
        ("cv.pdf", b"<html>" + PDF, "cv.pdf is neither a PDF nor"),
        ("cv.pdf", PDF + b"<html>", "cv.pdf holds a second document"),
        ("foto.png", PNG[:-4], "foto.png is damaged or incomplete"),
        ("cv.pdf", b"", "cv.pdf is empty."),
        ("cv.pdf", PDF + bytes(LARGEST_FILE), "cv.pdf is larger than 5 MB."),
        ("a<b>.pdf", b"", "a&lt;b&gt;.pdf is empty."),
    ],
    ids=["html", "svg", "html before", "html behind", "cut off", "empty", "large", "markup in its name"],
)
def test_what_is_not_taken_is_refused_with_words_and_the_rest_is_kept(
    client, document, draft, name, content, words
):
    page = send(client, document, (name, content), motivation="Per imparare.")

    draft.refresh_from_db()
    assert page.status_code == 422
    assert words in page.text
    assert (draft.files.count(), draft.motivation) == (0, "Per imparare.")


def test_of_two_files_for_one_document_the_good_one_is_kept(client, document, draft):
    page = send(client, document, ("cv.pdf", PDF), ("foto.png", b"<svg onload=alert(1)/>"))

    assert (page.status_code, [file.name for file in draft.files.all()]) == (422, ["cv.pdf"])
    assert "foto.png is neither a PDF nor" in page.text


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../settings.py", "settings.py.pdf"),
        ("cv\u202efdp.exe", "cvfdp.exe.pdf"),
        ("a" * 300 + ".pdf", "a" * 116 + ".pdf"),
    ],
)
def test_a_name_is_cleaned_before_it_is_kept(client, document, draft, name, shown):
    send(client, document, (name, PDF))
    assert draft.files.get().name == shown


def test_the_same_file_sent_twice_is_one(client, document, draft):
    for _ in range(2):
        send(client, document, ("cv.pdf", PDF))
    assert draft.files.count() == 1


def test_a_file_for_a_document_of_another_call_is_not_taken(client, document, draft):
    other = a_document(a_call())

    send(client, document, **{f"document_{other.pk}": SimpleUploadedFile("cv.pdf", PDF)})

    assert ApplicationFile.objects.count() == 0
    with pytest.raises(Refusal):
        add_file(
            application=draft,
            document=other,
            name="cv.pdf",
            content_type="application/pdf",
            content=PDF,
            by=draft.user,
            at=OPEN,
        )


def test_a_file_is_removed_by_its_button_and_pressing_it_twice_is_removing_it_once(client, document, draft):
    file, kept = a_file(draft, document), a_file(draft, document, name="b.pdf")

    answers = [send(client, document, remove=str(file.pk)).status_code for _ in range(2)]

    assert answers == [302, 302]
    assert draft.files.get() == kept


def test_a_file_of_somebody_else_is_not_removed_by_a_changed_button(client, document, draft):
    other = a_file(a_draft(cohort=document.call.cohort), document)

    assert send(client, document, remove=str(other.pk)).status_code == 302
    assert send(client, document, remove="../../etc").status_code == 400
    assert ApplicationFile.objects.get() == other


def test_an_application_has_at_most_twenty_files(client, document, draft):
    for number in range(MOST_FILES):
        a_file(draft, document, content=PDF + bytes(number + 1))

    page = send(client, document, ("one too many.pdf", PDF))

    assert page.status_code == 422
    assert "An application has at most 20 files." in page.text
    assert draft.files.count() == MOST_FILES


def test_more_than_twenty_files_at_once_are_not_even_read(client, document, draft, logged_errors):
    page = send(client, document, *[(f"{number}.pdf", PDF) for number in range(21)])

    assert page.status_code == 400
    assert draft.files.count() == 0
    assert logged_errors.pop().name == "django.security.TooManyFilesSent"


def test_after_the_hour_no_file_comes_or_goes(client, call, document, draft, while_the_call_is_open):
    file = a_file(draft, document)
    while_the_call_is_open.move_to(call.closes_at, tick=False)
    client.force_login(draft.user)

    answers = [
        send(client, document, ("new.pdf", PDF)).status_code,
        send(client, document, remove=str(file.pk)).status_code,
    ]

    assert answers == [409, 409]
    assert draft.files.get() == file
    with pytest.raises(Refusal):
        remove_file(file=file, by=draft.user, at=call.closes_at)


# Who may have it back.


def served(client, file, application=None):
    return client.get(f"/applications/{(application or file.application).pk}/files/{file.pk}/")


def test_its_owner_saves_a_file_and_no_browser_runs_it(client, document, draft):
    file = a_file(draft, document, name="Curriculum di Zoë.pdf", content=PDF)

    answer = served(client, file)

    assert (answer.status_code, answer.content) == (200, PDF)
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == "attachment; filename*=utf-8''Curriculum%20di%20Zo%C3%AB.pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
    assert "no-store" in answer["Cache-Control"]


def test_a_file_is_served_to_those_who_may_read_it_and_is_not_there_for_anybody_else(client, call, document):
    application = a_draft(cohort=call.cohort)
    file = a_file(application, document)
    readers = {
        "owner": application.user,
        "office": somebody_of_the_office(),
        "committee": a_member(call.cohort),
        "committee of another edition": a_member(a_call().cohort),
        "another applicant": an_application(cohort=call.cohort).user,
        "staff without the right": a_person(is_staff=True),
        "employer": a_nomination(cohort=call.cohort, contact=a_person()).contact,
    }

    def answers():
        found = {}
        for name, reader in readers.items():
            client.force_login(reader)
            found[name] = served(client, file).status_code
        return {name for name, status in found.items() if status == 200}, set(found.values())

    assert answers() == ({"owner"}, {200, 404})
    complete = {"born_on": "1985-05-17", "foreign": True, "employer_kind": "none", "role": "m"}
    complete |= {"sector": "public", "region": "Piemonte", "motivation": "m"}
    received = {"state": "submitted", "submitted_at": OPEN, "privacy_read_at": OPEN, "number": 9}
    Application.objects.filter(pk=application.pk).update(**complete | received)
    assert answers() == ({"owner", "office"}, {200, 404})
    Application.objects.filter(pk=application.pk).update(state="eligible")
    assert answers() == ({"owner", "office", "committee"}, {200, 404})

    client.force_login(readers["committee"])
    sheet = f"/committee/{application.pk}/documents/"
    a_criterion(call)
    assert file.name in client.get(sheet).text
    RequiredDocument.objects.filter(pk=document.pk).update(judged=False)  # an identity document, say
    assert answers() == ({"owner", "office"}, {200, 404})
    client.force_login(readers["committee"])
    assert file.name not in client.get(sheet).text


def test_who_sits_on_the_committee_has_no_files_by_the_right_of_the_office(client, call, document):
    identity = a_document(call, judged=False)
    application = a_draft(cohort=call.cohort, foreign=True, born_on="1985-05-17", employer_kind="none")
    curriculum, passport = (
        a_file(application, document, name="cv.pdf"),
        a_file(application, identity, name="passport.pdf", content=PDF),
    )
    received = {"submitted_at": OPEN, "privacy_read_at": OPEN, "number": 9, "role": "m", "sector": "public"}
    received |= {"region": "Piemonte", "motivation": "m"}
    clerk = somebody_of_the_office()
    client.force_login(clerk)
    page = f"/admin/enrollment/application/{application.pk}/change/"

    def given() -> tuple[list[str], list[str]]:
        """By the files' own addresses, and named on the office's page."""
        files = [file.name for file in (curriculum, passport) if served(client, file).status_code == 200]
        return files, [name for name in ("cv.pdf", "passport.pdf") if name in client.get(page).text]

    Application.objects.filter(pk=application.pk).update(state="submitted", **received)
    both = ["cv.pdf", "passport.pdf"]
    assert given() == (both, both)  # control: the right of the office opens them
    a_role = clerk.roles.create(cohort=call.cohort, kind="committee")
    assert given() == ([], [])
    Application.objects.filter(pk=application.pk).update(state="eligible")
    assert given() == (["cv.pdf"], ["cv.pdf"])
    for state in ("admitted", "excluded"):
        ground = "absent" if state == "excluded" else ""
        Application.objects.filter(pk=application.pk).update(state=state, ground=ground)
        assert given() == ([], [])
    a_role.delete()
    clerk.roles.create(cohort=a_call().cohort, kind="committee")  # of another edition
    assert given() == (both, both)


def test_a_file_is_not_there_under_another_application_or_another_key(client, document, draft):
    file, mine = a_file(a_draft(cohort=document.call.cohort), document), a_file(draft, document)

    assert served(client, file, draft).status_code == 404
    assert served(client, mine, file.application).status_code == 404
    assert client.get(f"/applications/{draft.pk}/files/{uuid4()}/").status_code == 404
    assert client.get(f"/applications/{draft.pk}/files/../../settings.py").status_code == 404
    client.logout()
    assert served(client, mine).url.startswith("/accounts/login/?next=")


def test_control_without_the_question_whose_it_is_anybody_has_it(client, document, draft, monkeypatch):
    monkeypatch.setattr(files, "files_open_to", lambda _user: ApplicationFile.objects.all())
    other = a_file(a_draft(cohort=document.call.cohort), document)

    assert served(client, other).status_code == 200


# How much may be sent.


class Unread(BytesIO):
    """A body of which nothing may be read."""

    def read(self, size=-1):
        raise AssertionError("the body was read")


@pytest.mark.parametrize(
    ("address", "largest"),
    [
        ("/cohorts/SMTC-2022-1/apply/motivation/", 25 * 1024**2),
        ("/applications/1/documents/", 25 * 1024**2),
        ("/applications/1/withdraw/", 6 * 1024**2),
        ("/accounts/login/", 6 * 1024**2),
    ],
)
def test_too_large_a_request_is_refused_unread(client, address, largest):
    assert getattr(resolve(address).func, "largest_request", 6 * 1024**2) == largest
    client.cookies["django_language"] = "en"

    answer = client.generic(
        "POST",
        address,
        CONTENT_TYPE="multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(largest + 1),
        **{"wsgi.input": Unread()},
    )

    assert answer.status_code == 413
    assert f"At most {largest // 1024**2} MB can be sent here in one go" in answer.text


def test_control_one_byte_less_is_read(client, document, draft, logged_errors):
    with pytest.raises(AssertionError, match="the body was read"):
        client.generic(
            "POST",
            f"/cohorts/{document.call.cohort.code}/apply/motivation/",
            CONTENT_TYPE="multipart/form-data; boundary=x",
            CONTENT_LENGTH=str(25 * 1024**2),
            **{"wsgi.input": Unread()},
        )
    logged_errors.clear()


class Quiet(WSGIRequestHandler):
    """Says nothing of each request."""

    def log_message(self, *said):
        return


@pytest.fixture
def server():
    """The portal behind a plain HTTP server, which reads no more than it is asked to."""
    with make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet) as server:
        Thread(target=server.handle_request, daemon=True).start()
        yield server.server_address


def resident_bytes():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096


def test_a_gigabyte_is_answered_after_a_few_kilobytes(server):
    kind = "multipart/form-data; boundary=x"
    head = f"POST /accounts/login/ HTTP/1.1\r\nContent-Length: {1024**3}\r\nContent-Type: {kind}\r\n"
    answer, sent, before = b"", 0, resident_bytes()
    with create_connection(server, timeout=20) as line:
        line.sendall(f"{head}Host: localhost\r\n\r\n".encode())
        line.settimeout(0.01)
        for _ in range(16 * 1024):  # 64 kB each
            with suppress(OSError):  # full buffers, or the server has hung up
                sent += line.send(bytes(65536))
            with suppress(TimeoutError):
                answer = line.recv(65536)
                break

    assert answer.startswith(b"HTTP/1.0 413 ")
    assert resident_bytes() - before < 20 * 1024**2
    assert sent < 20 * 1024**2  # what waits in the buffers of the two sockets


def test_files_never_touch_the_disk(client, document, draft, monkeypatch):
    def refuse(*arguments, **options):
        raise AssertionError("a file was put on the disk")

    monkeypatch.setattr("tempfile.NamedTemporaryFile", refuse)

    send(client, document, ("cv.pdf", PDF + bytes(4 * 1024**2)), ("b.pdf", PDF + bytes(4 * 1024**2 + 1)))

    assert draft.files.count() == 2
