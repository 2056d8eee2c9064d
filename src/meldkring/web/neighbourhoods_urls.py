"""The addresses of the pages about neighbourhoods and their borders."""

from django.urls import path

from meldkring.web import neighbourhoods

urlpatterns = [
    path("buurten/", neighbourhoods.every, name="neighbourhoods_every"),
    path("buurten/<slug:slug>/", neighbourhoods.overview, name="neighbourhoods"),
    path("buurten/<slug:slug>/nieuw/", neighbourhoods.make, name="neighbourhood_make"),
    path("buurt/<int:pk>/", neighbourhoods.neighbourhood, name="neighbourhood"),
    path("buurt/<int:pk>/adressen/", neighbourhoods.addresses, name="neighbourhood_addresses"),
    path("buurt/<int:pk>/splitsen/", neighbourhoods.split, name="neighbourhood_split"),
    path("buurt/<int:pk>/grenst-aan/", neighbourhoods.beside, name="neighbourhood_beside"),
    path("buurt/<int:pk>/weg/", neighbourhoods.remove, name="neighbourhood_remove"),
    path("grenzen/<int:pk>/terug/", neighbourhoods.undo, name="borders_undo"),
]
