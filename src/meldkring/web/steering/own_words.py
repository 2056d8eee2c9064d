"""Which words of neighbours may go where only our own words may (ADR 0007)? What waits for that on the desk and of one case, and deciding it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from meldkring.cases import access, approving
from meldkring.cases.models import Case
from meldkring.channels import registry
from meldkring.delivery import releasing
from meldkring.groups import roles
from meldkring.groups.models import Group
from meldkring.messaging import access as messaging_access
from meldkring.messaging import posting as postings
from meldkring.messaging.models import Posting
from meldkring.web.frame import refusals, shell, showing, telling

PER_PAGE = 20


class WordsForm(forms.Form):
    """The words as they go out."""

    text = forms.CharField(
        label=_("This is what neighbours get to read"), max_length=postings.LONGEST, widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("There is no text yet. Write a few words.")},
    )  # fmt: skip

    def __init__(self, data: Any = None, *, posting: Posting, text: str = "") -> None:
        super().__init__(data, initial={"text": text}, auto_id=f"words-{posting.pk}-%s")


@dataclass(frozen=True)
class Card:
    """Words that wait: of which post, as they would go, along what, to how many people; `anew` when its writer is gone, so they are written anew;
    `named` when something in them was taken for a name."""

    post: showing.Post
    form: WordsForm
    along: str
    people: int
    anew: bool = False
    named: bool = False


@dataclass(frozen=True)
class Taken:
    """Words released a moment ago, with the seconds left to take them back."""

    pk: int
    words: str
    case: Case
    undo_seconds: int


def cards(waiting: Sequence[Posting], *, refused: WordsForm | None = None, of: int = 0) -> list[Card]:
    """What waits, ready to be shown; with the form that was refused in the place of its own."""
    along, readers = " / ".join(_along().values()), _readers(waiting)
    known = approving.drafts([p.message for p in waiting])
    found = []
    for posting, post in zip(waiting, showing.posts(waiting), strict=True):
        form = refused if refused and posting.pk == of else WordsForm(posting=posting, text=known[posting.message_id])
        anew, named = posting.message.author_id is None, approving.no_name() in known[posting.message_id]
        found.append(Card(post, form, along, readers[posting.group_id], anew=anew, named=named))
    return found


def on_desk(request: HttpRequest, steering: Group, judged: Iterable[Posting]) -> tuple[dict[int, Card], dict[str, Any]]:
    """What the desk of a steering group shows: by message the words that wait of what is to be judged; of what else waits the cases; and what was
    released a moment ago."""
    runs = [g for g in shell.groups(request, roles.Right.SCREEN) if g.run_by_id == steering.pk]
    waiting = _asked_for(approving.waiting(shell.person(request), runs)) if releasing.readers(runs, list(_along())) else []
    here = {p.message_id for p in judged}
    found = {card.post.message_id: card for card in cards([p for p in waiting if p.message_id in here])}
    cases: dict[Case, int] = {}
    for posting in waiting:
        if posting.message_id not in here:
            case = posting.message.contribution.case
            cases[case] = cases.get(case, 0) + 1
    return found, {"words_cases": list(cases.items()), "words_taken": taken(request, runs)}


def of_case(request: HttpRequest, case: Case) -> list[Posting]:
    """What of this case waits for this person; nothing where no channel asks for it."""
    found = approving.of_case(shell.person(request), case, shell.groups(request, roles.Right.SCREEN)) if _along() else []
    return _asked_for(found)


def taken(request: HttpRequest, groups: Sequence[Group]) -> list[Taken]:
    """What this person can still take back."""
    now = timezone.now()
    return [
        Taken(one.pk, one.words, one.message.contribution.case, max(1, int((one.holds_from - now).total_seconds())))
        for one in approving.recent(shell.person(request), groups)
    ]


@require_GET
@shell.member
def words(request: HttpRequest, reference: str) -> HttpResponse:
    """Every message of one case whose words wait."""
    return _page(request, access.case(shell.person(request), reference))


@require_POST
@shell.member
def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Release these words; refused, the page of the case's words comes back with what was typed."""
    posting = messaging_access.posting(shell.person(request), pk)
    contribution = showing.contribution(posting)
    form = WordsForm(request.POST, posting=posting)
    if contribution is None or not roles.has(shell.person(request), roles.Right.SCREEN, posting.group):
        raise Http404
    if form.is_valid():
        try:
            approving.approve(posting, words=form.cleaned_data["text"], by=shell.person(request))
        except refusals.REFUSALS as refusal:
            refusals.onto(form, refusal)
        else:
            return telling.back(request, otherwise=reverse("case_words", args=[contribution.case.reference]))
    return _page(request, contribution.case, refused=form, of=posting)


@require_POST
@shell.member
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the release back, within ten seconds."""
    approval = access.approval(shell.person(request), pk)
    with telling.told(request):
        approving.undo(approval, by=shell.person(request))
    return telling.back(request, otherwise=reverse("case_words", args=[approval.message.contribution.case.reference]))


def _page(request: HttpRequest, case: Case, *, refused: WordsForm | None = None, of: Posting | None = None) -> HttpResponse:
    screened = shell.groups(request, roles.Right.SCREEN)
    if not screened:
        raise Http404
    waiting, here = Paginator(of_case(request, case), PER_PAGE), reverse("case_words", args=[case.reference])
    page = waiting.get_page(_place(of, waiting) if of else request.GET.get("page"))
    context = {
        "case": case,
        "cards": cards(list(page.object_list), refused=refused, of=of.pk if of else 0),
        "page": page,
        "refused": refused if of and of.pk not in {p.pk for p in page} else None,
        "taken": taken(request, screened),
        "here": here if page.number == 1 else f"{here}?page={page.number}",
        "pages_of": here,
    }
    return render(request, "own_words/case.html", context, status=422 if refused else 200)


def _place(posting: Posting, waiting: "Paginator[Posting]") -> int:
    """On which page it stands; the first if it does not wait any more."""
    return next((n for n in waiting.page_range if posting.pk in {p.pk for p in waiting.page(n)}), 1)


def _asked_for(waiting: Sequence[Posting]) -> list[Posting]:
    """Of these what stands where somebody is told along such a channel: about other words nobody need decide."""
    readers = _readers(waiting)
    return [p for p in waiting if readers[p.group_id]]


def _readers(waiting: Sequence[Posting]) -> dict[int, int]:
    """How many people each of these groups has who are told along such a channel."""
    along = list(_along())
    return {pk: releasing.readers([group], along) for pk, group in {p.group_id: p.group for p in waiting}.items()}


def _along() -> dict[str, str]:
    """The channels of this installation where only our own words may go: name and what people call it."""
    here, kinds = registry.here().channels, registry.kinds()
    return {name: str(kinds[name].label) for name, channel in here.items() if channel.capabilities().own_words}
