"""Somebody begins to tell what they see on a channel without pages. What do we ask, and what do we do with the answers (S27 to S29)?

Does it belong to what is going on, has 112 been called, may it be passed on. Nothing is reported before the person has said yes to that; what
they write meanwhile is added. Each button carries the mark of its own report, so that one from an earlier question changes nothing here.
What came late is said to be late, and asked about once more: providers bring again for days what our webhook missed.
"""

import re
from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from meldkring.cases import reporting
from meldkring.cases.models import Called
from meldkring.channels.contract import Action
from meldkring.delivery import bulletins, phrasing
from meldkring.groups import roles
from meldkring.intake import consenting, reacting
from meldkring.intake.models import Conversation
from meldkring.intake.reacting import Heard
from meldkring.messaging import posting as postings

SILENCE = timedelta(minutes=30)
# Our clock and the provider's are not quite the same.
CLOCKS = timedelta(seconds=5)
Step = Conversation.Step
CALLED = {"called:by_me": Called.BY_ME, "called:by_other": Called.BY_OTHER, "called:not_needed": Called.NOT_NEEDED}
CHOICES = {
    Step.LATE: ["still", "stop_report"],
    Step.WHICH: ["about", "new"],
    Step.CALLED: [*CALLED],
    Step.NAME: ["send", "stop_report"],
}  # fmt: skip
BUTTON = re.compile(r"ask:([0-9a-f]{8}):([a-z_:]+)")
YES, NO = ("ja", "yes"), ("nee", "no")
# Alone they tell nothing yet.
GREETINGS = frozenset(
    (
        "hallo", "hoi", "hi", "hey", "hello", "help", "dag", "test", "goedemorgen", "goedemiddag", "goedenavond", "goedenacht", "goeiemorgen",
        "goeiemiddag", "goeienavond",
    )
)  # fmt: skip


def talk_of(heard: Heard) -> Conversation | None:
    """How far this person is, also after a silence."""
    return (
        Conversation.objects.select_related("address__person", "about__message__contribution__case").filter(address=heard.address).first()
    )


def is_question(button: str) -> bool:
    """Whether this button stood under a question of ours."""
    return BUTTON.fullmatch(button) is not None


def hear(heard: Heard) -> None:
    """The next thing somebody says: an answer to our question, more of what they see, or a beginning."""
    talk = talk_of(heard)
    silent = talk is not None and talk.heard_at < timezone.now() - SILENCE
    if is_question(heard.said.button):
        _pressed(heard, talk, silent=silent)
    elif talk is None or silent:
        _begin(heard)
    elif (chosen := _chosen(talk, heard.said.text)) and heard.said.at < talk.heard_at - CLOCKS:
        _question(talk, heard, _("You wrote that before we asked this."))
    else:
        _go_on(talk, heard, chosen)


def _pressed(heard: Heard, talk: Conversation | None, *, silent: bool) -> None:
    found = BUTTON.fullmatch(heard.said.button)
    if talk is None or found is None:
        heard.answer(_("That has been answered already. Do you see something new? Write it here."))
    elif found[1] != _mark(talk):
        _question(talk, heard, _("That button belongs to an earlier question."))
    elif heard.said.at < talk.said_at:
        return  # they have pressed something else since, which came earlier
    elif (silent or heard.is_late) and found[2] != "stop_report":
        # What was true at ten need not be true at eleven: asked once more before it goes to everybody.
        talk.step, talk.called, talk.heard_at, talk.said_at = Step.CALLED, "", timezone.now(), heard.said.at
        talk.save(update_fields=["step", "called", "heard_at", "said_at"])
        _question(talk, heard, _("It was quiet for a while. Is it still so?"))
    else:
        _go_on(talk, heard, found[2])


def _begin(heard: Heard) -> None:
    """The first thing somebody says: what they see (S27). Nothing is sent on yet."""
    about = reacting.going_on(heard.address)
    if about is None and not roles.with_right(heard.address.person, roles.Right.REPORT):
        raise roles.NotAllowed(_("You are not a member of a watch group at the moment, so you cannot report here. Is it urgent? Call 112."))
    said = heard.said
    text = "" if said.button or _word(said.text) in GREETINGS else said.text.strip()
    if not text and not said.place:
        words = _("Write in words what you see. Is it happening now? First call 112.")
        heard.answer("\n\n".join(filter(None, (words, heard.left_out))))
        return
    talk, _new = Conversation.objects.update_or_create(
        address=heard.address,
        defaults={
            "step": Step.LATE if heard.is_late else Step.WHICH if about else Step.CALLED, "text": postings.checked(heard.dated(text)) if text else "",
            "called": "", "place": said.place, "key": heard.key, "heard_at": timezone.now(), "said_at": said.at, "about": about,
        },
    )  # fmt: skip
    _question(talk, heard)


def _go_on(talk: Conversation, heard: Heard, chosen: str) -> None:
    talk.heard_at, talk.said_at = timezone.now(), max(talk.said_at, heard.said.at)
    if chosen == "stop_report":
        talk.delete()
        heard.answer(_("Your report has not been sent."))
    elif not talk.text:
        _add(talk, heard)
        _question(talk, heard)
    elif chosen == "still" and talk.step == Step.LATE:
        _next(talk, Step.WHICH if talk.about else Step.CALLED, heard)
    elif chosen == "about" and talk.step == Step.WHICH and talk.about:
        consenting.react(heard, talk.about, talk.text, key=talk.key, place=talk.place)
        talk.delete()
    elif chosen == "new" and talk.step == Step.WHICH:
        _next(talk, Step.CALLED, heard)
    elif chosen in CALLED and talk.step in (Step.CALLED, Step.NAME):
        # Also once more after it: somebody may have pressed beside it, or called meanwhile.
        talk.called = CALLED[chosen]
        _next(talk, Step.NAME, heard)
    elif chosen == "send" and talk.step == Step.NAME:
        _report(talk, heard)
    else:
        _add(talk, heard)
        _question(talk, heard)


def _next(talk: Conversation, step: str, heard: Heard) -> None:
    talk.step = step
    talk.save(update_fields=["step", "called", "heard_at", "said_at"])
    _question(talk, heard)


def _add(talk: Conversation, heard: Heard) -> None:
    """People write in pieces: what is not an answer belongs to what they tell."""
    text = "" if heard.said.button or _word(heard.said.text) in (*YES, *NO) else heard.said.text.strip()
    if text:
        talk.text = postings.checked(f"{talk.text}\n{heard.dated(text)}")
    talk.place = heard.said.place or talk.place
    talk.save(update_fields=["text", "place", "heard_at", "said_at"])


def _report(talk: Conversation, heard: Heard) -> None:
    person = heard.address.person
    group = next(iter(roles.with_right(person, roles.Right.REPORT)), None)
    if group is None:
        raise roles.NotAllowed(_("You are not a member of a watch group at the moment, so you cannot report here. Is it urgent? Call 112."))
    made = reporting.report(talk.text, group=group, by=person, called=talk.called, key=talk.key, **reacting.placed(talk.place))
    talk.delete()
    consenting.give(person, made.message.contribution.case)
    if made.number is None:
        words = _("Your report waits for the steering group, who look at it first.")
    elif made.message.contribution.case.is_alarm:
        words = _("Your report stands in %(group)s. You keep in touch with the police. Do you hear or see more? Write it here.")
    else:
        words = _("Your report stands in %(group)s, not as an alarm. The police are at 0900-8844 for what is not urgent.")
    heard.answer(words % {"group": group.name}, about=made.pk)


def _question(talk: Conversation, heard: Heard, before: str = "") -> None:
    """What we ask at this step, each answer a button."""
    text, labels = _asked(talk, heard)
    choices = CHOICES[Step(talk.step)] if labels else []
    actions = [Action(f"ask:{_mark(talk)}:{choice}", label) for choice, label in zip(choices, labels, strict=True)]
    heard.ask("\n\n".join(filter(None, (before, heard.left_out, text))), actions)


def _asked(talk: Conversation, heard: Heard) -> tuple[str, list[str]]:
    if not talk.text:
        return _("We have the place. Write in words what you see there. Is it happening now? First call 112."), []
    said = {"text": talk.text if len(talk.text) <= 300 else f"{talk.text[:299]}…"}
    if talk.step == Step.LATE:
        text = _(
            "Your message reached us only now. Is it still going on? Then first call 112.\n\nMust we still pass it on? You wrote: “%(text)s”"
        )
        return text % said, [_("Yes, still"), _("No, not any more")]
    if talk.step == Step.WHICH and talk.about:
        case = talk.about.message.contribution.case
        # Its title is cut from the words of who reported it.
        ours = heard.able.own_words and case.opened_by_id != heard.address.person_id
        title = phrasing.marked(bulletins.titled(bulletins.called(case), talk.about) if ours else case.title, case.exercise and not ours)
        text = _("Does this belong to “%(title)s”?\n\nYou wrote: “%(text)s”") % {"title": title, **said}
        return text, [_("Yes, add it"), _("No, something new")]
    if talk.step == Step.CALLED:
        text = _("Is it happening now? First call 112. Has 112 been called?\n\nYour report: “%(text)s”") % said
        return text, [_("Yes, by me"), _("Yes, by another"), _("Not needed")]
    text = _(
        "May we pass this on? Your watch group reads it on its page with the name “%(name)s”, and in chat apps without a name. "
        "Your number is never shown.\n\nYour report: “%(text)s”\n112: %(called)s."
    )
    called = {Called.BY_ME: _("called by you"), Called.BY_OTHER: _("called by another"), Called.NOT_NEEDED: _("not needed")}
    return text % {**said, "name": talk.address.person.shown_name, "called": called[Called(talk.called)]}, [
        _("Yes, send it"),
        _("No, do not send"),
    ]


def _chosen(talk: Conversation, text: str) -> str:
    """An answer in words or a number, for channels and people without buttons. “No” to the question about 112 is not one of its answers."""
    word, options = _word(text), CHOICES[Step(talk.step)]
    if word.isdecimal() and 0 < int(word) <= len(options):
        return options[int(word) - 1]
    if talk.step == Step.CALLED or word not in (*YES, *NO):
        return ""
    return options[0] if word in YES else options[1]


def _mark(talk: Conversation) -> str:
    return talk.key.hex[:8]


def _word(text: str) -> str:
    return re.sub(r"[^\w]", "", text.strip().lower())[:20]
