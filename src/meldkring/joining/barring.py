"""Is this somebody who was expelled here before? Recognised by keyed digests that expire; there is no list of names (S19).

The rows are made when somebody is expelled (`expelling`), and asked for at a new sign-up (`doubts`).
"""

from collections.abc import Iterable

import phonenumbers
from django.utils import timezone
from django.utils.crypto import salted_hmac

from meldkring.joining.models import Barred
from meldkring.places.models import District

SALT = "meldkring.joining.expelling"


def digest(value: str) -> str:
    """The keyed digest of an e-mail address or mobile number; the key comes from this installation's secret."""
    return salted_hmac(SALT, _normal(value), algorithm="sha256").hexdigest()


def digests(*values: str) -> list[str]:
    """The keyed digests of what is filled in."""
    return [digest(value) for value in values if value.strip()]


def lasting(districts: Iterable[int], found: Iterable[str]) -> set[tuple[int, str]]:
    """Which of these digests are still remembered, each with the district that remembers it; one query."""
    rows = Barred.objects.filter(district__in=set(districts), digest__in=set(found), until__gt=timezone.now())
    return set(rows.values_list("district_id", "digest"))


def was_expelled(district: District, email: str, mobile: str) -> bool:
    """Whether the district still remembers an expulsion of who has this address or number."""
    return bool(lasting([district.pk], digests(email, mobile)))


def follow_email(before: str, after: str) -> None:
    """Who takes another address is recognised by that one too."""
    for row in Barred.objects.filter(digest=digest(before), until__gt=timezone.now()):
        Barred.objects.get_or_create(district=row.district, digest=digest(after), defaults={"until": row.until})


def _normal(value: str) -> str:
    value = value.strip().casefold()
    if "@" in value:
        return value
    try:
        return phonenumbers.format_number(phonenumbers.parse(value, "NL"), phonenumbers.PhoneNumberFormat.E164)
    except phonenumbers.NumberParseException:
        return value
