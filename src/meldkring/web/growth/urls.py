"""The addresses of the pages about growth: how the groups fare, a proposal to change them, neighbourhoods and their borders."""

from django.urls import URLPattern, path

from meldkring.web.growth import neighbourhoods, plan, proposals

urlpatterns: list[URLPattern] = [
    path("groei/", proposals.overview, name="growth"),
    path("groei/<int:pk>/verdeel/<int:group>/", proposals.divide, name="growth_divide"),
    path("groei/<int:pk>/nieuw/<slug:kind>/", proposals.arrange, name="growth_arrange"),
    path("groei/voorstel/<int:pk>/", plan.plan, name="growth_plan"),
    path("groei/voorstel/<int:pk>/wijzig/", plan.change, name="growth_change"),
    path("groei/voorstel/<int:pk>/mening/", plan.opine, name="growth_opine"),
    path("groei/voorstel/<int:pk>/trek-in/", plan.withdraw, name="growth_withdraw"),
    path("groei/voorstel/<int:pk>/voer-uit/", plan.carry_out, name="growth_carry_out"),
    path("groei/voorstel/<int:pk>/draai-terug/", plan.undo, name="growth_undo"),
    path("groei/gelezen/<int:pk>/", proposals.seen, name="growth_seen"),
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
