"""The demo, loaded once for a module and thrown away after it."""

from collections.abc import Iterator

import pytest
from django.db import transaction

from meldkring.demo import loading
from meldkring.demo.town import Town


@pytest.fixture(scope="module")
def _loaded(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    with django_db_blocker.unblock(), transaction.atomic():
        loading.load()
        yield
        transaction.set_rollback(True)


@pytest.fixture
def town(_loaded: None, db: None) -> Town:
    return Town.here()
