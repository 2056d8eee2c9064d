"""Do the tests run on the database that was asked for?"""

import os

import pytest
from django.db import connection


@pytest.mark.postgres
@pytest.mark.django_db
def test_the_database_is_the_one_asked_for() -> None:
    wanted = os.environ.get("MELDKRING_TEST_DATABASE", "sqlite")
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)
    assert connection.vendor == {"postgres": "postgresql"}.get(wanted, wanted)
