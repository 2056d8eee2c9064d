"""python bench/publicity.py: how long does each piece of the kit take, as PDF and as the picture in the page?

Wall time of one core, the best and the middle of twenty; the first is what a visitor feels whose process has printed nothing yet.
"""

import os
import statistics
import time

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "meldkring.config.settings")

import django

django.setup()

from meldkring.publicity import printing  # noqa: E402
from meldkring.publicity.facts import Facts  # noqa: E402
from meldkring.publicity.pieces import PIECES  # noqa: E402

FACTS = Facts("Oud-Beijerland Bedrijventerrein De Hoogerwerf", "Hoeksche Waard", 330, 5, ["De Laning", "Oostwal", "Het Park"])
TIMES = 20


def milliseconds(make) -> list[float]:
    found = []
    for _n in range(TIMES):
        started = time.perf_counter()
        make()
        found.append((time.perf_counter() - started) * 1000)
    return found


def main() -> None:
    print("piece        pdf first  best  middle   KiB   picture middle   (ms)")
    for piece in PIECES.values():
        data = printing.data(piece, FACTS, printing.Look(), url="https://meldkring.example.org/q/7kc3fh")
        pdf = milliseconds(lambda p=piece, d=data: printing.pdf(p.shape, d))
        png = milliseconds(lambda p=piece, d=data: printing.png(p.shape, d, ppi=p.ppi(640)))
        size = len(printing.pdf(piece.shape, data)) / 1024
        print(f"{piece.key:10}  {pdf[0]:9.0f}  {min(pdf):4.0f}  {statistics.median(pdf):6.0f}  {size:4.0f}  {statistics.median(png):15.0f}")


if __name__ == "__main__":
    main()
