"""Where can this person go from here, and what waits there? In sections, so that who has many roles still finds the way.

A new page gets one line in the section it belongs to.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from meldkring.cases import judging
from meldkring.complaints import access as complaints
from meldkring.figures import access as figures_access
from meldkring.groups import roles
from meldkring.groups.models import Group, Role
from meldkring.intake import police_mail
from meldkring.joining import access as joining_access
from meldkring.joining import expelling, starting
from meldkring.messaging import letters
from meldkring.people.models import Person
from meldkring.publicity import access as publicity_access

Right = roles.Right


@dataclass(frozen=True)
class Item:
    """One place to go; `count` is how much waits there."""

    url: str
    label: str
    count: int = 0
    current: bool = False


@dataclass(frozen=True)
class Section:
    """Places that belong together; the first and the last section have no title."""

    title: str
    items: list[Item]


@dataclass(frozen=True)
class Where:
    """Who looks, and in which groups they have which right now."""

    person: Person
    standings: dict[int, list[roles.Standing]]

    def groups(self, right: Right) -> list[Group]:
        return [ss[0].group for ss in self.standings.values() if any(right in s.rights for s in ss)]


def sections(request: HttpRequest, where: Where, *, groups: Iterable[Group]) -> list[Section]:
    """The sections that have anything in them for this person; `groups` are those they read in, in the order to show."""
    found = (
        ("", _now(where)),
        (_("Running it"), (*_running(where), *_looking_after(where))),
        (_("Groups"), (Item(reverse("group", args=[g.pk]), g.name) for g in groups)),
        ("", _mine(where)),
    )
    shown = [Section(title, [Item(i.url, i.label, i.count, current=i.url == request.path) for i in items]) for title, items in found]
    return [section for section in shown if section.items]


def _now(where: Where) -> Iterator[Item]:
    yield Item(reverse("home"), _("Home"))
    if where.groups(Right.REPORT):
        yield Item(reverse("report"), _("Report something"))
    if steering := _steering(where):
        yield Item(reverse("desk"), _("Judge"), sum(judging.waiting(g, by=where.person).count() for g in steering))
    if where.groups(Right.POLICE) or where.groups(Right.FOR_POLICE):
        yield Item(reverse("police_room"), _("Police"), police_mail.waiting(where.groups(Right.FOR_POLICE)))


def _running(where: Where) -> Iterator[Item]:
    if _steering(where):
        yield Item(reverse("running"), _("Steering group"))
    if ours := [g for g in where.groups(Right.MEMBERS) if g.is_watch]:
        yield Item(reverse("members"), _("Members"), joining_access.handled_by(ours).filter(state="waiting").count())
    if _steering(where):
        yield Item(reverse("growth"), _("Growth"))
        yield Item(reverse("publicity_start"), _("Becoming known"))
        yield Item(reverse("exercise"), _("Exercise"))
    if _steering(where) or where.groups(Right.FIGURES) or figures_access.administers(where.person):
        yield Item(reverse("figures_first"), _("Figures"))
    if where.groups(Right.FIGURES) or figures_access.administers(where.person):
        yield Item(reverse("towns"), _("Municipality"))
    if _steering(where) and (objections := expelling.waiting(where.person).count()):
        yield Item(reverse("expulsions"), _("Objections"), objections)
    for district in {g.district.slug: g.district for g in _steers(where) if g.district and not g.district.is_public}.values():
        yield Item(reverse("start_steps", args=[district.slug]), _("Beginning"))
    if _decides(where):
        yield Item(reverse("start_asked"), _("New districts"), starting.waiting_for(where.person).count())
    if _steering(where) and (heard := complaints.complaints(where.person)).exists():
        yield Item(reverse("complaints"), _("Complaints"), heard.filter(state="new").count())


def _looking_after(where: Where) -> Iterator[Item]:
    if administers(where.person, where.standings):
        yield Item(reverse("channels"), _("Channels"))


def _mine(where: Where) -> Iterator[Item]:
    if not where.standings:
        # Who was expelled everywhere finds the way to object here; nobody else is asked this.
        yield from (Item(reverse("my_objection", args=[e.pk]), _("Your objection")) for e in expelling.of(where.person)[:1])
    else:
        yield Item(reverse("house_rules"), _("House rules"))
    if asked := publicity_access.own_quotes(where.person).filter(state="asked").count():
        yield Item(reverse("my_quotes"), _("May we quote you?"), asked)
    unread = letters.readable(where.person).filter(resident=where.person, read_at=None).exclude(author=where.person)
    yield Item(reverse("letters"), _("Letters"), unread.count())
    yield Item(reverse("me"), _("Me"))


def administers(person: Person, standings: dict[int, list[roles.Standing]]) -> bool:
    """Whether this person runs this installation: by role and with a second step, or made superuser on the command line."""
    return person.is_superuser or any(s.role == Role.ADMINISTRATOR and s.works for ss in standings.values() for s in ss)


def _steering(where: Where) -> list[Group]:
    return [g for g in where.groups(Right.JUDGE) if g.is_steering]


def _steers(where: Where) -> list[Group]:
    """Also while the second step is still to be set."""
    return [s.group for ss in where.standings.values() for s in ss if s.group.is_steering and s.role in roles.STEERING_ROLES]


def _decides(where: Where) -> bool:
    """Who decides on new districts, where that is asked."""
    may = where.groups(Right.FIGURES) or figures_access.administers(where.person)
    return bool(may) and starting.policy() == starting.APPROVAL
