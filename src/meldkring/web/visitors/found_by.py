"""How do others find and show the public pages? The site map, the rules for robots, the picture beside a link, and the badge for another site."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_safe

from meldkring.places.models import District
from meldkring.publicity import pieces, preview, printing, public_facts
from meldkring.publicity.models import Material
from meldkring.web.frame import for_anyone, visitor
from meldkring.web.visitors import district as pages

DAY, HOUR = 24 * 60 * 60, 60 * 60
ROBOTS = """User-agent: *
Disallow: /account/
Disallow: /api/
Disallow: /ik/
Disallow: /*/meedoen/

Sitemap: {site}{sitemap}
"""
ALWAYS = ("home", "districts_map", "start_here", "about", "privacy", "accessibility")


@require_safe
@for_anyone.kept(seconds=HOUR)
def sitemap(request: HttpRequest) -> HttpResponse:
    """Every page that a search engine may show."""
    slugs = public_facts.districts().order_by("pk").values_list("slug", flat=True)
    paths = [*map(reverse, ALWAYS), *(reverse("district", args=[slug]) for slug in slugs)]
    lines = [f"<url><loc>{settings.SITE_URL}{path}</loc></url>" for path in paths]
    head = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
    return HttpResponse(head + "\n".join(lines) + "\n</urlset>\n", content_type="application/xml; charset=utf-8")


@require_safe
@for_anyone.kept(seconds=HOUR)
def robots(request: HttpRequest) -> HttpResponse:
    """What is of no use to a search engine. It protects nothing: what is not public asks for a session."""
    return HttpResponse(ROBOTS.format(site=settings.SITE_URL, sitemap=reverse("sitemap")), content_type="text/plain; charset=utf-8")


@require_safe
@for_anyone.kept(seconds=DAY, browser=HOUR)
def picture(request: HttpRequest, slug: str = "") -> HttpResponse:
    """The picture that others show beside a link."""
    here = visitor.district(request, slug) if slug else None
    with translation.override(settings.LANGUAGE_CODE):
        return for_anyone.shared(HttpResponse(preview.picture(here), content_type="image/png"))


@require_safe
@for_anyone.kept(seconds=DAY, browser=HOUR)
def badge(request: HttpRequest, slug: str) -> HttpResponse:
    """The badge itself: it may stand on any site, sets no cookie and loads nothing."""
    here = visitor.district(request, slug)
    with translation.override(settings.LANGUAGE_CODE):
        return for_anyone.shared(HttpResponse(preview.badge(here), content_type="image/svg+xml; charset=utf-8"))


@require_safe
@for_anyone.kept(seconds=HOUR)
def poster(request: HttpRequest, slug: str) -> HttpResponse:
    """The poster of the district, for whoever wants to hang one."""
    here = visitor.district(request, slug)
    piece = pieces.PIECES[Material.POSTER_A4]
    made = printing.pdf(piece.shape, printing.piece(piece, here, printing.Look()))
    named = {"Content-Disposition": f'inline; filename="poster-{here.slug}.pdf"'}
    return HttpResponse(made, content_type="application/pdf", headers=named)


@require_safe
@for_anyone.kept()
@visitor.read
def badge_page(request: HttpRequest, slug: str) -> HttpResponse:
    """The one line to copy."""
    here = visitor.district(request, slug)
    return pages.page(request, "district/badge.html", {"district": here, "line": _line(here)})


def _line(district: District) -> str:
    with translation.override(settings.LANGUAGE_CODE):
        words = translation.gettext("Neighbourhood watch %(name)s: look and take part") % {"name": district.name}
    home, image = reverse("district", args=[district.slug]), reverse("district_badge", args=[district.slug])
    return f'<a href="{settings.SITE_URL}{home}"><img src="{settings.SITE_URL}{image}" alt="{words}" height="64"></a>'
