"""Somebody hands over an exported chat: where does it stay while they look at it? Nowhere longer than an hour, and never readable to us alone.

What is held is sealed under a key that only the browser of who handed it over has. The file itself is gone as soon as it is clear in which order
it writes a date; after that only what was said and by whom is held, until they are done or the hour is over. Nothing of it is stored elsewhere
unless they tick it.
"""

import json
import logging
import threading
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import BinaryIO

from django.db import connection, transaction
from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from meldkring.audit import log
from meldkring.channels import whatsapp_export as export
from meldkring.channels import whatsapp_export_files as files
from meldkring.channels.whatsapp_export_dates import Order
from meldkring.channels.whatsapp_export_kinds import Kind
from meldkring.chat_groups import sealing
from meldkring.chat_groups.models import ChatGroup, Reading
from meldkring.groups import roles
from meldkring.people.models import Person

logger = logging.getLogger(__name__)
KEPT = timedelta(hours=1)
STUCK = timedelta(minutes=3)
LARGE = 3_000_000  # bytes from which on it is read beside the page
EVERY = 20_000  # entries between two notes of progress
PURPOSE = "chat being read"
_EPOCH = datetime(2000, 1, 1)  # noqa: DTZ001 - as in the file: the phone's own clock
State = Reading.State


class NotReadable(ValueError):
    """The file is not a chat that we can take; the text says why and what to do."""


@dataclass(frozen=True)
class Chat:
    """What is held of a chat: its entries in the order of the file; `taken` are the lines that became a case already."""

    entries: list[export.Entry]
    taken: set[int] = field(default_factory=set)


def offer(source: BinaryIO, *, chat_group: ChatGroup, by: Person, aside: bool = True) -> tuple[Reading, str]:
    """Take a file in, and give the key with which it can be read back. Refuses with `NotReadable`."""
    roles.require(by, roles.Right.MEMBERS, chat_group.group)
    content = contents(source)
    found = survey(content)
    key = sealing.new_key()
    with transaction.atomic():
        Reading.objects.filter(chat_group=chat_group, by=by).delete()
        now = timezone.now()
        state = State.READING if found.order else State.ASKING
        made = Reading.objects.create(
            chat_group=chat_group, by=by, state=state, messages=found.messages, begun_at=now, expires_at=now + KEPT,
            examples=[[text, day.isoformat(), month.isoformat()] for text, day, month in found.examples],
        )  # fmt: skip
        if not found.order:
            made.sealed = sealing.seal(zlib.compress(content, 6), purpose=PURPOSE, key=key)
            made.save(update_fields=["sealed"])
        log.record("read_chat", made, by=by, chat_group=chat_group.pk, entries=found.messages)
    if found.order:
        _read(made, content, found.order, key, aside=aside)
    return made, key


def answer(reading: Reading, order: Order, *, key: str, aside: bool = True) -> None:
    """Somebody said in which order the dates are: read it, and let the file go."""
    with transaction.atomic():
        fresh = Reading.objects.select_for_update(of=("self",), no_key=True).get(pk=reading.pk)
        if fresh.state != State.ASKING:
            return
        content = zlib.decompress(sealing.unseal(bytes(fresh.sealed), purpose=PURPOSE, key=key))
        fresh.state, fresh.sealed, fresh.begun_at = State.READING, b"", timezone.now()
        fresh.save(update_fields=["state", "sealed", "begun_at"])
    _read(fresh, content, order, key, aside=aside)


def chat(reading: Reading, key: str) -> Chat:
    """What is held, for who has the key; `WrongKey` for who has not."""
    held = json.loads(zlib.decompress(sealing.unseal(bytes(reading.sealed), purpose=PURPOSE, key=key)))
    names = held["names"]
    entries = [
        export.Entry(line, _EPOCH + timedelta(seconds=at), names[who], text, Kind(kind), tuple(names[n] for n in people))
        for line, at, who, text, kind, people in held["rows"]
    ]
    return Chat(entries, set(reading.taken))


def discard(reading: Reading, *, by: Person) -> None:
    """Done with it: everything that was held is gone."""
    if reading.by_id == by.pk:
        log.record("forget_chat", reading, by=by)
        reading.delete()


def forget_due() -> int:
    """Erase what was held for an hour (a chore)."""
    return Reading.objects.filter(expires_at__lte=timezone.now()).delete()[0]


def mine(person: Person) -> QuerySet[Reading]:
    """What this person is reading, in chat groups whose lists they still keep."""
    managed = roles.with_right(person, roles.Right.MEMBERS)
    return Reading.objects.filter(by=person, expires_at__gt=timezone.now(), chat_group__group__in=managed).select_related(
        "chat_group__group__run_by"
    )


def one(person: Person, pk: int) -> Reading:
    """One of those, or 404."""
    found = mine(person).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def may(person: Person, chat_group: ChatGroup) -> bool:
    """Whether this person keeps the lists of this chat group."""
    return roles.has(person, roles.Right.MEMBERS, chat_group.group)


def is_stuck(reading: Reading) -> bool:
    """The process that read it is gone."""
    return reading.state == State.READING and timezone.now() - reading.begun_at > STUCK


def contents(source: BinaryIO) -> bytes:
    """The text of the chat in a file or zip, or `NotReadable` in words."""
    try:
        return files.chat(source)
    except files.Unreadable as refusal:
        raise NotReadable(words(refusal.why)) from refusal


def survey(content: bytes, *, today: date | None = None) -> export.Survey:
    """How the chat writes its dates, or `NotReadable` if there is no message in it at all."""
    found = export.survey(files.lines(content), today=today or timezone.localdate())
    if found.shape is None:
        raise NotReadable(_("We find no messages in this file. Is it the file that WhatsApp made with “Export chat”?"))
    return found


def words(why: str) -> str:
    """A refusal of the file in words that help."""
    return {
        files.TOO_LARGE: _("This file is too large. Export the chat without media and try again."),
        files.TOO_MANY: _("There are too many files in this zip. Export the chat without media and try again."),
        files.NO_CHAT: _("There is no chat in this zip. Choose the file that WhatsApp made with “Export chat”."),
        files.SEVERAL: _("There is more than one chat in this zip. Hand over one at a time."),
        files.LOCKED: _("This zip has a password. Hand over the file as WhatsApp made it."),
    }.get(why, _("This file is damaged. Export the chat again."))


def _read(reading: Reading, content: bytes, order: Order, key: str, *, aside: bool) -> None:
    if aside and len(content) >= LARGE:
        threading.Thread(target=_read_aside, args=(reading.pk, content, order, key), name="chat", daemon=True).start()
    else:
        _keep(reading.pk, content, order, key)
    reading.refresh_from_db()


def _read_aside(pk: int, content: bytes, order: Order, key: str) -> None:
    try:
        _keep(pk, content, order, key)
    except Exception:
        logger.exception("an exported chat could not be read")
        Reading.objects.filter(pk=pk).delete()
    finally:
        connection.close()


def _keep(pk: int, content: bytes, order: Order, key: str) -> None:
    found = survey(content)
    assert found.shape  # noqa: S101 - it had one when it was offered
    numbers: dict[str, int] = {}

    def known(name: str) -> int:
        return numbers.setdefault(name, len(numbers))

    rows = []
    for entry in _told(pk, export.entries(files.lines(content), found.shape, order), found.messages):
        at = int((entry.at - _EPOCH).total_seconds())
        rows.append([entry.line, at, known(entry.sender), entry.text, entry.kind, [known(p) for p in entry.people]])
    held = json.dumps({"names": list(numbers), "rows": rows}, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    sealed = sealing.seal(zlib.compress(held, 3), purpose=PURPOSE, key=key)
    Reading.objects.filter(pk=pk).update(state=State.READY, sealed=sealed, progress=100, messages=len(rows))


def _told(pk: int, entries: Iterator[export.Entry], every: int) -> Iterator[export.Entry]:
    for n, entry in enumerate(entries):
        if n and n % EVERY == 0:
            Reading.objects.filter(pk=pk).update(progress=min(99, 100 * n // max(every, 1)))
        yield entry
