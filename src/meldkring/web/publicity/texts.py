"""The letter to the press, the article and the post: read, change, look and take along. What is typed is kept, also when it cannot go out yet."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from meldkring.people.models import Person
from meldkring.places.models import District
from meldkring.publicity import access, printing, writing
from meldkring.publicity.models import Quote, Text
from meldkring.web.frame import refusals, shell, telling
from meldkring.web.publicity import forms as publicity_forms
from meldkring.web.publicity import kit


@require_http_methods(["GET", "POST"])
@shell.member
@never_cache
def text(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """One text. Each button keeps what was typed first; the one for a file then answers with it."""
    person = shell.person(request)
    here, language, which = access.district(person, slug), _language(request), _kind(kind)
    written = writing.read(here, which, language)
    agreed = list(access.quotes(here).filter(state=Quote.State.AGREED))
    form = publicity_forms.TextForm(request.POST or None, written=written, agreed=agreed)
    theirs = None
    if form.is_valid():
        try:
            written = _save(form, here, which, language, by=person)
            return _after(request, here, written, by=person)
        except writing.Overtaken as refusal:
            theirs = refusal.theirs
            form.data = _with_version(form, theirs.version)
            form.add_error(None, str(refusal))
        except refusals.REFUSALS as refusal:
            form.data = _with_version(form, written.version)
            form.add_error("body", refusals.words(refusal))
    if request.POST.get("to") == "keep":
        return render(request, "publicity/kept.html", {"problem": " ".join(str(e) for errors in form.errors.values() for e in errors)})
    context = {
        "district": here, "kind": which, "name": which.label, "language": language, "form": form, "written": written, "theirs": theirs,
        "formats": writing.FORMATS[which], "quotes_open": access.quotes(here).filter(state=Quote.State.ASKED).count(),
        "languages": [("nl", _("Dutch")), ("en", _("English"))],
    }  # fmt: skip
    return render(request, "publicity/text.html", context, status=422 if form.is_bound else 200)


@require_GET
@shell.member
@never_cache
def preview(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """The first page as it was saved last."""
    here = access.district(shell.person(request), slug)
    written = writing.read(here, _kind(kind), _language(request))
    return HttpResponse(printing.png("letter", writing.sheet(written, here), ppi=77)[0], content_type="image/png")


@require_POST
@shell.member
def begin_again(request: HttpRequest, slug: str, kind: str) -> HttpResponse:
    """Back to our own text."""
    person = shell.person(request)
    here, language = access.district(person, slug), _language(request)
    with telling.told(request):
        writing.begin_again(here, _kind(kind), language, by=person)
        messages.success(request, _("The text is as we wrote it again."))
    return redirect(kit.text_url(here, _kind(kind), language))


def _save(form: forms.Form, here: District, kind: Text, language: str, *, by: Person) -> writing.Written:
    typed = form.cleaned_data
    return writing.keep(
        here, kind, language, title=typed["title"], body=typed["body"], quotes=typed.get("quotes", []), version=typed["version"], by=by
    )  # fmt: skip


def _after(request: HttpRequest, here: District, written: writing.Written, *, by: Person) -> HttpResponse:
    """What the button asked for, now that the text is kept: a file, a line that it is kept, or the page again."""
    kind, wanted = Text(written.kind), request.POST.get("to", "")
    if wanted == "keep":
        return render(request, "publicity/kept.html", {"written": written})
    if wanted not in writing.FORMATS[kind]:
        messages.success(request, _("Saved."))
        return redirect(kit.text_url(here, kind, written.language))
    out = writing.take_out(here, kind, written.language, by=by)
    made = writing.pdf(out, here) if wanted == "pdf" else writing.html(out) if wanted == "html" else out.plain()
    return kit.as_file(made, f"{here.slug}-{kind}-{written.language}", wanted)


def _with_version(form: forms.Form, version: int) -> QueryDict:
    """What was typed, on top of what stands there now."""
    given = QueryDict(mutable=True)
    given.update(form.data)
    given["version"] = str(version)
    return given


def _kind(kind: str) -> Text:
    if kind not in Text.values:
        raise Http404
    return Text(kind)


def _language(request: HttpRequest) -> str:
    language = request.GET.get("taal", "")
    return language if language in printing.LANGUAGES else "nl"
