"""The addresses with which a district makes itself known, and the short link that stands on its paper."""

from django.urls import URLPattern, path

from meldkring.web import publicity, publicity_corners, publicity_quotes, publicity_texts

urlpatterns: list[URLPattern] = [
    path("q/<slug:code>", publicity.short_link, name="short_link"),
    path("q/<slug:code>/", publicity.short_link),
    path("bekend/", publicity.start, name="publicity_start"),
    path("bekend/<slug:slug>/", publicity.kit, name="publicity"),
    path("bekend/<slug:slug>/stuk/<slug:key>.<slug:extension>", publicity.download, name="publicity_piece"),
    path("bekend/<slug:slug>/voorbeeld/<slug:key>-<int:page>.png", publicity.preview, name="publicity_preview"),
    path("bekend/<slug:slug>/hoeken/", publicity_corners.corners_page, name="publicity_corners"),
    path("bekend/<slug:slug>/hoeken/lijst.<slug:extension>", publicity_corners.download, name="publicity_corners_list"),
    path("bekend/<slug:slug>/hoeken/<int:pk>/", publicity_corners.corner, name="publicity_corner"),
    path("bekend/<slug:slug>/hoeken/<int:pk>/weg/", publicity_corners.remove, name="publicity_corner_remove"),
    path("bekend/<slug:slug>/tekst/<slug:kind>/", publicity_texts.text, name="publicity_text"),
    path("bekend/<slug:slug>/tekst/<slug:kind>/voorbeeld.png", publicity_texts.preview, name="publicity_text_preview"),
    path("bekend/<slug:slug>/tekst/<slug:kind>/opnieuw/", publicity_texts.begin_again, name="publicity_text_again"),
    path("bekend/<slug:slug>/citaten/", publicity_quotes.quotes, name="publicity_quotes"),
    path("bekend/<slug:slug>/citaten/<int:pk>/niet-meer/", publicity_quotes.cancel, name="publicity_quote_cancel"),
    path("citaten/", publicity_quotes.mine, name="my_quotes"),
    path("citaten/<int:pk>/", publicity_quotes.answer, name="my_quote_answer"),
]
