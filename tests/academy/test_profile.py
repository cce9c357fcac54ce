import pytest

from academy.models import User
from tests.factories import a_person


@pytest.mark.django_db
def test_a_saved_profile_is_confirmed_in_the_language_just_chosen(client):
    client.force_login(a_person(name="Ada Bianchi", language="it"))

    answer = client.post("/profile/", {"name": "Ada Rossi", "language": "en"}, follow=True)

    assert "Your profile has been saved." in answer.text
    assert '<html lang="en"' in answer.text
    assert User.objects.values_list("name", "language").get() == ("Ada Rossi", "en")


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["", "Ada\x00Rossi", "Ada\nRossi"])
def test_a_name_that_cannot_be_is_shown_again_with_the_reason(client, name):
    client.force_login(a_person(name="Ada Bianchi"))

    answer = client.post("/profile/", {"name": name, "language": "it"})

    assert answer.status_code == 422
    assert 'aria-invalid="true"' in answer.text
    assert 'id="id_name_error"' in answer.text
    assert User.objects.get().name == "Ada Bianchi"


@pytest.mark.django_db
def test_a_visitor_is_asked_to_sign_in_first(client):
    assert client.get("/profile/").url == "/accounts/login/?next=/profile/"
