"""The addresses of the figures."""

from django.urls import URLPattern, path

from meldkring.web import figures

urlpatterns: list[URLPattern] = [
    path("cijfers/", figures.first, name="figures_first"),
    path("cijfers/<slug:kind>/<int:pk>/", figures.figures, name="figures"),
    path("cijfers/<slug:kind>/<int:pk>/csv/", figures.as_csv, name="figures_csv"),
]
