"""What should the phone manager look at before admitting? Said in words; the phone manager decides.

Two of these stop admission without a look: an expulsion that is remembered, and an age that is too low.
"""

from collections.abc import Iterable

from django.utils import timezone
from django.utils.translation import gettext as _

from meldkring.groups.models import Kind, Membership
from meldkring.joining import barring
from meldkring.joining.models import Application

Address = tuple[str, int | None, str]


def warnings(applications: Iterable[Application]) -> dict[int, list[str]]:
    """By sign-up, the warnings in words; four queries however many sign-ups (with district and neighbourhood selected)."""
    found = list(applications)
    double, barred = _addresses_twice(found), _barred(found)
    return {
        a.pk: [*_about_the_past(a, barred), *_about_the_address(a, double), *_about_age(a), *_about_what_is_not_there(a)] for a in found
    }


def needs_a_look(application: Application) -> bool:
    """Whether nobody but the phone manager may admit this: expelled before, too young, from elsewhere, or an e-mail address not proven."""
    outside = application.neighbourhood is None or application.neighbourhood.district_id != application.district_id
    unproven = application.email_proven_at is None
    return outside or unproven or bool(_barred([application])) or bool(_about_age(application))


def _about_the_past(application: Application, barred: set[int]) -> list[str]:
    return [_("Was expelled from a group of this district before.")] if application.pk in barred else []


def _about_the_address(application: Application, double: set[int]) -> list[str]:
    found, here = [], application.neighbourhood
    if here is None or here.district_id != application.district_id:
        found.append(_("The address lies outside the district."))
    if application.chosen_by_hand:
        found.append(_("Chose the neighbourhood; no source confirmed it."))
    if application.pk in double:
        found.append(_("Somebody else has this address too. They may live together."))
    return found


def _about_age(application: Application) -> list[str]:
    if application.birth_year is None or application.district is None:
        return []
    turns, least = timezone.localdate().year - application.birth_year, application.district.minimum_age
    if turns < least:
        return [_("Is younger than %(age)s.") % {"age": least}]
    # Who was born on the last day of the year turns that age on the last day of this one.
    return [_("Turns %(age)s this year: perhaps not yet old enough.") % {"age": least}] if turns == least else []


def _about_what_is_not_there(application: Application) -> list[str]:
    found = []
    if application.email_proven_at is None:
        found.append(_("The e-mail address is not proven.") if application.email else _("Has no e-mail address and cannot sign in."))
    if application.mobile and application.mobile_proven_at is None:
        found.append(_("The mobile number is not proven."))
    if application.rules_accepted_at is None:
        found.append(_("Has not accepted the house rules yet."))
    return found


def _barred(applications: list[Application]) -> set[int]:
    of = {a.pk: [(a.district_id, d) for d in barring.digests(a.email, a.mobile)] for a in applications}
    pairs = [pair for found in of.values() for pair in found]
    lasting = barring.lasting([district for district, _digest in pairs if district], [digest for _district, digest in pairs])
    return {pk for pk, found in of.items() if lasting.intersection(found)}


def _addresses_twice(applications: list[Application]) -> set[int]:
    """The sign-ups whose address is also that of a member, or of somebody else who waits."""
    postcodes = {a.postcode for a in applications if a.postcode}
    waiting = Application.objects.filter(postcode__in=postcodes, state__in=("waiting", "full"))
    at: dict[Address, set[object]] = {}
    for pk, postcode, number, suffix in waiting.values_list("pk", "postcode", "house_number", "house_suffix"):
        at.setdefault(_address(postcode, number, suffix), set()).add(pk)
    members = Membership.objects.filter(kind=Kind.WATCH, left_at=None, person__postcode__in=postcodes)
    where = ("person__postcode", "person__house_number", "person__house_suffix")
    for person, postcode, number, suffix in members.values_list("person", *where):
        at.setdefault(_address(postcode, number, suffix), set()).add(("member", person))
    return {a.pk for a in applications if a.postcode and at.get(_address_of(a), set()) - {a.pk, ("member", a.person_id)}}


def _address_of(application: Application) -> Address:
    return _address(application.postcode, application.house_number, application.house_suffix)


def _address(postcode: str, number: int | None, suffix: str) -> Address:
    return "".join(postcode.split()).upper(), number, suffix.strip().lower()
