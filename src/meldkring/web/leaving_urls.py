"""The addresses of the pages for lists and leaving: taking a list over, expelling, letters with a code, the roll-call."""

from django.urls import path

from meldkring.web import code_letters, expelling, importing, roll_call

urlpatterns = [
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
