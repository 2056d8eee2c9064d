"""The addresses of the pages with which a steering group runs itself, its district's settings, and the first page of an empty installation."""

from django.urls import URLPattern, path

from meldkring.web.running import agreed, colleagues, duty, exercise, first_run, public_name

urlpatterns: list[URLPattern] = [
    path("stuurgroep/", colleagues.running, name="running"),
    path("stuurgroep/<int:pk>/<slug:deed>/", colleagues.act, name="running_act"),
    path("stuurgroep/dienst/", duty.rota, name="duty"),
    path("stuurgroep/<int:pk>/dienst/neem/", duty.take, name="duty_take"),
    path("stuurgroep/<int:pk>/dienst/verdeel/", duty.fill, name="duty_fill"),
    path("stuurgroep/dienst/<int:pk>/geef/", duty.give, name="duty_give"),
    path("stuurgroep/dienst/<int:pk>/weg/", duty.drop, name="duty_drop"),
    path("instellingen/<slug:slug>/", agreed.district, name="district_settings"),
    path("stuurgroep/naam/<int:pk>/", public_name.change, name="public_name"),
    path("oefening/", exercise.exercise, name="exercise"),
    path("begin/", first_run.begin, name="begin"),
]
