"""The addresses of the pages for who comes to look, beside a district's own page."""

from django.urls import URLPattern, path

from meldkring.web import complaints, district, found_by, public_name

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
    path("<slug:slug>/klacht/", complaints.complain, name="complain"),
    path("<slug:slug>/plaatje.png", found_by.picture, name="district_picture"),
    path("<slug:slug>/badge.svg", found_by.badge, name="district_badge"),
    path("<slug:slug>/badge/", found_by.badge_page, name="district_badge_page"),
]
