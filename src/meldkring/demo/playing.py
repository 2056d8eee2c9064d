"""What does Meldkring look like while it happens? Plays one case by itself, through the verbs, at a pace to watch.

From Zoomwijck up to the municipality and down into Poortwijk; from there a sighting goes all the way back, and later words follow by themselves.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator

from django.db import close_old_connections

from meldkring.cases import closing, holding, judging, lifecycle, reporting
from meldkring.cases.models import Called, Case, Direction, Outcome
from meldkring.demo.town import Town
from meldkring.messaging import posting as postings
from meldkring.messaging.models import Posting

logger = logging.getLogger(__name__)
STEP = 2.5
# Someone who looks along judged, held or closed the case before we did: then it is theirs.
OVERTAKEN = (judging.AlreadyJudged, lifecycle.CaseClosed, postings.NotHere, Posting.DoesNotExist)
_playing = threading.Lock()


def play(*, pace: float = 1.0, tell: Callable[[str], object] = str) -> None:
    """Play the case from report to closing message, about 25 seconds times `pace`; `tell` hears each step."""
    try:
        for line in steps(Town.here()):
            tell(line)
            time.sleep(STEP * pace)
    except OVERTAKEN:
        tell("Iemand anders was eerder met deze melding. Het afspelen stopt hier.")


def play_aside() -> bool:
    """Play in a thread of this process; False when a case is being played already."""
    if not _playing.acquire(blocking=False):
        return False
    threading.Thread(target=_play_and_release, name="demo-play", daemon=True).start()
    return True


def steps(town: Town) -> Iterator[str]:
    """Each step is done when asked for, and says what was done."""
    home, there = town.groups["De Laning"], town.groups["Poortwijk-Noord"]
    reporter = town.resident(home, int(time.time()))
    text = "Iemand heeft net een elektrische fiets uit een voortuin aan de Laninghof meegenomen en fietst weg."
    report = reporting.report(
        text, group=home, by=reporter, called=Called.BY_ME, persons="Eén persoon, oranje muts, donkere jas", vehicle="Zilveren elektrische fiets",
        place="Laninghof", latitude=51.8256, longitude=4.3934, direction=Direction.E, going_to_do="Ik blijf op afstand en blijf aan de lijn",
    )  # fmt: skip
    case = report.message.contribution.case
    yield f"{home}: {reporter.first_name} meldt wat er gebeurt ({case.reference})"
    for source, targets in town.way(home, there):
        town.carry(report.message, (source, targets))
        yield f"{source} → {', '.join(map(str, targets))}"
    yield from _in_the_other_district(case, town)


def _in_the_other_district(case: Case, town: Town) -> Iterator[str]:
    home, there = town.groups["De Laning"], town.groups["Poortwijk-Noord"]
    witness = town.resident(there, case.pk)
    sighting = reporting.react(
        "Gezien! Hij fietst nu over de Noordpoort, richting de brug.", case=case, group=there, by=witness, direction=Direction.N
    )
    yield f"{there}: {witness.first_name} ziet de fiets"
    for hop in town.way(there, home):
        town.carry(sighting.message, hop)
    yield f"{there} → … → {home}: de reactie gaat de hele weg terug"
    holding.call("Ik heb 112 ook gebeld en blijf aan de lijn.", case=case, group=there, by=witness)
    yield f"{there}: {witness.first_name} heeft contact met de politie"
    holding.police_news("De politie is bij de brug en heeft iemand staande gehouden.", case=case, group=there, by=witness)
    yield f"{there}: nieuws van de politie"
    text = "De politie heeft iemand aangehouden en de fiets is terecht. Dank aan iedereen in beide wijken!"
    closing.close(case, outcome=Outcome.CAUGHT, text=text, by=witness)
    yield "Alle groepen lezen hoe het is afgelopen"


def _play_and_release() -> None:
    try:
        play()
    except Exception:
        logger.exception("the demo could not play its case")
    finally:
        close_old_connections()
        _playing.release()
