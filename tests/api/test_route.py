"""Does the whole way of a message go through the API, for programs as for people?"""

import uuid

import pytest
from tests.api.asking import Program
from tests.town import Town, town

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]


@pytest.fixture
def here() -> Town:
    return town()


def report(here: Town, **more: object) -> dict:
    said = {"group": here.watch_a.pk, "text": "Two men at the sheds. Dark van.", "called": "by_me"} | more
    return Program(here.anna).post("/cases", **said)


def forward(program: Program, posting: int, steering: int, to: list[int], status: int = 201, **more: object) -> dict:
    return program.post(f"/postings/{posting}/judgements", status, verdict="forwarded", steering=steering, to=to, **more)


def test_the_whole_route(here: Town) -> None:
    """S29, S31, S14, S32, S30, S33, S34: a report travels to the other district, comes to life there, and is closed everywhere."""
    posting = report(here, extras={"vehicle": "dark van", "goingToDo": "I stay inside"})
    reference = posting["case"]
    assert posting["number"] == 1
    assert posting["saidAt"].endswith("Z")
    assert posting["extras"]["goingToDo"] == "I stay inside"

    sam, zeno, carla = Program(here.sam), Program(here.zeno), Program(here.carla)
    desk = sam.get("/desk", steering=here.steering_1.pk)
    targets = {t["id"]: t["reach"] for t in desk["waiting"][0]["targets"]}
    assert targets.keys() == {here.watch_b.pk, here.coordination_noord.pk}
    assert targets[here.watch_b.pk] == 5  # two residents and three steering members
    forward(sam, posting["id"], here.steering_1.pk, [here.watch_b.pk, here.coordination_noord.pk], follow=True)
    assert sam.get("/desk", steering=here.steering_1.pk)["waiting"] == []
    carla.get(f"/cases/{reference}", 404)

    fatima, zora, s2 = Program(here.fatima), Program(here.zora), here.steering_2.pk
    up = fatima.get(f"/groups/{here.coordination_noord.pk}/postings")[0]
    [top] = forward(fatima, up["id"], here.steering_1.pk, [here.municipal.pk])["made"]
    assert zora.get("/desk", steering=s2)["waiting"][0]["posting"]["id"] == top
    [down] = forward(zora, top, s2, [here.coordination_zuid.pk])["made"]
    forward(zeno, down, s2, [here.watch_c.pk], follow=True)
    arrived = carla.get(f"/groups/{here.watch_c.pk}/postings")[0]
    assert [s["group"]["name"] for s in arrived["provenance"]] == ["A", "Coordination Noord", "Waterdam", "Coordination Zuid"]
    assert [s["by"]["name"].split()[0] for s in arrived["provenance"]] == ["Sam", "Fatima", "Zora", "Zeno"]
    assert arrived["author"]["name"] == "Anna (Lindelaan)"

    said = Program(here.bea).post(f"/cases/{reference}/reactions", group=here.watch_b.pk, text="Seen on the Eikstraat too.")
    assert said["kind"] == "reaction"
    Program(here.bram).post(f"/cases/{reference}/calls", group=here.watch_b.pk)
    carla.post(f"/cases/{reference}/calls", group=here.watch_c.pk, text="They are here now.")
    assert carla.get(f"/cases/{reference}")["holders"][-1]["person"]["id"] == here.carla.pk
    holders = sam.get(f"/cases/{reference}")["holders"]
    assert {(h["group"]["name"], h["person"]["name"]) for h in holders} == {("A", "Anna (Lindelaan)"), ("B", "Bram (Eikstraat)")}

    ended = Program(here.anna).post(f"/cases/{reference}/closing", 200, outcome="caught", text="The police have them.")
    assert ended["status"] == "closed"
    for person, group in ((here.bea, here.watch_b), (here.carla, here.watch_c), (here.zora, here.municipal)):
        last = Program(person).get(f"/groups/{group.pk}/postings", after=1)[-1]
        assert (last["kind"], last["text"]) == ("closing", "The police have them.")


def test_from_the_police_to_the_other_district(here: Town) -> None:
    """S9, S35, S36: an officer's message goes up and over; who brings it to a watch group holds it there."""
    case = Program(here.officer).post("/police-messages", to=[here.coordination_noord.pk], text="A grey car is wanted.")
    assert case["called"] == "police"
    fatima, zora, s2 = Program(here.fatima), Program(here.zora), here.steering_2.pk
    [up] = forward(fatima, case["timeline"][0]["id"], here.steering_1.pk, [here.municipal.pk])["made"]
    assert fatima.get("/desk", steering=here.steering_1.pk)["waiting"] == []
    [over] = forward(zora, up, s2, [here.coordination_zuid.pk])["made"]
    forward(Program(here.zeno), over, s2, [here.watch_c.pk])
    [holder] = Program(here.carla).get(f"/cases/{case['reference']}")["holders"]
    assert (holder["person"]["id"], holder["how"]) == (here.zeno.pk, "forwarded")


def test_police_message_by_a_steering_member(here: Town) -> None:
    """S35, S36: with source and time; who forwards it to watch groups holds it there."""
    sofie = Program(here.sofie)
    said = {"to": [here.steering_1.pk], "text": "A grey car is wanted."}
    sofie.post("/police-messages", 400, **said)
    case = sofie.post("/police-messages", **said, source="desk sergeant", sourceAt="2026-11-24T03:00:00+01:00")
    assert case["timeline"][0]["extras"]["sourceAt"] == "2026-11-24T02:00:00Z"
    forward(sofie, case["timeline"][0]["id"], here.steering_1.pk, [here.watch_a.pk])
    [holder] = sofie.get(f"/cases/{case['reference']}")["holders"]
    assert (holder["person"]["id"], holder["how"]) == (here.sofie.pk, "forwarded")


def test_the_same_key_twice_is_one_message(here: Town) -> None:
    """S29: a program that is not sure may send again; the same key in another place is refused."""
    key = str(uuid.uuid4())
    assert report(here, key=key)["id"] == report(here, key=key)["id"]
    assert len(Program(here.anna).get("/cases")["items"]) == 1
    other = report(here)
    fatima = Program(here.fatima)
    fatima.post(f"/groups/{here.watch_a.pk}/notices", text="Meeting on Tuesday.", key=key)
    assert fatima.post(f"/groups/{here.watch_b.pk}/notices", 409, text="Meeting.", key=key)["type"] == "urn:meldkring:key-used"
    assert other["case"]


def test_undo_and_stop_following(here: Town) -> None:
    """S13, S31: taken back within ten seconds it stands there no more; a follow can be switched off."""
    posting, sam = report(here), Program(here.sam)
    made = forward(sam, posting["id"], here.steering_1.pk, [here.watch_b.pk], follow=True)
    [follow] = sam.get(f"/cases/{posting['case']}")["follows"]
    Program(here.zora).post(f"/follows/{follow['id']}/stop", 404)
    sam.post(f"/follows/{follow['id']}/stop", 204)
    assert Program(here.fatima).post(f"/judgements/{made['id']}/undo", 409)["type"].endswith("too-late")
    sam.post(f"/judgements/{made['id']}/undo", 204)
    assert Program(here.bea).get(f"/groups/{here.watch_b.pk}/postings") == []


def test_screening_and_hiding(here: Town) -> None:
    """S12: a held message shows only after release; a hidden one shows its reason and not its text."""
    here.watch_a.screens_first = True
    here.watch_a.save()
    posting, sam = report(here), Program(here.sam)
    assert posting["state"] == "held"
    assert report(here, text="A try.", called="not_needed", exercise=True)["state"] == "held", "calling it an exercise is no way round"
    assert Program(here.arie).get(f"/groups/{here.watch_a.pk}/postings") == []
    assert posting["id"] in [held["id"] for held in sam.get("/desk", steering=here.steering_1.pk)["held"]]
    Program(here.arie).post(f"/postings/{posting['id']}/release", 404)
    assert sam.post(f"/postings/{posting['id']}/release", 200)["number"] == 1
    sam.post(f"/postings/{posting['id']}/release", 409)
    sam.post(f"/postings/{posting['id']}/hiding", 200, reason="Names a person")
    [shown] = Program(here.arie).get(f"/groups/{here.watch_a.pk}/postings")
    assert (shown["state"], shown["text"], shown["extras"], shown["hiddenReason"]) == ("hidden", "", None, "Names a person")


def test_letters_talk_and_notices(here: Town) -> None:
    """S12, S17, S26: a private word to a resident, conversation among steering members, a notice to a watch group."""
    sam, anna = Program(here.sam), Program(here.anna)
    body = {"steering": here.steering_1.pk, "resident": here.anna.pk}
    anna.post("/letters", 404, **body, text="Hello?")
    sam.post("/letters", **body, text="Please write what you see, not who.")
    anna.post("/letters", **body, text="I will.")
    assert [letter["text"] for letter in anna.get("/letters")] == ["Please write what you see, not who.", "I will."]
    assert Program(here.arie).get("/letters") == []
    sam.post("/letters", 404, steering=here.steering_1.pk, resident=here.carla.pk, text="Not ours.")
    sam.post(f"/groups/{here.steering_1.pk}/talk", text="Who is on duty?")
    sam.post(f"/groups/{here.watch_a.pk}/talk", 403, text="Chatter")
    anna.post(f"/groups/{here.watch_a.pk}/notices", 403, text="Bake sale")


def test_hand_over_news_and_reopening(here: Town) -> None:
    """S21, S34: the holder hands over, the next one passes on news, and an ended case can be opened again."""
    reference = report(here)["case"]
    anna, arie, sam = Program(here.anna), Program(here.arie), Program(here.sam)
    arie.post(f"/cases/{reference}/police-news", 403, group=here.watch_a.pk, text="They are coming.")
    anna.post(f"/cases/{reference}/holders", 404, group=here.watch_a.pk, to=here.carla.pk)
    anna.post(f"/cases/{reference}/holders", group=here.watch_a.pk, to=here.arie.pk)
    arie.post(f"/cases/{reference}/police-news", group=here.watch_a.pk, text="They are coming.")
    sam.post(f"/cases/{reference}/reopening", 409, reason="Again")
    arie.post(f"/cases/{reference}/closing", 200, outcome="gone", text="All quiet.")
    assert [c["reference"] for c in anna.get("/cases", status="closed")["items"]] == [reference]
    assert sam.post(f"/cases/{reference}/reopening", 200, reason="They are back.")["status"] == "open"
