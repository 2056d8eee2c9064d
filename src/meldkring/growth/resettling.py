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
from meldkring.joining.models import Application
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


def undo(redrawing: Redrawing, *, by: Person) -> Redrawing:
    """Put the borders and the members back. Refuses with `NotAllowed` or `NoWayBack`: too late, done before, or something later stands on it.

    Who moved house, left or was expelled since stays where that brought them; for who goes back there must be a place, as for anybody.
    """
    borders.require(redrawing.district, by=by)
    return _undo(redrawing, borders.survey(redrawing.district), by=by)


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
    _settle(found)
    _keep(redrawing, found)
    moves = _go_over(going, by=by)
    Move.objects.bulk_create(Move(redrawing=redrawing, ended=ended, begun=begun) for ended, begun in moves)
    log.record("redraw", redrawing, by=by, members=len(going), moved=len(moves))
    now_in = {ended.pk: begun.group for ended, begun in moves}
    telling.resettled((lot.after, m, now_in.get(m.pk)) for lot in found if lot.moves and lot.after for m in lot.members)
    _fill_places(moves)
    return redrawing


@transaction.atomic
def _undo(redrawing: Redrawing, known: Mapping[surveying.Door, belonging.Asked], *, by: Person) -> Redrawing:
    lifecycle.queue([redrawing.district.municipality_id])
    redrawing = Redrawing.objects.select_for_update(of=("self",)).select_related("district", "neighbourhood", "made").get(pk=redrawing.pk)
    _refuse_when_late(redrawing)
    postings.lock(borders.watch_groups(redrawing.district))
    _claims_back(redrawing, by=by)
    found = _lots_back(redrawing, known)
    going = borders.destinations(found, redrawing.district)
    _settle(found)
    if redrawing.made:
        neighbourhoods.remove(redrawing.made, by=by)
    turned = _go_over(going, by=by)
    redrawing.undone_at, redrawing.made = timezone.now(), None
    redrawing.save(update_fields=["undone_at", "made"])
    log.record("undo_redrawing", redrawing, by=by, members=len(going), moved=len(turned))
    telling.resettled_back([m.person for lot in found for m in lot.members], [begun for _ended, begun in turned])
    _fill_places(turned)
    return redrawing


def _refuse_what_was_not_shown(found: Iterable[borders.Lot], choices: Mapping[str, str] | None) -> None:
    if any(lot.moves and lot.key not in (choices or {}) for lot in found):
        raise LookAgain(_("Somebody joined, moved or left in the meantime. Look once more at what changes."))


def _settle(found: Iterable[borders.Lot]) -> None:
    """From now on they live where their lot says."""
    for lot in found:
        if lot.moves:
            Person.objects.filter(pk__in=[m.person_id for m in lot.members]).update(neighbourhood=lot.after)
            Application.objects.filter(pk__in=[a.pk for a in lot.applications]).update(neighbourhood=lot.after)


def _keep(redrawing: Redrawing, found: Iterable[borders.Lot]) -> None:
    """Where everybody came from, for the undo."""
    kept = []
    for lot in found:
        if lot.moves:
            kept += [Resettled(redrawing=redrawing, person=m.person, before=lot.before, after=lot.after) for m in lot.members]
            kept += [Resettled(redrawing=redrawing, application=a, before=lot.before, after=lot.after) for a in lot.applications]
    Resettled.objects.bulk_create(kept)


def _go_over(going: Iterable[tuple[Membership, Group | None, str]], *, by: Person) -> list[Over]:
    """Whoever gets another watch group goes there, with what is open."""
    moves = [(m, joining.transfer(m, to, at=timezone.now(), by=by)) for m, to, _why in going if to]
    _take_cases_along(moves, by=by)
    return moves


def _fill_places(moves: Iterable[Over]) -> None:
    for group in {ended.group for ended, _begun in moves}:
        admission.next_in_line(group)


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
    if redrawing.neighbourhood is None and redrawing.kind != Redrawing.Kind.CREATE:
        raise NoWayBack(_("The neighbourhood that was changed has been taken away since. Make it again, and give it its addresses."))
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


def _claims_back(redrawing: Redrawing, *, by: Person) -> None:
    was = redrawing.before
    if redrawing.neighbourhood and was:
        postcodes, streets, codes = (tuple(was[name]) for name in ("postcodes", "streets", "codes"))
        neighbourhoods.claim(redrawing.neighbourhood, neighbourhoods.Claims(postcodes, streets, codes, was["outline"]), by=by)


def _lots_back(redrawing: Redrawing, known: Mapping[surveying.Door, belonging.Asked]) -> list[borders.Lot]:
    """Where each lives by the borders of before, of who lives by the new ones still: who was resettled, and who came to live there since."""
    rows = redrawing.resettled.select_related("before")
    came_from = {(r.person_id, r.application_id): r for r in rows}
    atlas = belonging.Atlas(belonging.around(redrawing.district).exclude(pk=redrawing.made_id or 0))
    touched = {n.pk for n in (redrawing.neighbourhood, redrawing.made) if n}
    found = []
    for who, member in borders.everybody(redrawing.district):
        row = came_from.get((who.pk, None) if member else (None, who.pk))
        if who.neighbourhood_id is None or who.neighbourhood_id not in ({row.after_id} if row else touched):
            continue  # moved house since, or never lived there
        asked = known.get(borders.door(who))
        best = atlas.claiming(asked) if asked else []
        back = row.before if row else redrawing.neighbourhood if who.neighbourhood_id == redrawing.made_id else who.neighbourhood
        if len(best) == 1 and best[0].district_id == redrawing.district_id:
            back = best[0]
        lot = borders.Lot("", who.street, who.postcode, who.neighbourhood, member.group if member else None, back, sure=True)
        lot.add(who, member)
        found.append(lot)
    return [lot for lot in found if lot.moves]
