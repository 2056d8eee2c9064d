"""What is kept of me, all of it as a file, and erasing it: without asking anybody. And the answer of who stayed away for a year."""

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from meldkring.forgetting import erasing, own_data, staying_away
from meldkring.joining import moving
from meldkring.web.frame import shell, telling


@require_GET
@shell.member
@never_cache
def data(request: HttpRequest) -> HttpResponse:
    """What we keep, how much, until when."""
    return render(request, "me/data.html", {"parts": own_data.parts(shell.person(request))})


@require_POST
@shell.member
@never_cache
def file(request: HttpRequest) -> HttpResponse:
    """All of it, as one file."""
    answer = HttpResponse(own_data.whole(shell.person(request)), content_type="application/json; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="meldkring-{timezone.localdate():%Y-%m-%d}.json"'
    return answer


@shell.member
@never_cache
def erase(request: HttpRequest) -> HttpResponse:
    """Read what it means, say that one understands, and be forgotten."""
    person = shell.person(request)
    if request.method == "POST" and request.POST.get("sure"):
        with telling.told(request):
            erasing.erase(person, by=person)
            logout(request)
            return render(request, "me/erased.html")
    context = {"steers": moving.steering_roles(person), "unsure": request.method == "POST" and not request.POST.get("sure")}
    return render(request, "me/erase.html", context, status=422 if request.method == "POST" else 200)


@never_cache
def stay(request: HttpRequest, token: str) -> HttpResponse:
    """One tap from the e-mail, without signing in: I still want to take part."""
    person = staying_away.by_token(token)
    stays = person is not None and request.method == "POST"
    if person is not None and stays:
        staying_away.stay(person)
    return render(request, "me/stay.html", {"who": person, "stays": stays}, status=200 if person else 404)
