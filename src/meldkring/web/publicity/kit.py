"""How does a district become known? The kit: every piece with a picture, in two languages, in colour or not; and the short link on it."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.http import urlencode
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_GET, require_safe

from meldkring.places.models import District
from meldkring.publicity import access, facts, links, pieces, printing, writing
from meldkring.publicity.models import Corner, Material, Text
from meldkring.web.frame import numbers, shell

TYPES = {"pdf": "application/pdf", "svg": "image/svg+xml", "png": "image/png"}
COLOURS = {"kleur": "colour", "zwart-wit": "bw"}
PREVIEW_WIDTH = 640


@dataclass(frozen=True)
class Asked:
    """In which language, which colours and for which corner the kit is shown, with the words of the address for it."""

    language: str
    colour: str
    corner: Corner | None

    @property
    def look(self) -> printing.Look:
        return printing.Look(self.language, COLOURS[self.colour], self.corner)

    def query(self, **other: str) -> str:
        mine = {"taal": self.language, "kleur": self.colour, "hoek": str(self.corner.pk) if self.corner else ""}
        return urlencode({name: value for name, value in (mine | other).items() if value})


@never_cache
@require_safe
def short_link(request: HttpRequest, code: str) -> HttpResponse:
    """To the page of the district. One more on this day; who came, and from where, is not looked at."""
    ahead = request.method == "HEAD" or "prefetch" in request.headers.get("Sec-Purpose", "")
    found = links.opened(code, count=not ahead)
    if found is None:
        raise Http404
    return redirect("district", found.district.slug)


@require_GET
@shell.member
def start(request: HttpRequest) -> HttpResponse:
    """To the kit of the one district of this person, or a choice."""
    found = access.districts(shell.person(request))
    if not found:
        raise Http404
    if len(found) == 1:
        return redirect("publicity", found[0].slug)
    return render(request, "publicity/choose.html", {"districts": found})


@require_GET
@shell.member
def kit(request: HttpRequest, slug: str) -> HttpResponse:
    """Everything there is to print and to write."""
    here = access.district(shell.person(request), slug)
    look = asked(request, here)
    scans = links.counts(here)
    context = {
        "district": here,
        "asked": look,
        "languages": [("nl", _("Dutch"), look.query(taal="nl")), ("en", _("English"), look.query(taal="en"))],
        "colours": [
            ("kleur", _("In colour"), look.query(kleur="kleur")),
            ("zwart-wit", _("Black and white"), look.query(kleur="zwart-wit")),
        ],
        "corners": access.corners(here),
        "lead_nowhere": links.lead_nowhere(),
        "told": facts.of(here).lines(),
        "cards": [_card(here, piece, look, scans.get(piece.key)) for piece in pieces.PIECES.values()],
        "texts": [{"kind": kind, "name": kind.label, "url": text_url(here, kind, look.language)} for kind in writing.LETTERS],
        "article": text_url(here, Text.ARTICLE, look.language),
        "post": text_url(here, Text.POST, look.language),
        "scans": {"letter": scans.get(Material.LETTER), "article": scans.get(Material.ARTICLE), "post": scans.get(Material.POST)},
    }
    return render(request, "publicity/kit.html", context)


@require_GET
@shell.member
@cache_control(private=True, no_cache=True)
def download(request: HttpRequest, slug: str, key: str, extension: str) -> HttpResponse:
    """A piece as a file."""
    here, piece = access.district(shell.person(request), slug), _piece(key)
    if extension not in piece.formats:
        raise Http404
    look = asked(request, here)
    data = printing.piece(piece, here, look.look)
    made = printing.png(piece.shape, data)[0] if extension == "png" else getattr(printing, extension)(piece.shape, data)
    with translation.override(look.language):
        parts = (piece.name, here.name, _("black and white") if look.colour == "zwart-wit" else "", look.corner.name if look.corner else "")
    return as_file(made, "-".join(slugify(part) for part in parts if part), extension)


@require_GET
@shell.member
@cache_control(private=True, max_age=60)
def preview(request: HttpRequest, slug: str, key: str, page: int) -> HttpResponse:
    """A small picture of one page of a piece."""
    here, piece = access.district(shell.person(request), slug), _piece(key)
    if not 1 <= page <= piece.pages:
        raise Http404
    data = {**printing.piece(piece, here, asked(request, here).look), "marks": False}
    return HttpResponse(printing.png(piece.shape, data, ppi=piece.ppi(PREVIEW_WIDTH))[page - 1], content_type=TYPES["png"])


def asked(request: HttpRequest, here: District) -> Asked:
    """What the address says; anything odd is as if it was not said."""
    language, colour, corner = (request.GET.get(name, "") for name in ("taal", "kleur", "hoek"))
    return Asked(
        language if language in printing.LANGUAGES else "nl",
        colour if colour in COLOURS else "kleur",
        access.corner(here, pk) if (pk := numbers.one(corner)) else None,
    )


def as_file(made: bytes | str, name: str, extension: str) -> HttpResponse:
    """The answer with which a browser keeps a file."""
    kind = {**TYPES, "txt": "text/plain; charset=utf-8", "html": "text/html; charset=utf-8", "csv": "text/csv; charset=utf-8"}[extension]
    return HttpResponse(made, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{name}.{extension}"'})


def text_url(here: District, kind: Text, language: str) -> str:
    return f"{reverse('publicity_text', args=[here.slug, kind])}?taal={language}"


def _piece(key: str) -> pieces.Piece:
    if key not in pieces.PIECES:
        raise Http404
    return pieces.PIECES[key]


def _card(here: District, piece: pieces.Piece, look: Asked, scans: links.Count | None) -> dict[str, Any]:
    query = look.query()
    return {
        "piece": piece,
        "files": [(e.upper(), f"{reverse('publicity_piece', args=[here.slug, piece.key, e])}?{query}") for e in piece.formats],
        "pictures": [f"{reverse('publicity_preview', args=[here.slug, piece.key, n + 1])}?{query}" for n in range(piece.pages)],
        "shape": piece.width / piece.height,
        "scans": scans,
    }
