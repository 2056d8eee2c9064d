"""What may a program do on behalf of its owner? Each address calls one verb of the domain, which decides whether the owner may.

The refusals of the verbs become problem details in `problems.py`; nothing is caught here.
"""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from ninja import Status

from meldkring.api import answers, reading, sent, tokens
from meldkring.cases import access as cases
from meldkring.cases import advice, closing, following, forwarding, holding, judging, police, reporting, validity
from meldkring.groups import access as groups
from meldkring.groups import roles, routes
from meldkring.groups.models import Group
from meldkring.messaging import access as messaging
from meldkring.messaging import letters
from meldkring.messaging import posting as postings
from meldkring.messaging.models import Posting
from meldkring.people.models import Person

router = reading.router  # one router: an address that is read and written is one address
Made = Status[Any]


@router.post("/cases", response={201: answers.PostingOut}, tags=["cases"])
def report(request: HttpRequest, body: sent.ReportIn, response: HttpResponse) -> Made:
    """Report what you see: a case begins, and you hold it in your group."""
    person = tokens.person(request)
    posting = reporting.report(
        body.text, group=groups.group(person, body.group), by=person, called=body.called, key=body.key, exercise=body.exercise,
        **body.extras.given(),
    )  # fmt: skip
    return _made(response, posting)


@router.post("/cases/{reference}/reactions", response={201: answers.PostingOut}, tags=["cases"])
def react(request: HttpRequest, reference: str, body: sent.ReactionIn) -> Made:
    """Add what you know to an open case."""
    person = tokens.person(request)
    case, group = reading.case_of(person, reference), groups.group(person, body.group)
    return _posting(reporting.react(body.text, case=case, group=group, by=person, key=body.key, **body.extras.given()))


@router.post("/cases/{reference}/calls", response={201: answers.PostingOut}, tags=["cases"])
def call(request: HttpRequest, reference: str, body: sent.CallIn) -> Made:
    """You have called the police too: unless a neighbour called before, you hold the case in your group from now on."""
    person = tokens.person(request)
    case, group = reading.case_of(person, reference), groups.group(person, body.group)
    return _posting(holding.call(body.text, case=case, group=group, by=person, key=body.key))


@router.post("/cases/{reference}/police-news", response={201: answers.PostingOut}, tags=["cases"])
def police_news(request: HttpRequest, reference: str, body: sent.Said) -> Made:
    """Pass on what the police told you."""
    person = tokens.person(request)
    case, group = reading.case_of(person, reference), groups.group(person, body.group)
    return _posting(holding.police_news(body.text, case=case, group=group, by=person, key=body.key))


@router.post("/cases/{reference}/holders", response={201: answers.HolderOut}, tags=["cases"])
def hand_over(request: HttpRequest, reference: str, body: sent.HolderIn) -> Made:
    """Hand the case over to another member of the group."""
    person = tokens.person(request)
    case, group = reading.case_of(person, reference), groups.group(person, body.group)
    to = roles.members([group]).filter(pk=body.to).first()
    if to is None:
        raise Http404
    return Status(201, answers.HolderOut.of(holding.hand_over(case, group=group, to=to, by=person)))


@router.post("/cases/{reference}/closing", response=answers.CasePage, tags=["cases"])
def close(request: HttpRequest, reference: str, body: sent.ClosingIn) -> answers.CasePage:
    """End the case: the closing message goes to every group it reached."""
    person = tokens.person(request)
    closing.close(reading.case_of(person, reference), outcome=body.outcome, text=body.text, by=person, key=body.key)
    return reading.case_page(person, reading.case_of(person, reference))


@router.post("/cases/{reference}/reopening", response=answers.CasePage, tags=["cases"])
def reopen(request: HttpRequest, reference: str, body: sent.ReasonIn) -> answers.CasePage:
    """Open an ended case again, with the reason."""
    person = tokens.person(request)
    closing.reopen(reading.case_of(person, reference), reason=body.reason, by=person)
    return reading.case_page(person, reading.case_of(person, reference))


@router.post("/postings/{int:posting_id}/judgements", response={201: answers.JudgementOut}, tags=["steering"])
def judge(request: HttpRequest, posting_id: int, body: sent.JudgementIn) -> Made:
    """Forward a message to other groups, or judge that it is of no use elsewhere."""
    person = tokens.person(request)
    steering = tokens.steering(person, body.steering)
    posting = _of_a_case(messaging.posting(person, posting_id))
    allowed = {g.pk: g for g in routes.targets(posting.group, steering=steering)}
    if body.verdict == "forwarded":
        to = _on_route(posting, allowed, body.to)
        judgement = forwarding.forward(posting, to=to, steering=steering, by=person, follow=body.follow)
    else:
        judgement = judging.not_relevant(posting, steering=steering, by=person)
    advice.keep(judgement, proposed=[pk for pk in dict.fromkeys(body.advised) if pk in allowed], chosen=body.to)
    return Status(201, answers.JudgementOut.of(judgement))


@router.post("/judgements/{int:judgement_id}/undo", response={204: None}, tags=["steering"])
def undo(request: HttpRequest, judgement_id: int) -> Made:
    """Take your own judgement back, within ten seconds."""
    person = tokens.person(request)
    judging.undo(cases.judgement(person, judgement_id), by=person)
    return Status(204, None)


@router.post("/postings/{int:posting_id}/hiding", response=answers.PostingOut, tags=["steering"])
def hide(request: HttpRequest, posting_id: int, body: sent.ReasonIn) -> answers.PostingOut:
    """Hide a message, with a reason that the group reads."""
    person = tokens.person(request)
    return reading.shown([reporting.hide(messaging.posting(person, posting_id), by=person, reason=body.reason)])[0]


@router.post("/postings/{int:posting_id}/release", response=answers.PostingOut, tags=["steering"])
def release(request: HttpRequest, posting_id: int) -> answers.PostingOut:
    """Let a message appear that waits for screening."""
    person = tokens.person(request)
    return reading.shown([reporting.release(_of_a_case(messaging.posting(person, posting_id)), by=person)])[0]


@router.post("/police-messages", response={201: answers.CasePage}, tags=["cases"])
def place_police_message(request: HttpRequest, body: sent.PoliceMessageIn) -> Made:
    """Place a message of the police, or on their behalf with source and time: a case begins."""
    person = tokens.person(request)
    case = police.place(
        body.text, by=person, source=body.source, source_at=body.source_at, key=body.key, valid_until=body.valid_until,
        police_number=body.police_number, police_number_shown=body.police_number_shown, **_meant_for(person, body), **body.extras.given(),
    )  # fmt: skip
    return Status(201, reading.case_page(person, case))


@router.post("/police-messages/reach", response=answers.ReachOut, tags=["cases"])
def reach_of_police_message(request: HttpRequest, body: sent.AreaIn) -> answers.ReachOut:
    """Whom a message for this area would reach; nothing is sent."""
    person = tokens.person(request)
    meant = _meant_for(person, body)
    found = police.reach(person, police.within(person, meant["area"], meant["outline"]), to=meant["to"])
    enters, watch = ([answers.GroupOut.of(g) for g in some] for some in (found.entries, found.watch))
    return answers.ReachOut(enters=enters, watch=watch, groups=found.groups, people=found.people)


@router.post("/cases/{reference}/extension", response=answers.CasePage, tags=["cases"])
def extend_police_message(request: HttpRequest, reference: str, body: sent.ExtensionIn) -> answers.CasePage:
    """Let the message of the police with which the case began hold longer, before it has run out."""
    person = tokens.person(request)
    validity.extend(reading.case_of(person, reference), valid_until=body.valid_until, by=person)
    return reading.case_page(person, reading.case_of(person, reference))


@router.post("/groups/{int:group_id}/notices", response={201: answers.PostingOut}, tags=["groups"])
def place_notice(request: HttpRequest, group_id: int, body: sent.TextIn) -> Made:
    """A notice of the steering group to a watch group."""
    person = tokens.person(request)
    return _posting(postings.place_notice(body.text, group=groups.group(person, group_id), by=person, key=body.key))


@router.post("/groups/{int:group_id}/talk", response={201: answers.PostingOut}, tags=["groups"])
def converse(request: HttpRequest, group_id: int, body: sent.TextIn) -> Made:
    """Plain conversation, in steering and coordination groups only."""
    person = tokens.person(request)
    return _posting(postings.converse(body.text, group=groups.group(person, group_id), by=person, key=body.key))


@router.post("/letters", response={201: answers.LetterOut}, tags=["letters"])
def write_letter(request: HttpRequest, body: sent.LetterIn) -> Made:
    """A private word to a resident, or the resident's answer."""
    person = tokens.person(request)
    steering, resident = _correspondents(person, body.steering, body.resident)
    about = messaging.posting(person, body.about) if body.about else None
    return Status(201, answers.LetterOut.of(letters.write(body.text, steering=steering, resident=resident, by=person, about=about)))


@router.post("/follows/{int:follow_id}/stop", response={204: None}, tags=["steering"])
def stop_following(request: HttpRequest, follow_id: int) -> Made:
    """Later reactions no longer go along by themselves."""
    person = tokens.person(request)
    following.stop(cases.follow(person, follow_id), by=person)
    return Status(204, None)


def _posting(posting: Posting) -> Made:
    return Status(201, reading.shown([posting])[0])


def _made(response: HttpResponse, posting: Posting) -> Made:
    made = _posting(posting)
    response["Location"] = reverse("api-1.0.0:show_case", args=[made.value.case])
    return made


def _meant_for(person: Person, body: sent.PoliceMessageIn | sent.AreaIn) -> dict[str, Any]:
    """The groups and neighbourhoods of a message of the police; what this person cannot place in does not exist for them."""
    mine = {n.pk: n for n in police.neighbourhoods(person)}
    if set(body.area) - mine.keys():
        raise Http404
    to = [groups.group(person, pk) for pk in dict.fromkeys(body.to)]
    if not to and not police.places(person):
        raise Http404
    return {"to": to, "area": [mine[pk] for pk in dict.fromkeys(body.area)], "outline": body.outline}


def _of_a_case(posting: Posting) -> Posting:
    if not hasattr(posting.message, "contribution"):
        raise postings.NotHere(_("This message does not belong to a case."))
    return posting


def _on_route(posting: Posting, allowed: Mapping[int, Group], wanted: list[int]) -> list[Group]:
    # A group off the route and one that does not exist get the same answer: programs cannot feel around for groups.
    if not wanted or set(wanted) - allowed.keys():
        raise forwarding.NotOnRoute(_("From %(here)s you cannot forward to these groups.") % {"here": posting.group.name})
    return [allowed[pk] for pk in dict.fromkeys(wanted)]


def _correspondents(person: Person, steering: int, resident: int) -> tuple[Group, Person]:
    if resident == person.pk:
        letter = letters.readable(person).filter(steering=steering, resident=person, officer=None).first()
        if letter is None:
            raise Http404
        return letter.steering, person
    group = tokens.steering(person, steering)
    run = [g for g in groups.groups(person) if g.run_by_id == group.pk]
    found = roles.members(run).filter(pk=resident).first()
    if found is None:
        raise Http404
    return group, found
