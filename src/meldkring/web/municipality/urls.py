"""The addresses of the figures and of the overview of a municipality."""

from django.urls import URLPattern, path

from meldkring.web.municipality import districts, figures, linking, overview, rights, themes

urlpatterns: list[URLPattern] = [
    path("cijfers/", figures.first, name="figures_first"),
    path("cijfers/<slug:kind>/<int:pk>/", figures.figures, name="figures"),
    path("cijfers/<slug:kind>/<int:pk>/csv/", figures.as_csv, name="figures_csv"),
    path("gemeenten/", overview.towns, name="towns"),
    path("gemeenten/<int:pk>/", overview.municipality, name="municipality"),
    path("gemeenten/<int:pk>/nieuw/", districts.start, name="municipality_start"),
    path("gemeenten/<int:pk>/uiterlijk/", themes.theme, name="theme"),
    path("gemeenten/<int:pk>/uiterlijk/besluit/", themes.decide, name="theme_decide"),
    path("gemeenten/<int:pk>/uiterlijk/concept.css", themes.draft, name="theme_draft"),
    path("uiterlijk/<int:pk>/<slug:digest>.css", themes.sheet, name="theme_sheet"),
    path("gemeenten/<int:pk>/rechten/", rights.rights, name="rights"),
    path("gemeenten/<int:pk>/rechten/csv/", rights.as_csv, name="rights_csv"),
    path("gemeenten/<int:pk>/rechten/<int:membership>/", rights.decide, name="rights_decide"),
    path("gemeenten/<int:pk>/wijk/<int:district>/", districts.district, name="municipality_district"),
    path("gemeenten/<int:pk>/wijk/<int:district>/koppel/", districts.link, name="district_link"),
    path("gemeenten/<int:pk>/wijk/<int:district>/voeg-samen/", districts.merge, name="district_merge"),
    path("gemeenten/<int:pk>/wijk/<int:district>/sluit/", districts.close, name="district_close"),
    path("koppelen/<slug:slug>/", linking.linked, name="linking"),
    path("koppelen/<slug:slug>/besluit/", linking.decide, name="linking_decide"),
    path("koppelen/<slug:slug>/wie/", linking.choose, name="linking_choose"),
    path("gemeenten/<int:pk>/csv/", overview.as_csv, name="municipality_csv"),
]
