"""In which words of our own is a message told, where a member's words may not go or not yet (ADR 0007)? And for a group outside Meldkring?

A bulletin is made of facts: alarm or not, which group, when, whether 112 was called, where and which way in names that we know, which way it
came, an exercise or not. No words of the member, no name, no number, no plate. What somebody who screens decided about takes their place.
"""

from collections.abc import Sequence

from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from meldkring.cases import approving, hints, whereabouts
from meldkring.cases.models import Case
from meldkring.channels.contract import Action
from meldkring.delivery import phrasing
from meldkring.delivery.phrasing import Content
from meldkring.messaging.models import Kind, Posting


def own(chain: Sequence[Posting], *, words: str | None) -> Content:
    """A posting in our own words. `words`: those that were approved, nothing in them if they go as they were said; None: nobody decided yet."""
    posting = chain[-1]
    contribution = getattr(posting.message, "contribution", None)
    if contribution is None:
        return _of_group(posting, decided=words is not None)
    case, bare = contribution.case, words is None and not contribution.expired_at
    lines = _bare(chain, case) if bare else _released(chain, case, words or "")
    if posting.message.kind in phrasing.ORIGINAL and case.is_open and case.is_alarm and not case.exercise:
        lines.append(_("Do you see this too? Call 112 and keep your distance."))
    ended = posting.message.kind == Kind.CLOSING
    asks = bare and (ended or posting.message.author_id is not None)
    if asks:
        lines.append(_("More about how it ended, you read on the page.") if ended else _("What exactly was seen, you read on the page."))
    actions = [Action("show", _("Read more"))] if asks else []
    if case.is_open:
        actions = [Action("open", _("Open")), *actions, Action("seen_nothing", _("Saw nothing here"))]
    return Content(
        titled(_heading(posting, case), posting), "\n".join(filter(None, lines)),
        phrasing.url("case", case.reference), f"case-{case.pk}", tuple(actions), case.exercise, facts_only=asks,
    )  # fmt: skip


def called(case: Case) -> str:
    """What a case is called where its title, which is cut from a member's words, may not stand."""
    at = timezone.localtime(case.opened_at)
    when = date_format(at, "H:i" if at.date() == timezone.localdate() else "j F H:i")
    return (_("the alarm of %(when)s") if case.is_alarm else _("the report of %(when)s")) % {"when": when}


def titled(words: str, posting: Posting) -> str:
    """A title over a posting of a case, with its group and the mark of an exercise."""
    return phrasing.marked(f"{words} · {posting.group.name}", posting.message.contribution.case.exercise)


def _heading(posting: Posting, case: Case) -> str:
    if posting.message.kind in phrasing.ORIGINAL:
        return phrasing.loudness(case)
    if posting.message.kind == Kind.CLOSING:
        return phrasing.outcome(case)
    return _("News about %(case)s") % {"case": called(case)}


def _bare(chain: Sequence[Posting], case: Case) -> list[str]:
    posting = chain[-1]
    told = posting.message.contribution
    sentences = {
        Kind.REACTION: _("A neighbour wrote something new."),
        Kind.CALL: _("Somebody else has called the police too."),
        Kind.NEWS: _("There is news from the police."),
        Kind.CLOSING: _("It was about %(case)s.") % {"case": called(case)},
    }
    where = whereabouts.known(told, case=case)
    return [
        _when(chain, case) if posting.message.kind in phrasing.ORIGINAL else sentences.get(Kind(posting.message.kind), ""),
        f"{_('Place')}: {where}" if where else "",
        f"{_('Direction')}: {told.get_direction_display()}" if told.direction else "",
        phrasing.source(chain, False) if len(chain) > 1 else "",
    ]


def _released(chain: Sequence[Posting], case: Case, words: str) -> list[str]:
    message = chain[-1].message
    if words and not message.contribution.expired_at:
        lines = [words, _when(chain, case) if message.kind in phrasing.ORIGINAL else ""]
    else:
        lines = phrasing.words(chain, case, names=False, leave=("source", "way"))
    return [approving.plain("\n".join(lines), message), phrasing.source(chain, False) if len(chain) > 1 else ""]


def _when(chain: Sequence[Posting], case: Case) -> str:
    return f"{phrasing.moment(chain[0].message.said_at)} · {case.about_112}"


def _of_group(posting: Posting, *, decided: bool) -> Content:
    title = f"{_('Notice') if posting.message.kind == Kind.NOTICE else _('Message')} · {posting.group.name}"
    text = approving.plain(posting.message.text, posting.message) if decided else _("Somebody wrote there. You read it on the page.")
    return Content(
        title, text, phrasing.url("group", posting.group_id), f"group-{posting.group_id}", (Action("open", _("Open")),), False,
        facts_only=not decided,
    )  # fmt: skip


def outside(chain: Sequence[Posting], *, language: str) -> str:
    """The words for a group outside Meldkring, where a person places them: who said it by role, which way it came, and what to do now.

    No reporter's name or number is in it, and no number plate: what stands there can be passed on by anybody and is never taken back.
    """
    posting = chain[-1]
    case = posting.message.contribution.case
    with translation.override(language):
        original = posting.message.kind in phrasing.ORIGINAL
        kind = phrasing.loudness(case) if original else phrasing.heading(posting, case)
        about = "" if original else case.title
        leave = ("source",) if len(chain) > 1 else ("source", "way")
        said = phrasing.words(chain, case, names=False, leave=leave)
        head = phrasing.marked(f"{kind} · {posting.group.name}", case.exercise)
        words = [head, " · ".join(filter(None, (phrasing.moment(chain[0].message.said_at), _role(chain)))), about, *said]
        plain = hints.without_plates("\n".join(filter(None, words)), instead=_("[number plate]"))
        return "\n".join([plain, *_to_do(posting, case)])


def taken_back(chain: Sequence[Posting], *, language: str) -> str:
    """The line that follows those words when the message was withdrawn or hidden, or has run out; it does not repeat what was wrong."""
    told = chain[-1].message.contribution
    case = told.case
    with translation.override(language):
        at = phrasing.moment(chain[0].message.said_at)
        title, words = _("Taken back"), _("The message of %(at)s has been taken back. Please do not pass it on.") % {"at": at}
        if told.expired_at:
            title, words = _("No longer valid"), _("The message of %(at)s no longer holds. Please do not pass it on.") % {"at": at}
        where = _("What holds now stands in Meldkring: %(url)s") % {"url": phrasing.url("case", case.reference)}
        return "\n".join([phrasing.marked(f"{title} · {chain[-1].group.name}", case.exercise), words, where])


def _role(chain: Sequence[Posting]) -> str:
    """Who said it, without a name: the police, or a resident of which group. How it ended may be told by anybody."""
    said, home = chain[-1].message, chain[0].group
    if said.kind in (Kind.POLICE, Kind.NEWS):
        return _("message from the police")
    if said.kind in (Kind.CLOSING, Kind.REOPENING):
        return ""
    if home.is_watch:
        return _("a resident of %(group)s") % {"group": home.name}
    return home.name


def _to_do(posting: Posting, case: Case) -> list[str]:
    where = phrasing.url("case", case.reference)
    if not case.is_open or posting.message.kind == Kind.CLOSING:
        return [_("Read back in Meldkring: %(url)s") % {"url": where}]
    if case.exercise:
        return [_("Do you want to join in? React in Meldkring, not here: %(url)s") % {"url": where}]
    # Nobody may think that a reaction in a chat reaches the police (S28).
    react = _("React in Meldkring, not here: %(url)s") % {"url": where}
    return [_("Do you see this too? Call 112 and keep your distance."), react]
