"""The addresses with which a district makes itself known, and the short link that stands on its paper."""

from django.urls import URLPattern, path

from meldkring.web.publicity import corners, kit, quotes, texts

urlpatterns: list[URLPattern] = [
    path("q/<slug:code>", kit.short_link, name="short_link"),
    path("q/<slug:code>/", kit.short_link),
    path("bekend/", kit.start, name="publicity_start"),
    path("bekend/<slug:slug>/", kit.kit, name="publicity"),
    path("bekend/<slug:slug>/stuk/<slug:key>.<slug:extension>", kit.download, name="publicity_piece"),
    path("bekend/<slug:slug>/voorbeeld/<slug:key>-<int:page>.png", kit.preview, name="publicity_preview"),
    path("bekend/<slug:slug>/hoeken/", corners.corners_page, name="publicity_corners"),
    path("bekend/<slug:slug>/hoeken/lijst.<slug:extension>", corners.download, name="publicity_corners_list"),
    path("bekend/<slug:slug>/hoeken/<int:pk>/", corners.corner, name="publicity_corner"),
    path("bekend/<slug:slug>/hoeken/<int:pk>/weg/", corners.remove, name="publicity_corner_remove"),
    path("bekend/<slug:slug>/tekst/<slug:kind>/", texts.text, name="publicity_text"),
    path("bekend/<slug:slug>/tekst/<slug:kind>/voorbeeld.png", texts.preview, name="publicity_text_preview"),
    path("bekend/<slug:slug>/tekst/<slug:kind>/opnieuw/", texts.begin_again, name="publicity_text_again"),
    path("bekend/<slug:slug>/citaten/", quotes.quotes, name="publicity_quotes"),
    path("bekend/<slug:slug>/citaten/<int:pk>/niet-meer/", quotes.cancel, name="publicity_quote_cancel"),
    path("citaten/", quotes.mine, name="my_quotes"),
    path("citaten/<int:pk>/", quotes.answer, name="my_quote_answer"),
]
