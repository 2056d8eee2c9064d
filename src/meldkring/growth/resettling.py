"""Changing the borders of neighbourhoods for good: members live in another one from then on, and go to its watch group; undone for a week.

In one transaction, in the municipality's turn and with the watch groups locked, so that open cases go along and no place is given away twice.
Who has no place in the other group, or steers another one, keeps the watch group of now (S6, S7).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from meldkring.audit import log
from meldkring.cases import carrying as cases_carrying
from meldkring.cases import lifecycle
from meldkring.groups import joining
from meldkring.groups.models import Group, Membership
from meldkring.growth import borders, telling
from meldkring.growth.models import UNDO, Allotment, Move, Redrawing, Resettled
from meldkring.joining import admission
from meldkring.messaging import posting as postings
from meldkring.people.models import Person
from meldkring.places import belonging, neighbourhoods, surveying
from meldkring.places.models import District, Neighbourhood

Over = tuple[Membership, Membership]


class LookAgain(Exception):
    """Since it was shown somebody joined, moved or left, so what would happen has changed."""


class NoWayBack(Exception):
    """The borders cannot be put back; the text says why."""


def carry_out(change: borders.Change, *, choices: Mapping[str, str] | None = None, by: Person) -> Redrawing:
    """Make it so. `choices` is, by lot, the neighbourhood that was confirmed; None means that nobody has to be asked anything.

    Refuses with `NotAllowed`, `LookAgain`, or as `places.neighbourhoods` does.
    """
    borders.require(change.district, by=by)
    return _carry_out(change, choices, borders.survey(change.district), by=by)


@transaction.atomic
def undo(redrawing: Redrawing, *, by: Person) -> Redrawing:
    """Put the borders and the members back. Refuses with `NotAllowed` or `NoWayBack`: too late, done before, or something later stands on it."""
    borders.require(redrawing.district, by=by)
    lifecycle.queue([redrawing.district.municipality_id])
    redrawing = Redrawing.objects.select_for_update(of=("self",)).select_related("district", "neighbourhood", "made").get(pk=redrawing.pk)
    _refuse_when_late(redrawing)
    watch = postings.lock(borders.watch_groups(redrawing.district))
    moves = list(redrawing.moves.select_related("begun__person", "begun__group", "ended__group"))
    back = [(m.begun, m.ended.group) for m in moves if m.begun.left_at is None and m.ended.group_id in watch]
    turned = [(begun, joining.transfer(begun, group, at=timezone.now(), by=by)) for begun, group in back]
    _take_cases_along(turned, by=by)
    resettled = list(redrawing.resettled.select_related("person", "application", "before"))
    _people_back(resettled)
    _borders_back(redrawing, by=by)
    redrawing.undone_at, redrawing.made = timezone.now(), None
    redrawing.save(update_fields=["undone_at", "made"])
    log.record("undo_redrawing", redrawing, by=by)
    telling.resettled_back([r.person for r in resettled if r.person], [begun for _ended, begun in turned])
    return redrawing


def undoable(district: District) -> Redrawing | None:
    """The last change of borders of this district, while it can be undone."""
    last = Redrawing.objects.filter(district=district, undone_at=None).select_related("neighbourhood", "made", "by").first()
    return last if last and time_left(last) > timedelta(0) else None


def time_left(redrawing: Redrawing) -> timedelta:
    """How long this can still be undone."""
    return redrawing.at + UNDO - timezone.now()


@transaction.atomic
def _carry_out(
    change: borders.Change, choices: Mapping[str, str] | None, known: Mapping[surveying.Door, belonging.Asked], *, by: Person
) -> Redrawing:
    district = change.district
    lifecycle.queue([district.municipality_id])
    postings.lock(borders.watch_groups(district))
    fresh = Neighbourhood.objects.get(pk=change.neighbourhood.pk) if change.neighbourhood else None
    before = asdict(neighbourhoods.claims(fresh)) if fresh else {}
    made = borders.apply(change, by=by)
    found = borders.lots(change, made, known)
    _refuse_what_was_not_shown(found, choices)
    borders.choose(district, found, choices or {}, made)
    redrawing = Redrawing.objects.create(
        district=district, kind=change.kind, neighbourhood=change.neighbourhood, made=made, before=before, by=by, at=timezone.now()
    )
    going = borders.destinations(found, district)
    _resettle(redrawing, found)
    moves = [(m, joining.transfer(m, to, at=timezone.now(), by=by)) for m, to, _why in going if to]
    Move.objects.bulk_create(Move(redrawing=redrawing, ended=ended, begun=begun) for ended, begun in moves)
    _take_cases_along(moves, by=by)
    log.record("redraw", redrawing, by=by, members=len(going), moved=len(moves))
    now_in = {ended.pk: begun.group for ended, begun in moves}
    telling.resettled((lot.after, m, now_in.get(m.pk)) for lot in found if lot.moves and lot.after for m in lot.members)
    for group in {ended.group for ended, _begun in moves}:
        admission.next_in_line(group)
    return redrawing


def _refuse_what_was_not_shown(found: Iterable[borders.Lot], choices: Mapping[str, str] | None) -> None:
    if any(lot.moves and lot.key not in (choices or {}) for lot in found):
        raise LookAgain(_("Somebody joined, moved or left in the meantime. Look once more at what changes."))


def _resettle(redrawing: Redrawing, found: Iterable[borders.Lot]) -> None:
    kept = []
    for lot in found:
        if lot.moves:
            people, waiting = [m.person for m in lot.members], lot.applications
            Person.objects.filter(pk__in=[p.pk for p in people]).update(neighbourhood=lot.after)
            for application in waiting:
                application.neighbourhood = lot.after
                application.save(update_fields=["neighbourhood"])
            kept += [Resettled(redrawing=redrawing, person=p, before=lot.before, after=lot.after) for p in people]
            kept += [Resettled(redrawing=redrawing, application=a, before=lot.before, after=lot.after) for a in waiting]
    Resettled.objects.bulk_create(kept)


def _take_cases_along(moves: Sequence[Over], *, by: Person) -> None:
    """Whoever goes over keeps reading what is open, in the new group."""
    sources = {ended.group_id: ended.group for ended, _begun in moves}
    ways = []
    for pk, source in sources.items():
        people = {begun.person_id: begun.group for ended, begun in moves if ended.group_id == pk}
        targets: dict[int, Group] = {g.pk: g for g in people.values()}
        ways.append(cases_carrying.Way(source, [targets[k] for k in sorted(targets)], closes=False, people=people))
    cases_carrying.carry(ways, by=by)


def _refuse_when_late(redrawing: Redrawing) -> None:
    if redrawing.undone_at is not None or time_left(redrawing) <= timedelta(0):
        raise NoWayBack(_("This can be undone for a week, once."))
    if Redrawing.objects.filter(district=redrawing.district, undone_at=None, at__gt=redrawing.at).exists():
        raise NoWayBack(_("The borders have been changed again since. Undo that first."))
    if redrawing.made and Allotment.objects.filter(neighbourhood=redrawing.made, plan__state__in=("open", "agreed", "done")).exists():
        raise NoWayBack(_("%(name)s is part of a proposal about the groups. Withdraw or undo that first.") % {"name": redrawing.made.name})
    if redrawing.made and redrawing.neighbourhood is None and _came_since(redrawing):
        words = _("People came to live in %(name)s since. First give its addresses to another neighbourhood.")
        raise NoWayBack(words % {"name": redrawing.made.name})


def _came_since(redrawing: Redrawing) -> bool:
    return (
        Person.objects.filter(neighbourhood=redrawing.made)
        .exclude(pk__in=redrawing.resettled.filter(person__isnull=False).values("person"))
        .exists()
    )


def _people_back(resettled: Iterable[Resettled]) -> None:
    """Who lives elsewhere by now, because they moved house, stays there."""
    for one in resettled:
        for row in (one.person, one.application):
            if row and row.neighbourhood_id == one.after_id:
                row.neighbourhood = one.before
                row.save(update_fields=["neighbourhood"])


def _borders_back(redrawing: Redrawing, *, by: Person) -> None:
    here, made = redrawing.neighbourhood, redrawing.made
    if here and redrawing.before:
        was = redrawing.before
        postcodes, streets, codes = (tuple(was[name]) for name in ("postcodes", "streets", "codes"))
        neighbourhoods.claim(here, neighbourhoods.Claims(postcodes, streets, codes, was["outline"]), by=by)
    if made:
        made.residents.update(neighbourhood=here)
        made.applications.update(neighbourhood=here)
        neighbourhoods.remove(made, by=by)
