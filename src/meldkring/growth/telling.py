"""What people are told by e-mail of a plan: colleagues of a proposal, every member of what was carried out or undone. In each one's own language."""

from collections.abc import Iterable, Mapping

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from meldkring.groups import roles
from meldkring.groups.models import Group, Kind, Membership
from meldkring.growth.models import Move, Plan
from meldkring.people import mailing
from meldkring.people.models import Person
from meldkring.places.models import Neighbourhood


def proposed(plan: Plan, *, by: Person) -> None:
    """The other steering members hear that there is something to read and to decide."""
    steers = roles.steers(plan.steering).exclude(person=by)
    until = timezone.localtime(plan.decide_by).strftime("%d-%m-%Y")
    for m in steers.select_related("person").order_by("person"):
        with translation.override(m.person.language):
            said = {"name": m.person.first_name, "by": by.first_name, "group": plan.steering.name, "until": until}
            text = _(
                "Hello %(name)s,\n\n%(by)s made a proposal about the watch groups of %(group)s.\n"
                "Read it under “Growth” and say what you think, until %(until)s at the latest."
            )
            mailing.write(m.person.email, subject=_("A proposal for %(group)s") % said, text=text % said)


def divided(members: Iterable[Membership], began: Iterable[Membership], groups: Mapping[int, Group]) -> None:
    """Every member hears where they are now, also who stays."""
    now_in = {m.person_id: m.group.name for m in began}
    for m in members:
        with translation.override(m.person.language):
            if m.person_id in now_in:
                _write(m.person, now_in[m.person_id], _("You are now in group %(group)s"), _(
                    "Hello %(name)s,\n\nThe watch groups have been divided anew. You are now in group %(group)s, with neighbours near you.\n"
                    "You need not do anything. What is going on now, you keep reading."
                ))  # fmt: skip
            else:
                _write(m.person, groups[m.group_id].name, _("You stay in group %(group)s"), _(
                    "Hello %(name)s,\n\nThe watch groups have been divided anew. You stay in group %(group)s.\n"
                    "Some of your neighbours may have another group now. What is going on goes on as before."
                ))  # fmt: skip


def turned_back(began: Iterable[Membership]) -> None:
    """Who went back hears so."""
    for m in began:
        if m.kind == Kind.WATCH:
            with translation.override(m.person.language):
                _write(m.person, m.group.name, _("You are in group %(group)s again"), _(
                    "Hello %(name)s,\n\nThe new division of the watch groups has been undone. You are in group %(group)s again.\n"
                    "You need not do anything. What is going on now, you keep reading."
                ))  # fmt: skip


def resettled(found: Iterable[tuple[Neighbourhood, Membership, Group | None]]) -> None:
    """Every member who lives in another neighbourhood by the new borders hears which, and of another watch group if there is one."""
    for neighbourhood, member, now_in in found:
        with translation.override(member.person.language):
            said = {"neighbourhood": neighbourhood.name}
            first = _("The borders of the neighbourhoods have been drawn anew. Your address now belongs to %(neighbourhood)s.") % said
            if now_in:
                then = _(
                    "That neighbourhood has the watch group %(group)s, so you are in that group now. What is going on now, you keep reading."
                )
            else:
                then = _("You stay in your watch group %(group)s.")
            lines = [_("Hello %(name)s,"), first, then, _("You need not do anything.")]
            subject = _("Your neighbourhood is now called %(neighbourhood)s") % said
            _write(member.person, (now_in or member.group).name, subject, "\n\n".join(lines))


def resettled_back(people: Iterable[Person], began: Iterable[Membership]) -> None:
    """Who lives in the neighbourhood of before again hears so."""
    now_in = {m.person_id: m.group.name for m in began}
    for person in people:
        with translation.override(person.language):
            then = _("You are in group %(group)s again.") if person.pk in now_in else _("You stay in your watch group.")
            first = _("The new borders of the neighbourhoods have been undone. You live in the same neighbourhood as before.")
            lines = [_("Hello %(name)s,"), first, then, _("You need not do anything.")]
            _write(person, now_in.get(person.pk, ""), _("The borders of before hold again"), "\n\n".join(lines))


def seen(move: Move) -> None:
    """The member has read on a page where they went."""
    Move.objects.filter(pk=move.pk).update(seen_at=timezone.now())


def _write(person: Person, group: str, subject: str, text: str) -> None:
    said = {"name": person.first_name, "group": group}
    mailing.write(person.email, subject=subject % said, text=text % said)
