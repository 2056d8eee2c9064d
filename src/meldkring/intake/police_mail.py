"""The control room mails a coordination group (S35). What came waits for a steering member, who places it or refuses it: nothing goes by itself.

The address is a secret, and the sender's domain must be one that was allowed; neither proves who wrote, so a person looks. Who places the mail
is the one who forwards it, and so holds the case in the watch groups it goes to (S36).
"""

import base64
import logging
import secrets
import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import authres
from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.http import Http404
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from meldkring import bell
from meldkring.audit import log
from meldkring.cases import forwarding, police
from meldkring.cases.models import Case
from meldkring.channels import email_reading, police_words
from meldkring.groups import officers, roles
from meldkring.groups.models import Group, Kind
from meldkring.intake.models import Incoming, PoliceAddress, PoliceMail
from meldkring.messaging import posting as postings
from meldkring.messaging.models import Change, Posting
from meldkring.people import mailing
from meldkring.people.models import Person

logger = logging.getLogger("meldkring.intake")
CHANNEL, BELL, ATTEMPTS = "police_mail", "intake", 5
CHECKED = ("spf", "dkim", "dmarc")
KEPT = timedelta(days=30)
# Long enough for who was told to sit down and look, short against the twelve hours that such a message mostly holds.
REMIND_AFTER, NO_USE_AFTER = timedelta(minutes=15), timedelta(days=1)
State = PoliceMail.State


class AlreadyHandled(Exception):
    """A colleague has placed or refused this mail."""


class NoReason(Exception):
    """Refusing asks for a reason, which colleagues read."""


def is_for(address: str, domain: str) -> bool:
    """Whether this is an address for the police."""
    found = email_reading.destination(address, domain)
    return found is not None and found[0] == email_reading.POLICE


def known(secret: str) -> bool:
    """Whether the address is one of ours and still holds."""
    return PoliceAddress.objects.filter(secret=secret, ended_at=None, group__closed_at=None).exists()


def was_given_to(secret: str, sender: str) -> bool:
    """Whether this was an address of ours once, for the domain of who writes."""
    found = PoliceAddress.objects.filter(secret=secret).first()
    return found is not None and _allowed(sender, found)


def take(raw: bytes) -> Incoming:
    """Store what came, before anything is understood of it."""
    with transaction.atomic():
        stored = Incoming.objects.create(channel=CHANNEL, raw=raw, came_at=timezone.now())
        transaction.on_commit(lambda: bell.ring(BELL))
    return stored


def work(*, limit: int = 50) -> int:
    """Read what was stored, oldest first, and let it wait; how many. The same mail twice waits once."""
    done = 0
    waiting = Incoming.objects.filter(channel=CHANNEL, done_at=None, attempts__lt=ATTEMPTS).order_by("pk")
    for pk in waiting.values_list("pk", flat=True)[:limit]:
        if not Incoming.objects.filter(pk=pk, done_at=None).update(attempts=F("attempts") + 1):
            continue
        try:
            with transaction.atomic():
                _arrived(Incoming.objects.get(pk=pk))
        except Exception as error:
            logger.exception("a mail of the police cannot be worked")
            Incoming.objects.filter(pk=pk).update(error=type(error).__name__)
        else:
            done += 1
    return done


def forget() -> None:
    """Erase the words of a mail a month after it was decided about (rules 7); that it came, and what was decided, stays."""
    old = PoliceMail.objects.exclude(original="").filter(came_at__lt=timezone.now() - KEPT)
    old.update(original="", reading={}, subject="", sender="")


def remind(*, now: datetime | None = None) -> int:
    """Tell once more, and only once, of a mail that nobody has placed or refused; how many mails."""
    now = now or timezone.now()
    late = PoliceMail.objects.filter(state=State.WAITING, reminded_at=None, came_at__lte=now - REMIND_AFTER)
    return sum(_remind(pk, now) for pk in late.order_by("came_at").values_list("pk", flat=True))


@transaction.atomic
def _remind(pk: int, now: datetime) -> bool:
    # The mark and the mails are one: a process that dies in between has told nobody, and another one does.
    if not PoliceMail.objects.filter(pk=pk, state=State.WAITING, reminded_at=None).update(reminded_at=now):
        return False
    mail = PoliceMail.objects.select_related("group").get(pk=pk)
    if now - mail.came_at > NO_USE_AFTER:
        return False  # found after a long standstill: the list on the page is enough
    log.record("police_mail_remind", mail, by=None)
    postings.note(Change.Kind.JUDGED, [mail.group])
    for person in _readers(mail.group):
        with translation.override(person.language):
            said = {"group": mail.group.name, "n": int((now - mail.came_at).total_seconds() // 60)}
            mailing.write(
                person.email,
                subject=_("Nobody has looked at the mail of the police for %(group)s yet") % said,
                text=_("It has been waiting for %(n)d minutes. Look whether it is right, and place it or refuse it.\n%(url)s")
                % {**said, "url": _page(mail)},
            )
    return True


@transaction.atomic
def address(group: Group, *, by: Person) -> PoliceAddress:
    """The address of a coordination group, made when it is first asked for by a phone manager of its district."""
    _require_managed(group, by)
    found = PoliceAddress.objects.filter(group=group, ended_at=None).first()
    return found or _made(group, by=by, domains=settings.POLICE_MAIL_FROM)


@transaction.atomic
def renew(group: Group, *, by: Person) -> PoliceAddress:
    """Give the group a new address; mail to the old one is refused from now on."""
    _require_managed(group, by)
    old = PoliceAddress.objects.select_for_update(no_key=True).filter(group=group, ended_at=None).first()
    if old:
        old.ended_at = timezone.now()
        old.save(update_fields=["ended_at"])
    return _made(group, by=by, domains=old.sender_domains if old else settings.POLICE_MAIL_FROM)


@transaction.atomic
def allow(group: Group, *, domains: str, by: Person) -> PoliceAddress:
    """Which domains may mail here."""
    found = address(group, by=by)
    found.sender_domains = ", ".join(_domains(domains))[:200] or settings.POLICE_MAIL_FROM
    found.save(update_fields=["sender_domains"])
    log.record("police_senders", found, by=by, domains=found.sender_domains)
    return found


def addresses(person: Person) -> list[PoliceAddress]:
    """The addresses this person may see: a phone manager of the district, or the officer who serves the group."""
    mine = [d.pk for d in officers.managed(person)]
    served = [g.pk for g in roles.with_right(person, roles.Right.POLICE)]
    current = PoliceAddress.objects.filter(ended_at=None, group__closed_at=None).select_related("group")
    return list((current.filter(group__district__in=mine) | current.filter(group__in=served)).order_by("group__name"))


def mails(person: Person) -> QuerySet[PoliceMail]:
    """The mails of the coordination groups for which this person may place a message of the police, newest first."""
    ours = [g.pk for g in roles.with_right(person, roles.Right.FOR_POLICE) if g.kind == Kind.COORDINATION]
    return PoliceMail.objects.filter(group__in=ours).select_related("group__district", "by", "case")


def waiting(groups: Iterable[Group]) -> int:
    """How many mails wait in these coordination groups; for who knows already where somebody may place a message of the police."""
    return PoliceMail.objects.filter(group__in=[g.pk for g in groups if g.kind == Kind.COORDINATION], state=State.WAITING).count()


def mail(person: Person, pk: int) -> PoliceMail:
    """One of those, or 404."""
    found = mails(person).filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


@transaction.atomic
def place(mail: PoliceMail, text: str, *, source: str, steering: Group, forward_to: Sequence[Group] = (), by: Person, **meant: Any) -> Case:
    """Place the mail as it was corrected, and forward it at once to watch groups of one's own steering group: who does this holds it there (S36).

    Refuses with `AlreadyHandled`, or as `police.place` and `forwarding.forward` do.
    """
    fresh = _waiting(mail, by=by)
    key = uuid.uuid5(uuid.NAMESPACE_URL, f"police-mail:{fresh.pk}")
    case = police.place(text, to=[fresh.group], by=by, source=source, source_at=fresh.came_at, key=key, **meant)
    _decided(fresh, State.PLACED, by=by, case=case)
    if forward_to:
        posting = Posting.objects.select_related("message__contribution__case", "group").get(
            message__contribution__case=case, group=fresh.group
        )
        forwarding.forward(posting, to=forward_to, steering=steering, by=by)
    return case


@transaction.atomic
def refuse(mail: PoliceMail, *, reason: str, by: Person) -> None:
    """Do not place it, and say why; colleagues read the reason. Refuses with `AlreadyHandled` or `NoReason`."""
    fresh = _waiting(mail, by=by)
    if not reason.strip():
        raise NoReason(_("Say in a few words why it is not placed: your colleagues read this."))
    _decided(fresh, State.REFUSED, by=by, reason=reason.strip()[:200])


def _waiting(mail: PoliceMail, *, by: Person) -> PoliceMail:
    fresh = PoliceMail.objects.select_for_update(of=("self",), no_key=True).select_related("group__district").get(pk=mail.pk)
    roles.require(by, roles.Right.FOR_POLICE, fresh.group)
    if fresh.state != State.WAITING:
        raise AlreadyHandled(_("A colleague was before you: this mail has been dealt with."))
    return fresh


def _decided(mail: PoliceMail, state: str, *, by: Person, **fields: object) -> None:
    mail.state, mail.by, mail.at = state, by, timezone.now()
    for name, value in fields.items():
        setattr(mail, name, value)
    mail.save(update_fields=["state", "by", "at", *fields])
    log.record(f"police_mail_{state}", mail, by=by)
    postings.note(Change.Kind.JUDGED, [mail.group])


def _arrived(stored: Incoming) -> None:
    read = police_words.read(bytes(stored.raw))
    secret = read.to.partition("+")[2].partition("@")[0].lower()
    found = PoliceAddress.objects.select_related("group").filter(secret=secret, ended_at=None).first()
    if found is not None:
        allowed = _allowed(read.sender, found)
        made, new = PoliceMail.objects.get_or_create(
            group=found.group, identity=read.identity,
            defaults={
                "sender": read.sender[:254], "subject": read.subject, "original": read.original, "reading": read.reading.fields(),
                "checks": _checks(read.checks), "left_out": read.left_out, "came_at": stored.came_at,
                "state": State.WAITING if allowed else State.STRANGER,
            },
        )  # fmt: skip
        if new:
            log.record("police_mail", made, by=None, allowed=allowed)
        if new and allowed:
            postings.note(Change.Kind.JUDGED, [made.group])
            _tell(made)
    Incoming.objects.filter(pk=stored.pk).update(done_at=timezone.now(), error="" if found else "no such address")


def _allowed(sender: str, address: PoliceAddress) -> bool:
    domain = sender.rpartition("@")[2].lower()
    return any(domain == one or domain.endswith(f".{one}") for one in _domains(address.sender_domains))


def _domains(words: str) -> list[str]:
    return [one.strip().lstrip("@").lower() for one in words.replace(";", ",").replace("\n", ",").split(",") if one.strip().lstrip("@")]


def _checks(header: str) -> dict[str, str]:
    """What our own mail server found; a header by anybody else says nothing, for anybody can write one."""
    if not header or not settings.MAIL_CHECKED_BY:
        return {}
    try:
        told = authres.AuthenticationResultsHeader.parse(f"Authentication-Results: {header}")
    except Exception:  # the library has several errors and no common one
        return {}
    if str(told.authserv_id).lower() != settings.MAIL_CHECKED_BY.lower():
        return {}
    return {r.method: str(r.result) for r in told.results if r.method in CHECKED}


def _tell(mail: PoliceMail) -> None:
    """The steering members of the district hear that something waits; what it says stays behind their second step."""
    for person in _readers(mail.group):
        with translation.override(person.language):
            mailing.write(
                person.email,
                subject=_("A mail of the police waits for %(group)s") % {"group": mail.group.name},
                text=_("Sign in, look whether it is right, and place it or refuse it. It goes nowhere by itself.\n%(url)s")
                % {"url": _page(mail)},
            )


def _readers(group: Group) -> list[Person]:
    """The steering members of the district, who may place or refuse."""
    return list({m.person_id: m.person for m in roles.roster(group) if m.role in roles.STEERING_ROLES}.values())


def _page(mail: PoliceMail) -> str:
    return f"{settings.SITE_URL}/politie/post/{mail.pk}/"


def _made(group: Group, *, by: Person, domains: str) -> PoliceAddress:
    secret = base64.b32encode(secrets.token_bytes(10)).decode().lower()
    made = PoliceAddress.objects.create(group=group, secret=secret, sender_domains=", ".join(_domains(domains)), made_at=timezone.now())
    log.record("police_address", made, by=by, group=group.pk)
    return made


def _require_managed(group: Group, by: Person) -> None:
    if group.kind != Kind.COORDINATION or group.district_id not in {d.pk for d in officers.managed(by)}:
        raise roles.NotAllowed(_("You cannot do this in %(group)s.") % {"group": group.name})
