"""The addresses of the pages of a district: its own page, signing up and the house rules. A district's own address comes last."""

from django.urls import path

from meldkring.web import district, house_rules, sign_up, sign_up_after

urlpatterns = [
    path("spelregels/", house_rules.house_rules, name="house_rules"),
    path("spelregels/<int:pk>/wijzigen/", house_rules.edit, name="house_rules_edit"),
    path("wijk-zoeken/", district.find, name="find_district"),
    path("nog-geen-wijk/", sign_up_after.elsewhere, name="elsewhere"),
    path("<slug:slug>/meedoen/", sign_up.sign_up, name="sign_up"),
    path("<slug:slug>/meedoen/code/", sign_up.again, name="sign_up_again"),
    path("<slug:slug>/meedoen/verder/", sign_up_after.resume, name="sign_up_resume"),
    path("<slug:slug>/meedoen/verder/<str:token>/", sign_up_after.go_on, name="sign_up_go_on"),
    path("<slug:slug>/meedoen/status/", sign_up_after.status, name="sign_up_status"),
    path("<slug:slug>/meedoen/stoppen/", sign_up_after.withdraw, name="sign_up_withdraw"),
    path("<slug:slug>/", district.district, name="district"),
]
