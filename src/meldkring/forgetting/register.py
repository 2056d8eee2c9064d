"""What do we keep of people, for how long, and what ends it? One row per table; nothing is kept without a row here (a test sees to that).

The pages about privacy, the file with somebody's own data, the daily erasing and docs/privacy.md all read this one register.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

ACCOUNT = _("as long as the account")
DISTRICT = _("as long as the district; without your name once your account is erased")


@dataclass(frozen=True)
class Kept:
    """A table. `whose` are the fields that make a row somebody's own, `by` those that tell who did it, `secret` what is shown to nobody."""

    table: str
    what: Promise
    until: Promise
    whose: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    secret: tuple[str, ...] = ()


def days(name: str) -> timedelta:
    """How long this is kept here, as the installation has set it."""
    return timedelta(days=settings.KEPT_DAYS[name])


def told(kept: Kept) -> str:
    """Until when, in words, with the days that hold here filled in."""
    return str(kept.until) % {name: _long(days) for name, days in settings.KEPT_DAYS.items()}


def _long(days: int) -> str:
    """So many days as people say them."""
    years, rest = divmod(days, 365)
    return ngettext("%(n)d day", "%(n)d days", days) % {"n": days} if rest else ngettext("%(n)d year", "%(n)d years", years) % {"n": years}


def terms() -> dict[str, list[str]]:
    """By term, in words, what of people ends then; for a page that anybody reads."""
    found: dict[str, list[str]] = {}
    for kept in REGISTER:
        if kept.until is not DISTRICT:
            found.setdefault(told(kept), []).append(str(kept.what))
    return found


REGISTER = (
    Kept("people.Person", _("your account"),
         ACCOUNT, whose=("pk",), secret=("password", "is_staff", "is_superuser", "groups", "user_permissions")),
    Kept("account.EmailAddress", _("your e-mail address, to sign in with"), ACCOUNT, whose=("user",)),
    Kept("people.NewEmail", _("a new e-mail address that you asked for, with the one before it"),
         _("a day; once it is yours a week, so that the change can be put back"), whose=("person",), secret=("digest",)),
    Kept("people.Token", _("keys for your own programs"), ACCOUNT, whose=("person",), secret=("digest",)),
    Kept("mfa.Authenticator", _("your second step"), ACCOUNT, whose=("user",), secret=("data",)),
    Kept("socialaccount.SocialAccount", _("the account of your municipality"), ACCOUNT, whose=("user",), secret=("extra_data",)),
    Kept("usersessions.UserSession", _("where you are signed in"),
         _("until you sign out, or two weeks unused"), whose=("user",), secret=("session_key", "data")),
    Kept("people.Mail", _("e-mails to you, without their text once sent"),
         _("%(mails)s after they were sent or given up"), whose=("to",)),
    Kept("groups.Membership", _("the groups you are and were in"), ACCOUNT, whose=("person",)),
    Kept("groups.Shift", _("your evenings of duty"), _("%(duty)s after the evening"), whose=("person",)),
    Kept("groups.PublicName", _("whether your first name stands on a public page"), ACCOUNT, whose=("person",)),
    Kept("groups.Chosen", _("whether you speak for your district"), ACCOUNT, whose=("person",)),
    Kept("groups.Agreement", _("what you agreed to about linking districts"), ACCOUNT, whose=("person",)),
    Kept("groups.Link", _("links between districts"), DISTRICT, by=("proposed_by",)),
    Kept("groups.Reviewed", _("yearly reviews of roles"), ACCOUNT, by=("by",)),
    Kept("groups.Appointment", _("community officers, with name and e-mail address"),
         _("%(officers)s after they stopped; then without name and address"),
         whose=("person",), by=("proposed_by", "confirmed_by")),
    Kept("groups.ContactCard", _("how to reach the community officer"),
         _("%(officers)s after the next card; then without name, number and address"), by=("confirmed_by",)),
    Kept("messaging.Message", _("the messages you wrote"),
         _("the text %(messages)s, of an open case at most %(open_cases)s; then only that there was one"), whose=("author",)),
    Kept("messaging.Posting", _("in which groups a message stood, and who forwarded or hid it"),
         DISTRICT, by=("posted_by", "hidden_by", "seen_before_withdrawal")),
    Kept("messaging.Posting_seen_before_withdrawal", _("that you had seen a message before it was withdrawn"), ACCOUNT, whose=("person",)),
    Kept("messaging.ReadMark", _("up to which message you have read a group"), ACCOUNT, whose=("person",)),
    Kept("messaging.Letter", _("letters between you and a steering group or officer"),
         _("%(letters)s"), whose=("resident", "officer"), by=("author",)),
    Kept("cases.Case", _("cases: when they began and how they ended"), _("for good, without words or names"), by=("opened_by",)),
    Kept("cases.Contribution", _("what a message told of persons, a vehicle, a place and a direction"),
         _("the words as long as the message, the place %(places)s after the case was closed"), whose=("message__author",)),
    Kept("cases.Area", _("the area that a message of the police was meant for"),
         _("what was drawn %(places)s after the case was closed")),
    Kept("cases.Holder", _("which cases you held"), ACCOUNT, whose=("person",)),
    Kept("cases.Judgement", _("how steering groups judged messages"), DISTRICT, by=("by",)),
    Kept("cases.Approval", _("the words in which a message may go where only our own words may"), _("as long as the words of the message"), by=("by",)),
    Kept("cases.Follow", _("along which ways reactions went by themselves"), DISTRICT, by=("by",)),
    Kept("joining.HouseRules", _("versions of the house rules"), DISTRICT, by=("by",)),
    Kept("joining.Acceptance", _("which house rules you accepted, and when"), ACCOUNT, whose=("person",)),
    Kept("joining.Application", _("your sign-up, with your year of birth"),
         _("14 days if you do not finish it, %(sign_ups)s after the decision, %(awaited)s while there is no district; then only that there was one"),
         whose=("person",), by=("decided_by",)),
    Kept("joining.Code", _("codes sent to you, as digests"), _("a day"), whose=("application__person",), secret=("digest",)),
    Kept("joining.CodeLetter", _("letters with a code, as digests"),
         _("%(proofs)s after they ended"), whose=("person", "application__person"), by=("made_by",), secret=("digest",)),
    Kept("joining.Proof", _("why we believe that you live where you say"),
         _("%(proofs)s after it ended"), whose=("person",), by=("by",)),
    Kept("joining.Vouch", _("that you know a newcomer"), _("%(sign_ups)s after the decision about them"), whose=("person",)),
    Kept("joining.MemberList", _("lists of members that were handed in"),
         _("14 days; once taken over only what became of each row"), by=("by",)),
    Kept("joining.Expulsion", _("that you were expelled, why, and your objection"),
         _("as long as your district remembers an expulsion"), whose=("membership__person",), by=("by", "decided_by")),
    Kept("joining.Barred", _("digests by which the district recognises who was expelled; no names"),
         _("as long as your district remembers an expulsion"), secret=("digest",)),
    Kept("joining.RollCall", _("when it was asked who still lives here"), DISTRICT, by=("by",)),
    Kept("joining.RollAnswer", _("whether you said that you still live here"), _("%(proofs)s after the question"), whose=("person",)),
    Kept("joining.Founding", _("the district that you wanted to begin"),
         _("as long as your sign-up"), whose=("application__person",), by=("decided_by",)),
    Kept("complaints.Complaint", _("complaints, with the address left for the answer"),
         _("90 days after the answer, a year at most; then only that there was one"), by=("answered_by", "closed_by")),
    Kept("growth.Plan", _("proposals about the groups"), DISTRICT, by=("made_by", "done_by")),
    Kept("growth.Seat", _("to which steering group you would go along"), ACCOUNT, whose=("person",)),
    Kept("growth.Opinion", _("what you thought of a proposal"), ACCOUNT, whose=("person",)),
    Kept("growth.Redrawing", _("changes of borders"), DISTRICT, by=("by",)),
    Kept("growth.Resettled", _("that your neighbourhood got other borders"), ACCOUNT, whose=("person",)),
    Kept("delivery.Address", _("along which ways you are told"), ACCOUNT, whose=("person",)),
    Kept("delivery.Preference", _("how you want to be told"), ACCOUNT, whose=("person",)),
    Kept("delivery.Delivery", _("what was sent to you, and what became of it"),
         _("%(deliveries)s"), whose=("address__person",), secret=("words",)),
    Kept("delivery.ReceiptRow", _("receipts of providers"), _("2 days")),
    Kept("intake.Incoming", _("what came in through a channel, as it came"), _("half an hour after it was worked, 30 days at most")),
    Kept("intake.PoliceMail", _("mail of the police"), _("the mail itself 30 days"), by=("by",)),
    Kept("intake.Consent", _("whether your words about a case may go on through a channel"),
         _("as long as the words of the message"), whose=("person",)),
    Kept("intake.Conversation", _("what you were telling us on a channel"), _("a day")),
    Kept("intake.Binding", _("links with which you tie a channel to your account"), _("a day"), whose=("person",), secret=("digest",)),
    Kept("intake.Stranger", _("that somebody unknown wrote to us"), _("a day")),
    Kept("intake.Taken", _("which facts of providers were worked"), _("for good; numbers of the provider, no names")),
    Kept("publicity.Quote", _("words of yours that you may be quoted with"), ACCOUNT, whose=("person",), by=("asked_by",)),
    Kept("publicity.Draft", _("texts for the press, as they were changed"), DISTRICT, by=("saved_by",)),
    Kept("chat_groups.Seat", _("whether you are in the WhatsApp group"),
         _("as long as the account; then without your name"), whose=("person",), by=("by",)),
    Kept("chat_groups.Placing", _("what was placed in a WhatsApp group"), DISTRICT, by=("by",)),
    Kept("chat_groups.Reading", _("an exported chat that you look at, sealed"),
         _("an hour"), whose=("by",), secret=("sealed", "taken", "examples")),
    Kept("audit.Line", _("who did what and when; never what was written"), _("%(audit)s"), whose=("by",)),
)  # fmt: skip

# Tables that tell nothing of a person, each with what it holds.
IMPERSONAL = {
    "places": "municipalities, districts, neighbourhoods, their addresses by postcode, and their look",
    "figures": "counts and times that point at nobody, kept for good",
    "groups.Group": "a group", "groups.Group_neighbourhoods": "which neighbourhoods a group has",
    "groups.Appointment_steering": "in which steering groups an officer reads along",
    "messaging.Change": "that a posting became different",
    "cases.Area_neighbourhoods": "the neighbourhoods of an area", "cases.Judgement_made": "the postings of a judgement",
    "cases.Advised": "which groups were advised and chosen", "cases.Escalation": "that something waited too long",
    "joining.HouseRule": "a house rule",
    "growth.Part": "a group in a proposal", "growth.Allotment": "a neighbourhood in a proposal", "growth.Move": "two memberships, one after the other",
    "delivery.Account": "our account with a provider", "delivery.Spending": "what a channel cost in a month",
    "delivery.Trouble": "trouble with a channel", "delivery.WordingRow": "a wording that a provider approves",
    "intake.PoliceAddress": "an address of ours",
    "publicity.Corner": "where signs hang", "publicity.ShortLink": "a short link", "publicity.Scan": "how often it was opened on a day",
    "publicity.Draft_quotes": "which quotes a text uses",
    "chat_groups.ChatGroup": "a WhatsApp group", "chat_groups.ChatGroup_also": "beside which other groups it stands",
    "people.Person_groups": "not used", "people.Person_user_permissions": "not used", "auth": "not used", "contenttypes": "names of tables",
    "sessions": "a sealed session; ends with signing out or after two weeks",
    "account.EmailConfirmation": "not used: a code proves an address", "socialaccount.SocialApp": "not used", "socialaccount.SocialToken": "not used",
}  # fmt: skip
