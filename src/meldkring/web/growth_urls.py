"""The addresses of the pages about growth: how the groups fare, and a proposal to change them."""

from django.urls import URLPattern, path

from meldkring.web import growth, growth_plan

urlpatterns: list[URLPattern] = [
    path("groei/", growth.overview, name="growth"),
    path("groei/<int:pk>/verdeel/<int:group>/", growth.divide, name="growth_divide"),
    path("groei/<int:pk>/nieuw/<slug:kind>/", growth.arrange, name="growth_arrange"),
    path("groei/voorstel/<int:pk>/", growth_plan.plan, name="growth_plan"),
    path("groei/voorstel/<int:pk>/wijzig/", growth_plan.change, name="growth_change"),
    path("groei/voorstel/<int:pk>/mening/", growth_plan.opine, name="growth_opine"),
    path("groei/voorstel/<int:pk>/trek-in/", growth_plan.withdraw, name="growth_withdraw"),
    path("groei/voorstel/<int:pk>/voer-uit/", growth_plan.carry_out, name="growth_carry_out"),
    path("groei/voorstel/<int:pk>/draai-terug/", growth_plan.undo, name="growth_undo"),
    path("groei/gelezen/<int:pk>/", growth.seen, name="growth_seen"),
]
