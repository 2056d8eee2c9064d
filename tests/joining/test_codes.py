"""Does a code prove an address to whoever reads it, to nobody else, and not for ever?"""

from datetime import timedelta

import pytest
import time_machine
from django.test import override_settings
from django.utils import timezone
from tests.town import town

from meldkring.joining import sign_up_codes
from meldkring.joining.models import Application, Code
from meldkring.people import codes

pytestmark = [pytest.mark.django_db, pytest.mark.postgres, pytest.mark.requirement("S24")]
EMAIL, ADDRESS = Code.To.EMAIL, "nora@example.org"


@pytest.fixture
def application() -> Application:
    return Application.objects.create(district=town().noord, email=ADDRESS)


def other(digits: str) -> str:
    return f"{(int(digits) + 1) % 1_000_000:06d}"


def later(**passed: float) -> time_machine.travel:
    return time_machine.travel(timezone.now() + timedelta(**passed), tick=False)


def test_the_digits_prove_it_once(application: Application) -> None:
    digits = sign_up_codes.new(application, EMAIL, ADDRESS)
    assert len(digits) == 6
    assert digits.isdecimal()
    sign_up_codes.check(application, EMAIL, ADDRESS, f" {digits[:3]} {digits[3:]} ")
    with pytest.raises(codes.Expired):
        sign_up_codes.check(application, EMAIL, ADDRESS, digits)


def test_only_a_keyed_digest_is_kept(application: Application) -> None:
    digits = sign_up_codes.new(application, EMAIL, ADDRESS)
    kept = Code.objects.values().get()
    assert digits not in str(kept)
    with override_settings(SECRET_KEY="another"), pytest.raises(codes.Wrong):
        sign_up_codes.check(application, EMAIL, ADDRESS, digits)


def test_a_code_is_of_one_address_and_one_sign_up(application: Application) -> None:
    digits = sign_up_codes.new(application, EMAIL, ADDRESS)
    stranger = Application.objects.create(district=application.district, email=ADDRESS)
    with pytest.raises(codes.Expired):
        sign_up_codes.check(stranger, EMAIL, ADDRESS, digits)
    with pytest.raises(codes.Expired):
        sign_up_codes.check(application, EMAIL, "someone.else@example.org", digits)
    with pytest.raises(codes.Expired):
        sign_up_codes.check(application, Code.To.MOBILE, ADDRESS, digits)


def test_five_attempts_and_no_sixth(application: Application) -> None:
    digits = sign_up_codes.new(application, EMAIL, ADDRESS)
    for _ in range(codes.MOST_ATTEMPTS):
        with pytest.raises(codes.Wrong):
            sign_up_codes.check(application, EMAIL, ADDRESS, other(digits))
    with pytest.raises(codes.Expired, match=r"no longer works|werkt niet meer"):
        sign_up_codes.check(application, EMAIL, ADDRESS, digits)


@pytest.mark.parametrize(("minutes", "works"), [(9.9, True), (10.1, False)])
def test_ten_minutes(application: Application, minutes: float, works: bool) -> None:
    with time_machine.travel(timezone.now(), tick=False):
        digits = sign_up_codes.new(application, EMAIL, ADDRESS)
        with later(minutes=minutes):
            if works:
                sign_up_codes.check(application, EMAIL, ADDRESS, digits)
            else:
                with pytest.raises(codes.Expired):
                    sign_up_codes.check(application, EMAIL, ADDRESS, digits)


def test_a_new_code_makes_the_old_one_void_and_comes_after_half_a_minute(application: Application) -> None:
    first = sign_up_codes.new(application, EMAIL, ADDRESS)
    with pytest.raises(codes.TooSoon):
        sign_up_codes.new(application, EMAIL, ADDRESS)
    with later(seconds=31):
        second = sign_up_codes.new(application, EMAIL, ADDRESS)
        if first != second:
            with pytest.raises(codes.Wrong):
                sign_up_codes.check(application, EMAIL, ADDRESS, first)
        sign_up_codes.check(application, EMAIL, ADDRESS, second)


def test_five_codes_an_hour_to_one_address_whoever_asks(application: Application) -> None:
    start = timezone.now()
    for number in range(codes.MOST_PER_HOUR):
        asks = Application.objects.create(district=application.district, email=ADDRESS)
        with time_machine.travel(start + timedelta(minutes=number), tick=False):
            sign_up_codes.new(asks, EMAIL, ADDRESS)
    with time_machine.travel(start + timedelta(minutes=30), tick=False):
        with pytest.raises(codes.TooMany):
            sign_up_codes.new(application, EMAIL, ADDRESS)
        sign_up_codes.new(application, EMAIL, "another@example.org")
    with time_machine.travel(start + timedelta(minutes=61), tick=False):
        sign_up_codes.new(application, EMAIL, ADDRESS)


def test_the_demo_alone_shows_the_code(application: Application) -> None:
    sign_up_codes.new(application, EMAIL, ADDRESS)
    assert sign_up_codes.shown_in_demo(application, EMAIL) == ""
    with override_settings(DEMO=True), later(minutes=1):
        digits = sign_up_codes.new(application, EMAIL, ADDRESS)
        assert sign_up_codes.shown_in_demo(application, EMAIL) == digits
