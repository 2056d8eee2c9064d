"""The Django side of the live stream: who may listen, what did a page miss, and the rendering of each entry, once per language (law 6)."""

import json
from collections.abc import Mapping, MutableMapping, Set
from http.cookies import SimpleCookie
from importlib import import_module
from typing import Any

from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import close_old_connections
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.crypto import constant_time_compare

from meldkring.cases import holding
from meldkring.cases.models import Case, Contribution
from meldkring.groups import access as groups_access
from meldkring.groups.models import Group
from meldkring.live.hub import Position
from meldkring.live.stream import Visitor
from meldkring.messaging import posting as postings
from meldkring.messaging.models import Change, Kind, Posting
from meldkring.people.models import Person
from meldkring.web.frame import showing

MOST = 200
AT_ONCE = 500
MOVING = (Kind.REPORT, Kind.POLICE, Kind.CALL, Kind.CLOSING, Kind.REOPENING)
SHOWN = ("message__author", "message__contribution__case", "group", "posted_by", "hidden_by")


@sync_to_async
def authorise(scope: MutableMapping[str, Any]) -> Visitor | None:
    """The signed-in person behind a connection, and the groups in which they read now; None if nobody is signed in."""
    close_old_connections()
    person = _person(scope)
    if person is None:
        return None
    groups = frozenset(g.pk for g in groups_access.groups(person))
    return Visitor(person=person.pk, groups=groups, language=person.language)


@sync_to_async
def catch_up(group: int, since: Position | None, language: str) -> tuple[Position, bytes]:
    """The frames after `since`, in one language, and the position they lead to; nothing but the position for None."""
    close_old_connections()
    if since is None:
        return position(group), b""
    reached, frames = _after(group, since, {language})
    return reached, frames[language]


@sync_to_async
def read(group: int, since: Position, languages: Set[str]) -> tuple[Position, dict[str, bytes]]:
    """The frames after `since`, once for each of these languages."""
    close_old_connections()
    return _after(group, since, languages)


@sync_to_async
def moved(followed: Mapping[int, Position]) -> set[int]:
    """Which of these groups are no longer where their pages are."""
    close_old_connections()
    numbers = list(followed)
    found: set[int] = set()
    for start in range(0, len(numbers), AT_ONCE):
        now = Group.objects.filter(pk__in=numbers[start : start + AT_ONCE]).values_list("pk", "last_number", "last_change")
        found |= {pk for pk, *at in now if Position(*at) != followed[pk]}
    return found


@sync_to_async
def written(group: int, upto: Position, people: set[int]) -> None:
    """These people had the group's postings up to here on an open page."""
    close_old_connections()
    postings.seen(people, group, upto.number)


def position(group: int) -> Position:
    """Where a group is now: the numbers of its last posting and its last change."""
    return Position(*Group.objects.values_list("last_number", "last_change").get(pk=group))


def _after(group: int, since: Position, languages: Set[str]) -> tuple[Position, dict[str, bytes]]:
    new = Posting.objects.filter(group=group, number__gt=since.number).select_related(*SHOWN).order_by("number")[:MOST]
    changed = Change.objects.filter(group=group, number__gt=since.change).order_by("number")[:MOST]
    entries: list[tuple[Position, Posting | None, bool]] = []
    at = since
    for posting in new:
        at = Position(posting.number or 0, at.change)
        entries.append((at, posting, True))
    about = {p.pk: p for p in Posting.objects.filter(changes__in=list(changed)).select_related(*SHOWN)}
    for change in changed:
        at = Position(at.number, change.number)
        entries.append((at, about.get(change.posting_id or 0), False))
    frames = {language: b"".join(_frame(group, *entry, language) for entry in entries) for language in languages}
    return at, frames


def _frame(group: int, at: Position, posting: Posting | None, new: bool, language: str) -> bytes:
    with translation.override(language):
        fragments = _fragments(posting, new) if posting else []
    data = {"group": group, "number": at.number, "change": at.change, "message": posting and posting.message_id, "fragments": fragments}
    return b"event: entry\ndata: " + json.dumps(data, separators=(",", ":")).encode() + b"\n\n"


def _fragments(posting: Posting, new: bool) -> list[dict[str, str]]:
    if posting.withdrawn_at and new:
        return []
    shown = showing.posts([posting])[0]
    key, html = f"message-{shown.message_id}", render_to_string("ds/post.html", {"post": shown})
    found = showing.contribution(posting)
    if new:
        feed = f"#group-{posting.group_id}-{'notices' if posting.message.kind == Kind.NOTICE else 'feed'}"
        target = f"#case-{found.case_id}-timeline, {feed}" if found else feed
        fragments = [{"target": target, "mode": "append", "key": key, "html": html}]
    else:
        fragments = [{"target": f"#{key}", "mode": "replace", "html": html}]
    if found is None:
        return fragments
    if not new or posting.message.kind in MOVING or posting.forwarded_from_id:
        fragments += case_fragments(found.case, posting.group)
    return fragments + _renewals(posting, found)


def _renewals(posting: Posting, found: Contribution) -> list[dict[str, str]]:
    """The parts of a case's page that differ per person: each page asks for its own when these names arrive."""
    parts = []
    if found.latitude is not None or found.valid_until or posting.message.kind == Kind.REOPENING:
        parts.append(f"#case-{found.case_id}-side")
    if posting.message.kind == Kind.REOPENING and found.case.is_open:
        parts += [f"#case-{found.case_id}-actions.is-ended", f"#case-{found.case_id}-bar:not(:has(.bar))"]
    return [{"target": part, "mode": "renew", "html": ""} for part in parts]


def case_fragments(case: Case, group: Group) -> list[dict[str, str]]:
    """What changes about a case on every open page of this group: its card, its state, and who is in touch with the police here."""
    holder = holding.holder(case, group)
    context = {"case": case, "group": group, "holder": holder, "state": showing.case_state(case)}
    card = f"case-card-{case.pk}"
    fragments = [
        {"target": f"#case-{case.pk}-state", "mode": "replace", "html": render_to_string("case/state.html", context)},
        {"target": f"#case-{case.pk}-holder-{group.pk}", "mode": "replace", "html": render_to_string("case/holder.html", context)},
    ]
    shown = render_to_string("case/card.html", context)
    if case.is_open:
        fragments.append({"target": "#home-cases", "mode": "prepend", "key": card, "html": shown})
    else:
        fragments.append({"target": f"#{card}", "mode": "replace", "html": shown})
        fragments.append({"target": f"#case-{case.pk}-actions", "mode": "replace", "html": render_to_string("case/ended.html", context)})
        fragments.append({"target": f"#case-{case.pk}-bar", "mode": "replace", "html": ""})
    return fragments


def _person(scope: MutableMapping[str, Any]) -> Person | None:
    """The person of the session cookie, checked as Django's own authentication does (session hash included)."""
    cookies: SimpleCookie = SimpleCookie(b"; ".join(v for k, v in scope["headers"] if k == b"cookie").decode("latin-1"))
    if settings.SESSION_COOKIE_NAME not in cookies:
        return None
    session = import_module(settings.SESSION_ENGINE).SessionStore(cookies[settings.SESSION_COOKIE_NAME].value)
    if session.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return None
    person = Person.objects.filter(pk=session.get(SESSION_KEY), is_active=True).first()
    if person and constant_time_compare(session.get(HASH_SESSION_KEY, ""), person.get_session_auth_hash()):
        return person
    return None
