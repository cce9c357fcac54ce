import pytest

from tests.classroom import Class


@pytest.fixture
def group(db) -> Class:
    """Three participants who have sat a test, and who teaches them."""
    return Class()
