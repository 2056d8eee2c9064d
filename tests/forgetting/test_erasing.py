"""Somebody who did everything gets all of it, and erases all of it: is any trace left that points at them? (rules 8)"""

import datetime
import json
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import connection, models
from django.test import Client
from django.utils import timezone
from tests.joining import applying
from tests.stories import scene
from tests.town import Town, town

from meldkring.cases import access as case_access
from meldkring.cases import forwarding, holding, judging, reporting
from meldkring.cases.models import Called
from meldkring.complaints import hearing
from meldkring.delivery.models import Address
from meldkring.forgetting import erasing, own_data
from meldkring.groups import duty, naming, steering
from meldkring.groups.models import Membership
from meldkring.joining import admission, moving, proving, rules
from meldkring.joining.models import Application, CodeLetter
from meldkring.messaging import access as messaging_access
from meldkring.messaging import letters
from meldkring.messaging import posting as postings
from meldkring.messaging.models import Message
from meldkring.people import mailing, tokens
from meldkring.people.models import Mail, NewEmail, Person

pytestmark = pytest.mark.django_db
EMAIL, MOBILE, LAST = "anneke.dapper@example.org", "+31698765432", "Quakkelenburg"


@pytest.fixture
def t() -> Town:
    return town()


def everything(t: Town) -> Person:
    """Anneke signed up, was admitted, reported, reacted, held, wrote and was written to, steered, judged, had duty, complained, had a key."""
    where = applying.settle(t)
    admission.admit(applying.apply(t.noord, where["linden"], name="Anneke", email=EMAIL, last_name=LAST, mobile=MOBILE), by=t.fatima)
    anneke = Person.objects.get(email=EMAIL)
    group = Membership.objects.get(person=anneke, left_at=None).group
    Person.objects.filter(pk=anneke.pk).update(second_factor_since=timezone.now(), mobile=MOBILE, last_name=LAST)
    anneke.refresh_from_db()
    mine = reporting.report("A stranger with a ladder", group=group, by=anneke, called=Called.BY_ME)
    case = scene.case_of(mine)
    reporting.react("He went into the alley", case=case, group=group, by=anneke)
    letters.write("Thank you for calling", steering=t.steering_1, resident=anneke, by=t.sam, about=mine)
    letters.write("You are welcome", steering=t.steering_1, resident=anneke, by=anneke)
    steering.appoint(anneke, t.steering_1, by=t.fatima)
    judging.not_relevant(mine, steering=t.steering_1, by=anneke)
    naming.agree(t.steering_1, by=anneke)
    other = scene.report(t)
    forwarding.forward(other, to=[t.watch_b], steering=t.steering_1, by=anneke)
    letters.write("Well seen", steering=t.steering_1, resident=t.anna, by=anneke)
    duty.take(t.steering_1, timezone.localdate() + datetime.timedelta(days=1), by=anneke)
    holding.hand_over(scene.case_of(other), group=t.watch_a, to=anneke, by=t.sam)
    hearing.complain(t.noord, text="Too many messages.", name="Anneke", email=EMAIL)
    in_force = rules.current(t.noord) or rules.publish_default(t.noord)
    rules.accept(anneke, in_force, ticked={line.pk for line in in_force.lines.all()})
    proving.prove(anneke, proving.How.SAID, anneke)
    CodeLetter.objects.create(person=anneke, digest="x" * 64, made_at=timezone.now(), until=timezone.now())
    tokens.create(anneke, name="My door bell")
    Address.objects.create(person=anneke, channel="email", value=EMAIL)
    postings.seen([anneke.pk], group.pk, 1)
    mailing.write(EMAIL, subject="Hello", text="Hello")
    browser = Client()
    browser.force_login(anneke)
    browser.get("/ik/")
    return anneke


def mentions(*words: str) -> Iterator[str]:
    """Every table and column in which one of these stands, whatever the type."""
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.concrete_fields:
            if isinstance(field, models.CharField | models.TextField | models.JSONField):
                with connection.cursor() as cursor:
                    column, table = connection.ops.quote_name(field.column), connection.ops.quote_name(model._meta.db_table)
                    cursor.execute(f"SELECT CAST({column} AS TEXT) FROM {table}")
                    for (value,) in cursor.fetchall():
                        if value and any(word.lower() in value.lower() for word in words):
                            yield f"{model._meta.label}.{field.name}: {value[:60]}"


def test_the_file_holds_what_is_theirs_and_nothing_secret(t: Town) -> None:
    anneke = everything(t)
    content = own_data.whole(anneke)
    file = json.loads(content)
    for said in (
        "A stranger with a ladder",
        "He went into the alley",
        "You are welcome",
        "Thank you for calling",
        "My door bell",
        EMAIL,
        MOBILE,
        LAST,
    ):
        assert said in content
    for secret in (
        anneke.password,
        "x" * 64,
        *anneke.tokens.values_list("digest", flat=True),
        *Session.objects.values_list("session_key", flat=True),
    ):
        assert secret not in content
    assert scene.TEXT not in content, "what somebody else said is not theirs"
    assert "anna@example.org" not in content
    assert len(file) == 4
    assert {p.what for p in own_data.parts(anneke)} == set(list(file.values())[2])


def test_nothing_that_points_at_them_is_left(t: Town) -> None:
    anneke = everything(t)
    with pytest.raises(moving.StillSteers):
        erasing.erase(anneke, by=anneke)
    assert Person.objects.filter(pk=anneke.pk).exists()
    steering.dismiss(anneke, t.steering_1, by=t.fatima)
    erasing.erase(anneke, by=anneke)
    left = [found for found in mentions(EMAIL, MOBILE, LAST, "Anneke") if not found.startswith("people.Mail.")]
    assert not left
    assert list(Mail.objects.filter(to=EMAIL).values_list("subject", flat=True)) == ["Je gegevens zijn gewist"]
    assert not Session.objects.exists()
    assert not Application.objects.filter(person__isnull=False).exists()


def test_nothing_that_points_at_the_address_of_before_is_left_either(t: Town) -> None:
    anneke, now = everything(t), timezone.now()
    steering.dismiss(anneke, t.steering_1, by=t.fatima)
    NewEmail.objects.create(person=anneke, before=EMAIL, address="new@example.org", sent_at=now, changed_at=now)
    Person.objects.filter(pk=anneke.pk).update(email="new@example.org")
    erasing.erase(anneke, by=anneke)
    assert not [found for found in mentions(EMAIL, "new@example.org") if "people.Mail.to: new@" not in found]


def test_what_they_said_stays_readable_as_of_a_former_member(t: Town) -> None:
    anneke = everything(t)
    said = Message.objects.get(author=anneke, text="A stranger with a ladder")
    reader = t.sam
    steering.dismiss(anneke, t.steering_1, by=t.fatima)
    erasing.erase(anneke, by=anneke)
    said.refresh_from_db()
    assert said.author is None
    assert messaging_access.postings(reader).filter(message=said).exists()
    browser = Client()
    browser.force_login(reader)
    case = said.contribution.case
    shown = browser.get(f"/casus/{case.reference}/").content.decode()
    assert "A stranger with a ladder" in shown
    assert "voormalig lid" in shown
    assert "Anneke" not in shown
    assert case_access.timeline(reader, case).count() == 2


def test_the_last_administrator_stays(t: Town) -> None:
    Person.objects.filter(pk=t.outsider.pk).update(is_superuser=True)
    t.outsider.refresh_from_db()
    with pytest.raises(erasing.LastAdministrator):
        erasing.erase(t.outsider, by=t.outsider)


def test_an_officer_who_erases_themself_is_no_officer_any_more(t: Town) -> None:
    erasing.erase(t.officer, by=t.officer)
    assert not Membership.objects.filter(role="officer", left_at=None).exists()
