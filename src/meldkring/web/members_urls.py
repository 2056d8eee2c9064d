"""The addresses of the pages about members: who waits, who is in, and a member's own address and leaving."""

from django.urls import path

from meldkring.web import admission, members, moving

urlpatterns = [
    path("leden/", admission.waiting, name="members"),
    path("leden/toelaten/", admission.admit_ticked, name="members_admit"),
    path("leden/aanmelding/<int:pk>/", admission.application, name="members_application"),
    path("leden/aanmelding/<int:pk>/toelaten/", admission.admit, name="members_application_admit"),
    path("leden/aanmelding/<int:pk>/afwijzen/", admission.decline, name="members_application_decline"),
    path("leden/aanmelding/<int:pk>/vragen/", admission.ask, name="members_application_ask"),
    path("leden/aanmelding/<int:pk>/gegevens/", admission.show_details, name="members_application_details"),
    path("leden/groep/<int:pk>/", members.group, name="members_group"),
    path("leden/lid/<int:pk>/", members.member, name="members_member"),
    path("leden/lid/<int:pk>/gegevens/", members.show_details, name="members_member_details"),
    path("leden/lid/<int:pk>/verplaatsen/", members.move, name="members_member_move"),
    path("leden/lid/<int:pk>/adres-klopt/", members.confirm, name="members_member_confirm"),
    path("ik/adres/", moving.address, name="my_address"),
    path("ik/adres/klopt/", moving.still_here, name="my_address_right"),
    path("ik/uit-de-groep/", moving.leave, name="leave"),
    path("nieuwe-buren/", moving.newcomers, name="newcomers"),
    path("nieuwe-buren/<int:pk>/", moving.vouch, name="newcomer_vouch"),
]
