"""The addresses of the pages about members: who waits, who is in, lists taken over, letters with a code, the roll-call, moving, leaving, expelling."""

from django.urls import path

from meldkring.web.membership import admission, code_letters, expelling, importing, members, moving, roll_call

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
    path("leden/lijsten/", importing.lists, name="member_lists"),
    path("leden/lijsten/<int:pk>/", importing.member_list, name="member_list"),
    path("leden/lijsten/<int:pk>/overnemen/", importing.take_over, name="member_list_take_over"),
    path("leden/<int:pk>/uitzetten/", expelling.expel, name="expel"),
    path("leden/uitgezet/", expelling.expulsions, name="expulsions"),
    path("leden/uitgezet/<int:pk>/", expelling.expulsion, name="expulsion"),
    path("leden/brieven/", code_letters.batch, name="code_letters"),
    path("leden/woon-je-hier/", roll_call.overview, name="roll_call_overview"),
    path("bezwaar/<int:pk>/", expelling.my_objection, name="my_objection"),
    path("bezwaar/<str:token>/", expelling.objection, name="objection"),
    path("brief/", code_letters.enter, name="code_letter"),
    path("brief/<slug:slug>/", code_letters.enter, name="code_letter_of"),
    path("woon-je-hier/", roll_call.mine, name="roll_call"),
    path("woon-je-hier/<str:token>/", roll_call.by_link, name="roll_call_link"),
]
