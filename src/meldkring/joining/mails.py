"""What residents read by e-mail about their own membership: short, in their own language, and written with the deed itself."""

from datetime import datetime

from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _

from meldkring.groups.models import Group
from meldkring.joining.models import Application
from meldkring.people import mailing
from meldkring.people.models import Person
from meldkring.places.models import District


def admitted(application: Application, group: Group) -> None:
    """Welcome: in which group, how to sign in, and what Meldkring is not."""
    with translation.override(application.language):
        imported = application.origin == Application.Origin.IMPORTED
        taken_over = [
            _("Your neighbours already had you on their list of members. That list has been taken over in Meldkring."),
            _("The first time you sign in you read the house rules, and accept them if you agree."),
        ]
        lines = [
            *(taken_over[:1] if imported else []),
            _("You now belong to the watch group %(group)s.") % {"group": group.name},
            *(taken_over[1:] if imported else []),
            _("Sign in with this e-mail address. You get a code by e-mail each time; there is no password."),
            _(
                "Do you see something suspicious? Call 112 first. Then tell your neighbours in Meldkring. Meldkring does not call the police for you."
            ),
        ]
        _write(application.email, application.first_name, _("Welcome to %(group)s") % {"group": group.name}, lines)


def on_waiting_list(application: Application, group: Group) -> None:
    """The group is full; what happens when a place comes free."""
    with translation.override(application.language):
        lines = [
            _("The watch group %(group)s is full at this moment. You are on the waiting list.") % {"group": group.name},
            _("You do not have to do anything. We write to you as soon as there is a place."),
        ]
        _write(application.email, application.first_name, _("You are on the waiting list"), lines)


def place_free(application: Application, group: Group) -> None:
    """There is a place; what must still happen before it is theirs."""
    with translation.override(application.language):
        lines = [
            _("There is a place for you in the watch group %(group)s.") % {"group": group.name},
            _("The last step is not done yet. On your own page you see what it is. We write to you once you are in."),
        ]
        _write(application.email, application.first_name, _("There is a place for you"), lines)


def district_came(application: Application, district: District, link: str) -> None:
    """There is a district where they live; what they filled in is kept for two weeks."""
    with translation.override(application.language):
        lines = [
            _("You asked us to write when neighbours of yours begin. They have: your address belongs to %(district)s now.")
            % {"district": district.name},
            _("Do you want to take part? Go on where you were:"),
            link,
            _("We keep what you filled in for two weeks. If you do nothing, we erase it and do not write again."),
        ]
        _write(
            application.email,
            application.first_name,
            _("There is a group where you live: %(district)s") % {"district": district.name},
            lines,
        )


def declined(application: Application, reason: str) -> None:
    """Not admitted, and why."""
    with translation.override(application.language):
        lines = [
            _("You signed up for Meldkring. The phone manager did not admit you. This is the reason:"),
            reason,
            _("Is something not right in this? Then sign up once more, with the right details."),
        ]
        _write(application.email, application.first_name, _("About your sign-up"), lines)


def asked(application: Application, question: str) -> None:
    """The phone manager has a question; where to answer."""
    with translation.override(application.language):
        lines = [
            _("The phone manager has a question about your sign-up:"),
            question,
            _("Answer it on the page of your sign-up. We look at it as soon as we have your answer."),
        ]
        _write(application.email, application.first_name, _("A question about your sign-up"), lines)


def moved(person: Person, *, old: Group | None, new: Group) -> None:
    """To which group a member now belongs, and what stays readable."""
    with translation.override(person.language):
        lines = [_("From now on you belong to the watch group %(group)s.") % {"group": new.name}]
        if old is not None:
            lines.append(_("You left %(group)s. What was said there in your time, you can still read back.") % {"group": old.name})
        _write(person.email, person.first_name, _("You now belong to %(group)s") % {"group": new.name}, lines)


def left(person: Person, group: Group) -> None:
    """A member has left; how to come back."""
    with translation.override(person.language):
        lines = [
            _("You left the watch group %(group)s. You get no more messages from it.") % {"group": group.name},
            _("Thank you for looking out for your neighbours. You can always sign up again."),
        ]
        _write(person.email, person.first_name, _("You left %(group)s") % {"group": group.name}, lines)


def renew(person: Person, *, until: datetime) -> None:
    """Do you still live there? Asked once, a month before the proof ends."""
    with translation.override(person.language):
        day = formats.date_format(timezone.localtime(until), "DATE_FORMAT")
        lines = [
            _("Once a year we ask every member: do you still live at the same address?"),
            _("Sign in before %(day)s, go to Me and then to My address, and tell us. It takes one minute.") % {"day": day},
            _("Have you moved? Then tell us your new address there."),
        ]
        _write(person.email, person.first_name, _("Do you still live here?"), lines)


def _write(to: str, name: str, subject: str, lines: list[str]) -> None:
    if not to:  # an imported resident without an address: the phone manager knows
        return
    hello = _("Hello %(name)s,") % {"name": name} if name else _("Hello,")
    text = [hello, *lines, _("Greetings from your neighbours of Meldkring")]
    mailing.write(to, subject=subject, text="\n\n".join(text) + "\n")
