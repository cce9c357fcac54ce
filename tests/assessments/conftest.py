import pytest
from django.utils.translation import override

from tests.classroom import Class


@pytest.fixture
def group(db) -> Class:
    """Three participants who have sat a test, and who teaches them."""
    return Class()


@pytest.fixture
def english():
    """What an action refuses is said in English."""
    with override("en"):
        yield
