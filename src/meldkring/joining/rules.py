"""Which house rules hold in a district, what changed in them, and who must still accept them (S25, S26)?

A version is never edited: a change is the next version, and every member is asked to accept it anew, seeing what changed.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Literal

from django.db import transaction
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, When
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from meldkring.audit import log
from meldkring.groups import roles
from meldkring.groups.models import Kind, Role
from meldkring.joining import house_texts
from meldkring.joining.models import Acceptance, HouseRule, HouseRules
from meldkring.people.models import Person
from meldkring.places import outside
from meldkring.places.models import District

MOST_RULES, LONGEST = 20, 600
Texts = list[tuple[str, str]]


class RulesRefused(Exception):
    """These rules cannot be published or accepted like this. The text is for the person."""


class NotAllTicked(RulesRefused):
    """Not every rule was ticked (S25)."""


class Outdated(RulesRefused):
    """A newer version was published in the meantime."""


class BadRules(RulesRefused):
    """The set has no rules, too many, one without text, or nothing new."""


@dataclass(frozen=True)
class Change:
    """What became of one rule between two versions. `old` and `new` are its texts; empty where it was not there."""

    name: str
    kind: Literal["new", "changed", "gone", "same"]
    old: str
    new: str


def current(district: District) -> HouseRules | None:
    """The version in force."""
    return district.house_rules.order_by("-version").first()


def texts(rules: HouseRules | None) -> Texts:
    """The rules of a version as (name, text), in order; of no version: none."""
    return [(line.name, line.text) for line in rules.lines.all()] if rules else []


def accepted_before(person: Person, rules: HouseRules) -> HouseRules | None:
    """The version of this district that the person accepted last."""
    return HouseRules.objects.filter(district=rules.district_id, acceptances__person=person).order_by("-version").first()


def changes(old: Texts, new: Texts) -> list[Change]:
    """Every rule of both, as it stands in the new order, and then those that are gone."""
    before, after = dict(old), dict(new)
    found = [Change(name, _kind(before.get(name), text), before.get(name, ""), text) for name, text in new]
    return found + [Change(name, "gone", text, "") for name, text in old if name not in after]


def in_force_for(person: Person) -> HouseRules | None:
    """The rules that hold for this person: of the district where they are in a group, their watch group first."""
    return _of_groups(person).first()


def must_accept(person: Person) -> HouseRules | None:
    """The version that this person has yet to accept. It asks, it never stands in the way of a report."""
    rules = _of_groups(person).annotate(accepted=Exists(Acceptance.objects.filter(rules=OuterRef("pk"), person=person))).first()
    return None if rules is None or rules.accepted else rules


def check_ticked(rules: HouseRules, ticked: Collection[int]) -> None:
    """Refuse with `NotAllTicked` unless every rule is ticked, and with `Outdated` if these are no longer the rules."""
    newest = current(rules.district)
    if newest and newest.pk != rules.pk:
        raise Outdated(_("The house rules have just changed. Please read them once more."))
    missing = len({line.pk for line in rules.lines.all()} - set(ticked))
    if missing:
        text = ngettext(
            "%(n)d rule is not ticked yet. Read it and tick it.", "%(n)d rules are not ticked yet. Read and tick them.", missing
        )
        raise NotAllTicked(text % {"n": missing})


@transaction.atomic
def accept(person: Person, rules: HouseRules, *, ticked: Collection[int]) -> Acceptance:
    """The person has read and ticked every rule. Refuses with `NotAllTicked` and `Outdated`."""
    check_ticked(rules, ticked)
    made, fresh = Acceptance.objects.get_or_create(person=person, rules=rules, defaults={"at": timezone.now()})
    if fresh:
        log.record("accept_rules", rules, by=person, version=rules.version)
    return made


@transaction.atomic
def publish(district: District, texts: Texts, *, by: Person) -> HouseRules:
    """Make this the version in force. Refuses with `NotAllowed` and `BadRules`."""
    if district not in manages(by):
        raise roles.NotAllowed(_("You cannot change the rules of %(district)s.") % {"district": district.name})
    return _published(district, checked(texts), by)


@transaction.atomic
def publish_default(district: District) -> HouseRules:
    """The rules in force; a district that has none yet gets the set it starts with."""
    District.objects.select_for_update().get(pk=district.pk)
    return current(district) or _published(district, house_texts.defaults(district), None)


def checked(texts: Iterable[tuple[str, str]]) -> Texts:
    """The texts without stray white space. Refuses with `BadRules`."""
    found = [(name, text.strip()) for name, text in texts]
    if not found or len(found) > MOST_RULES:
        raise BadRules(_("Give at least one rule and at most %(n)d.") % {"n": MOST_RULES})
    if not all(text for _name, text in found):
        raise BadRules(_("A rule has no text yet."))
    if any(len(text) > LONGEST for _name, text in found):
        raise BadRules(_("Keep each rule under %(n)d characters: short rules are read.") % {"n": LONGEST})
    if len({name for name, _text in found}) < len(found):
        raise BadRules(_("A rule stands in the list twice."))
    return found


def manages(person: Person) -> list[District]:
    """The districts whose rules this person may change, by name."""
    found = {g.district.pk: g.district for g in roles.with_right(person, roles.Right.MEMBERS) if g.district}
    return sorted(found.values(), key=lambda district: district.name)


def _of_groups(person: Person) -> QuerySet[HouseRules]:
    """The versions of the districts of this person's groups: of the watch group first, the newest first; one query for every page."""
    here = Q(district__groups__memberships__person=person, district__groups__memberships__left_at=None, district__groups__closed_at=None)
    # The community officer is in a steering group too, but as police.
    residents = Q(district__groups__memberships__role__in=(Role.MEMBER, *roles.STEERING_ROLES))
    rows = HouseRules.objects.filter(here & residents).select_related("district")
    return rows.order_by(Case(When(district__groups__memberships__kind=Kind.WATCH, then=0), default=1), "-version")


def _published(district: District, found: Texts, by: Person | None) -> HouseRules:
    District.objects.select_for_update().get(pk=district.pk)  # two at once would take the same number
    last = current(district)
    if texts(last) == found:
        raise BadRules(_("Nothing has changed in these rules."))
    number = last.version + 1 if last else 1
    made = HouseRules.objects.create(district=district, version=number, published_at=timezone.now(), by=by)
    HouseRule.objects.bulk_create(HouseRule(rules=made, name=name, order=order, text=text) for order, (name, text) in enumerate(found))
    outside.changed()
    log.record("publish_rules", made, by=by, district=district.pk, version=number)
    return made


def _kind(old: str | None, new: str) -> Literal["new", "changed", "same"]:
    if old is None:
        return "new"
    return "same" if old == new else "changed"
