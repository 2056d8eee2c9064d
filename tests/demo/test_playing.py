"""Does the case that plays by itself go all the way there and back, and end?"""

from meldkring.cases import holding, reporting
from meldkring.cases.models import Case, Status
from meldkring.demo import playing
from meldkring.demo.town import Town
from meldkring.messaging.models import Kind, Message


def played(town: Town) -> Case:
    last = Case.objects.order_by("-pk").values_list("pk", flat=True)[0]
    playing.play(pace=0)
    return Case.objects.get(pk__gt=last)


def test_plays_to_the_end(town: Town) -> None:
    case = played(town)
    assert case.status == Status.CLOSED
    reached = set(reporting.reached(case).values_list("name", flat=True))
    assert reached == {"De Laning", "Regiegroep Zoomwijck", "Regiegroep Hoeksche Waard", "Regiegroep Poortwijk", "Poortwijk-Noord"}
    assert holding.holder(case, town.groups["Poortwijk-Noord"])


def test_everything_said_over_there_came_back_to_the_reporter(town: Town) -> None:
    case = played(town)
    said = Message.objects.filter(contribution__case=case, postings__group=town.groups["De Laning"]).order_by("pk")
    assert [m.kind for m in said] == [Kind.REPORT, Kind.REACTION, Kind.CALL, Kind.NEWS, Kind.CLOSING]


def test_stops_politely_when_someone_else_was_first(town: Town) -> None:
    lines: list[str] = []
    steps = playing.steps(town)
    next(steps)
    case = Case.objects.order_by("-pk")[0]
    report = Message.objects.get(contribution__case=case)
    home = town.groups["De Laning"]
    town.carry(report, (home, [town.groups["Oostwal"]]))
    try:
        for line in steps:
            lines.append(line)
    except playing.OVERTAKEN:
        lines.append("overtaken")
    assert lines == ["overtaken"]
