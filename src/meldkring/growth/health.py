"""What needs attention in a steering group and its watch groups, before it goes quiet: each sign with what to do (S4, S7, S22, S25).

A fixed number of questions per steering group, whatever its size.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from meldkring.cases.models import Case
from meldkring.groups import duty, roles
from meldkring.groups.models import Group, Role
from meldkring.growth import proposing, weighing
from meldkring.joining import proving
from meldkring.joining.models import Acceptance, HouseRules, RollCall
from meldkring.people.models import Person

ACTIVE_WITHIN = timedelta(days=60)
FEWEST_ACTIVE = 2
EXERCISE_WITHIN = timedelta(days=365)
ROLL_CALL_WITHIN = timedelta(days=183)


@dataclass(frozen=True)
class Sign:
    """Something to attend to: what it is, in words, and what to do. `code` tells a page where to send somebody."""

    code: str
    words: str
    advice: str
    group: Group | None = None


def signs(steering: Group) -> list[Sign]:
    """What needs attention now in this steering group and the watch groups it runs, the most pressing first."""
    watch = list(proposing.watch_groups(steering))
    residents = Person.objects.filter(memberships__group__in=watch, memberships__left_at=None)
    found = [*_size(watch, steering), *_steers(steering), *_duty(steering)]
    return [*found, *_proofs(watch), *_rules(steering, residents), *_roll_call(steering), *_exercise(watch)]


def _size(watch: Iterable[Group], steering: Group) -> list[Sign]:
    if steering.district is None:
        return []
    return [
        Sign(
            "full",
            _("%(group)s has %(n)d members.") % {"group": g.name, "n": g.size},  # type: ignore[attr-defined]
            _("Make a proposal to divide the group."), g,
        )
        for g in watch
        if g.size > steering.district.group_threshold  # type: ignore[attr-defined]
    ]  # fmt: skip


def _steers(steering: Group) -> list[Sign]:
    members = list(roles.steers(steering).select_related("person"))
    found, n = [], len(members)
    if not weighing.FEWEST <= n <= weighing.MOST:
        words = ngettext("There is %(n)d steering member; 3 or 4 is right.", "There are %(n)d steering members; 3 or 4 is right.", n)
        advice = _("Ask a member to join the steering group.") if n < weighing.FEWEST else _("Agree who steps back, or divide the group.")
        found.append(Sign("steering", words % {"n": n}, advice))
    if not any(m.role == Role.PHONE_MANAGER for m in members):
        found.append(Sign("phone_manager", _("There is no phone manager."), _("Agree who will do it.")))
    without = [m.person.first_name for m in members if m.person.second_factor_since is None]
    if without:
        words = _("These steering members have no second step yet: %(names)s.") % {"names": ", ".join(without)}
        found.append(Sign("second_step", words, _("Ask them to set it up; until then they cannot judge.")))
    active = _active(m.person for m in members)
    if members and active < min(FEWEST_ACTIVE, n):
        words = ngettext(
            "%(n)d steering member was here in the last two months.", "%(n)d steering members were here in the last two months.", active
        )
        found.append(Sign("inactive", words % {"n": active}, _("Call each other. Who no longer has time can hand over.")))
    return found


def _active(people: Iterable[Person]) -> int:
    since, people = timezone.now() - ACTIVE_WITHIN, list(people)
    seen = set(UserSession.objects.filter(user__in=people, last_seen_at__gte=since).values_list("user", flat=True))
    return sum(p.pk in seen or (p.last_login is not None and p.last_login >= since) for p in people)


def _duty(steering: Group) -> list[Sign]:
    if duty.on_duty(steering) is not None:
        return []
    return [Sign("duty", _("Nobody is on duty now."), _("Agree who judges first, and when. All of you are asked until then."))]


def _proofs(watch: list[Group]) -> list[Sign]:
    found = []
    unproven = proving.lapsing(watch, within=timedelta(0)).count()
    expiring = proving.lapsing(watch).count() - unproven
    if unproven:
        words = ngettext("%(n)d member has not proven to live here.", "%(n)d members have not proven to live here.", unproven)
        found.append(Sign("unproven", words % {"n": unproven}, _("Send a letter with a code, or confirm that you know them.")))
    if expiring:
        words = ngettext("The proof of %(n)d member ends within a month.", "The proof of %(n)d members ends within a month.", expiring)
        found.append(Sign("expiring", words % {"n": expiring}, _("Hold a roll-call: one tap renews it.")))
    return found


def _rules(steering: Group, residents: QuerySet[Person]) -> list[Sign]:
    rules = HouseRules.objects.filter(district=steering.district).first()
    if rules is None:
        return [Sign("no_rules", _("There are no house rules yet."), _("Write them, so that members can accept them."))]
    accepted = Acceptance.objects.filter(rules=rules)
    n = residents.exclude(pk__in=accepted.values("person")).distinct().count()
    words = ngettext("%(n)d member has not accepted the house rules.", "%(n)d members have not accepted the house rules.", n)
    return [Sign("rules", words % {"n": n}, _("They are asked when they come back. Who stays away: call them."))] if n else []


def _roll_call(steering: Group) -> list[Sign]:
    since = timezone.now() - ROLL_CALL_WITHIN
    if RollCall.objects.filter(district=steering.district, begun_at__gte=since).exists():
        return []
    return [
        Sign("roll_call", _("There was no roll-call in the last half year."), _("Ask everybody whether they still live here: one tap."))
    ]


def _exercise(watch: Iterable[Group]) -> list[Sign]:
    since = timezone.now() - EXERCISE_WITHIN
    if Case.objects.filter(origin__in=[g.pk for g in watch], exercise=True, opened_at__gte=since).exists():
        return []
    return [Sign("exercise", _("There was no exercise in the last year."), _("Agree on an evening and hold one."))]
