"""A message is said, put into groups, taken back, hidden. Numbers, provenance and changes are given out here and nowhere else.

Every verb runs inside its caller's transaction or one of its own; groups are locked in the order of their ids, so two verbs never wait for each other.
"""

import logging
import uuid
from collections.abc import Iterable, Sequence

from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from meldkring import bell
from meldkring.audit import log
from meldkring.groups import roles
from meldkring.groups.models import Group
from meldkring.messaging.models import Change, Kind, Message, Posting, ReadMark
from meldkring.people.models import Person

logger = logging.getLogger(__name__)
LONGEST = 2000


class BadText(ValueError):
    """The text is empty or too long; the message says which and what to do."""


class NotHere(Exception):
    """The message does not stand here in a way that allows this."""


class KeyUsed(Exception):
    """The device's key was used for something else; the text says what to do."""

    def __init__(self) -> None:
        super().__init__(_("This has been sent before with another text. Open the page again and send it once more."))


def say(author: Person | None, *, kind: str, text: str, key: uuid.UUID | None = None) -> tuple[Message, bool]:
    """Say something once. The same author and key give the same message back; the second value tells whether it is new."""
    text = checked(text)
    message, new = Message.objects.get_or_create(
        author=author, key=key or uuid.uuid4(), defaults={"kind": kind, "text": text, "said_at": timezone.now()}
    )
    if not new and (message.kind, message.text) != (kind, text):
        raise KeyUsed
    return message, new


def earlier(author: Person, key: uuid.UUID | None, *, group: Group) -> Posting | None:
    """What this person said here before with the same key: a device that did not hear our answer asks again."""
    if key is None:
        return None
    return Posting.objects.select_related("message", "group").filter(message__author=author, message__key=key, group=group).first()


def checked(text: str) -> str:
    """The text without white space around it, or `BadText`: empty, or over 2,000 characters."""
    text = text.strip()
    if not text:
        raise BadText(_("There is no text yet. Write a few words."))
    if len(text) > LONGEST:
        found = {"length": len(text), "most": LONGEST}
        raise BadText(_("Your text has %(length)d characters. At most %(most)d fit. Please make it shorter.") % found)
    return text


def lock(groups: Iterable[Group]) -> dict[int, Group]:
    """Lock these groups' rows in one order and return them fresh, by id."""
    ids = {g.pk for g in groups}
    return {g.pk: g for g in Group.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")}


@transaction.atomic
def post(
    message: Message, groups: Sequence[Group], *, by: Person | None, forwarded_from: Posting | None = None, hold: bool = False
) -> list[Posting]:
    """Put a message into groups, each time with the next number there; groups where it stands already are passed over (no loops).

    With `hold` it waits unnumbered for screening. The fan-out is owed from this moment on (a null column, law 2).
    """
    fresh = lock(groups)
    taken = set(Posting.objects.filter(message=message, group__in=fresh, withdrawn_at=None).values_list("group_id", flat=True))
    made = []
    for group in fresh.values():
        if group.pk in taken:
            continue
        posting = Posting(message=message, group=group, forwarded_from=forwarded_from, posted_by=by, posted_at=timezone.now())
        if not hold:
            _number(posting, group)
        posting.save()
        made.append(posting)
    _ring(fresh.values())
    return made


@transaction.atomic
def post_past(messages: Sequence[Message], group: Group, *, by: Person | None) -> list[Posting]:
    """Put what was said long ago into a group at the time it was said: it gets the next numbers, nobody is told and no bell rings."""
    fresh, now = lock([group])[group.pk], timezone.now()
    made = [
        Posting(message=m, group=fresh, number=fresh.last_number + n, posted_by=by, posted_at=m.said_at, fanned_out_at=now)
        for n, m in enumerate(messages, 1)
    ]
    fresh.last_number += len(made)
    fresh.save(update_fields=["last_number"])
    return Posting.objects.bulk_create(made)


@transaction.atomic
def copy(postings: Sequence[Posting], group: Group, *, by: Person | None) -> list[Posting]:
    """Let what stands elsewhere stand in this group too, in the same order: hidden stays hidden, held stays held, who was told is told.

    For people who go over to another group and take what is open along; a message that stands here already is passed over.
    """
    fresh = lock([group])[group.pk]
    here = Posting.objects.filter(group=group, message__in={p.message_id for p in postings}, withdrawn_at=None)
    taken, made, now = set(here.values_list("message", flat=True)), [], timezone.now()
    for source in postings:
        if source.message_id in taken:
            continue
        taken.add(source.message_id)
        copied = Posting(
            message_id=source.message_id, group=fresh, forwarded_from=source, posted_by=by, posted_at=now, fanned_out_at=source.fanned_out_at,
            hidden_at=source.hidden_at, hidden_by_id=source.hidden_by_id, hidden_reason=source.hidden_reason,
        )  # fmt: skip
        if source.number is not None:
            fresh.last_number += 1
            copied.number = fresh.last_number
        made.append(copied)
    fresh.save(update_fields=["last_number"])
    Posting.objects.bulk_create(made)
    _ring([fresh])
    return made


@transaction.atomic
def release(posting: Posting, *, by: Person) -> Posting:
    """Let a held posting appear: only now it gets its number (screening before, S12)."""
    roles.require(by, roles.Right.SCREEN, posting.group)
    group = lock([posting.group])[posting.group_id]
    posting = Posting.objects.select_for_update(of=("self",), no_key=True).get(pk=posting.pk)
    if posting.number is not None or posting.hidden_at or posting.withdrawn_at:
        raise NotHere(_("A colleague has already decided about this message."))
    _number(posting, group)
    posting.posted_at = timezone.now()
    posting.save(update_fields=["number", "posted_at"])
    log.record("release", posting, by=by)
    _ring([group])
    return posting


@transaction.atomic
def hide(posting: Posting, *, by: Person, reason: str) -> Posting:
    """Hide a posting with a reason (S12): the place it had says so, and the reason."""
    roles.require(by, roles.Right.SCREEN, posting.group)
    if not reason.strip():
        raise BadText(_("Give the reason in a few words: the group and the author see it."))
    lock([posting.group])
    posting = Posting.objects.select_for_update(of=("self",), no_key=True).select_related("group").get(pk=posting.pk)
    if posting.withdrawn_at or posting.hidden_at:
        raise NotHere(_("A colleague has already decided about this message."))
    posting.hidden_at, posting.hidden_by, posting.hidden_reason = timezone.now(), by, reason.strip()[:200]
    posting.save(update_fields=["hidden_at", "hidden_by", "hidden_reason"])
    log.record("hide", posting, by=by)
    if posting.number is not None:
        note(Change.Kind.HIDDEN, [posting.group], posting=posting)
    return posting


@transaction.atomic
def unhide(posting: Posting, *, by: Person) -> Posting:
    """Show a hidden posting again."""
    roles.require(by, roles.Right.SCREEN, posting.group)
    lock([posting.group])
    posting = Posting.objects.select_for_update(of=("self",), no_key=True).select_related("group").get(pk=posting.pk)
    if not posting.hidden_at:
        return posting
    posting.hidden_at, posting.hidden_by, posting.hidden_reason = None, None, ""
    posting.save(update_fields=["hidden_at", "hidden_by", "hidden_reason"])
    log.record("unhide", posting, by=by)
    if posting.number is not None:
        note(Change.Kind.SHOWN, [posting.group], posting=posting)
    return posting


@transaction.atomic
def withdraw(postings: Iterable[Posting], *, by: Person) -> list[Posting]:
    """Take postings back: gone for who has not seen them, marked withdrawn for who has. What was forwarded from them goes too; all are returned."""
    tree = {p.pk: p for p in _tree(list(postings))}
    lock(p.group for p in tree.values())
    for posting in tree.values():
        if posting.number is not None:
            saw = ReadMark.objects.filter(group=posting.group_id, number__gte=posting.number)
            posting.seen_before_withdrawal.set(saw.values_list("person", flat=True))
        posting.withdrawn_at = timezone.now()
        posting.save(update_fields=["withdrawn_at"])
        note(Change.Kind.WITHDRAWN, [posting.group], posting=posting)
        log.record("withdraw", posting, by=by)
    return list(tree.values())


def note(kind: str, groups: Iterable[Group], *, posting: Posting | None = None) -> None:
    """Write a change into each group, with the next change number there; inside a transaction."""
    fresh = lock(groups)
    for group in fresh.values():
        group.last_change += 1
        group.save(update_fields=["last_change"])
        Change.objects.create(group=group, number=group.last_change, kind=kind, posting=posting)
    _ring(fresh.values())


def seen(people: Iterable[int], group: int, number: int) -> None:
    """These people have had the group's postings up to `number` on their screen; a mark never moves back. One statement for all."""
    marks = [ReadMark(person_id=p, group_id=group, number=number) for p in sorted(set(people))]
    if not marks:
        return
    have = dict(ReadMark.objects.filter(group=group, person__in=[m.person_id for m in marks]).values_list("person", "number"))
    fresh = [m for m in marks if have.get(m.person_id, -1) < number]
    if not fresh:
        return
    try:
        with transaction.atomic():
            ReadMark.objects.bulk_create(fresh, update_conflicts=True, unique_fields=["person", "group"], update_fields=["number"])
    except DatabaseError:  # a full disk: that it is read is worth more than that we know it
        logger.exception("that something was read cannot be written down")


def provenance(posting: Posting) -> list[Posting]:
    """The postings through which this one came, the first one first, itself last."""
    chain = [posting]
    while chain[0].forwarded_from_id:
        before = Posting.objects.select_related("group", "posted_by").get(pk=chain[0].forwarded_from_id)
        chain.insert(0, before)
    return chain


@transaction.atomic
def place_notice(text: str, *, group: Group, by: Person, key: uuid.UUID | None = None) -> Posting:
    """A steering member's notice to a watch group: the only message there outside a case (S26)."""
    roles.require(by, roles.Right.NOTICE, group)
    return _say_in(group, kind=Kind.NOTICE, text=text, by=by, key=key)


@transaction.atomic
def converse(text: str, *, group: Group, by: Person, key: uuid.UUID | None = None) -> Posting:
    """Plain conversation, in steering and coordination groups only (S16, S17)."""
    roles.require(by, roles.Right.CONVERSE, group)
    return _say_in(group, kind=Kind.TALK, text=text, by=by, key=key)


def _say_in(group: Group, *, kind: str, text: str, by: Person, key: uuid.UUID | None) -> Posting:
    said = earlier(by, key, group=group)
    if said and (said.message.kind, said.message.text) == (kind, text.strip()):
        return said
    message, new = say(by, kind=kind, text=text, key=key)
    if not new:
        raise KeyUsed
    log.record(kind, message, by=by, group=group.pk)
    return post(message, [group], by=by)[0]


def _number(posting: Posting, group: Group) -> None:
    group.last_number += 1
    group.save(update_fields=["last_number"])
    posting.number = group.last_number


def _tree(roots: list[Posting]) -> list[Posting]:
    found, layer = [], [p for p in roots if not p.withdrawn_at]
    while layer:
        found += layer
        layer = list(Posting.objects.filter(forwarded_from__in=layer, withdrawn_at=None).select_related("group"))
    return found


def _ring(groups: Iterable[Group]) -> None:
    for group in groups:
        topic = f"group:{group.pk}"
        transaction.on_commit(lambda topic=topic: bell.ring(topic))  # type: ignore[misc]
