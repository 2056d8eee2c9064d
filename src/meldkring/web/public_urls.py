"""The addresses of the pages for who comes to look, beside a district's own page."""

from django.urls import URLPattern, path

from meldkring.web import complaints, district, found_by, public_name, starting

urlpatterns: list[URLPattern] = [
    path("sitemap.xml", found_by.sitemap, name="sitemap"),
    path("robots.txt", found_by.robots, name="robots"),
    path("plaatje.png", found_by.picture, name="picture"),
    path("stuurgroep/naam/<int:pk>/", public_name.change, name="public_name"),
    path("kaart/", district.on_map, name="districts_map"),
    path("klachten/", complaints.complaints, name="complaints"),
    path("klachten/<int:pk>/", complaints.complaint, name="complaint"),
    path("klachten/<int:pk>/afsluiten/", complaints.close, name="complaint_close"),
    path("klachten/<int:pk>/brief/", complaints.letter, name="complaint_letter"),
    path("beginnen/", starting.guide, name="start_here"),
    path("beginnen/gegevens/", starting.answers, name="start_answers"),
    path("beginnen/code/", starting.code, name="start_code"),
    path("beginnen/code/opnieuw/", starting.code_again, name="start_code_again"),
    path("beginnen/aanvragen/", starting.asked, name="start_asked"),
    path("beginnen/aanvragen/<int:pk>/", starting.decide, name="start_decide"),
    path("beginnen/lijst/<slug:slug>/", starting.steps, name="start_steps"),
    path("beginnen/lijst/<slug:slug>/open/", starting.open_to_public, name="start_open"),
    path("<slug:slug>/welkom/<slug:word>/", starting.invited, name="district_invited"),
    path("<slug:slug>/klacht/", complaints.complain, name="complain"),
    path("<slug:slug>/plaatje.png", found_by.picture, name="district_picture"),
    path("<slug:slug>/poster.pdf", found_by.poster, name="district_poster"),
    path("<slug:slug>/badge.svg", found_by.badge, name="district_badge"),
    path("<slug:slug>/badge/", found_by.badge_page, name="district_badge_page"),
]
