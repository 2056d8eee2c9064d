"""python bench/whatsapp_export.py: how many megabytes of an exported chat are read in a second?

Makes a chat of ten megabytes (a hundred thousand messages of eighty people, one in five over two lines) and reads it as the page does: once to find
how it writes its dates, once for its messages. No database, one core.
"""

import datetime
import random
import time

from meldkring.channels import whatsapp_export as export
from meldkring.channels import whatsapp_export_files as files

SIZE = 10_000_000
WORDS = ["verdacht", "persoon", "bij", "de", "kerk", "112", "gebeld", "iemand", "een", "wit", "busje", "rijdt", "weg", "richting"]


def chat() -> bytes:
    """Always the same chat."""
    chance, at, lines, length = random.Random(1), datetime.datetime(2020, 1, 1), [], 0  # noqa: DTZ001 - as in the file
    while length < SIZE:
        at += datetime.timedelta(minutes=chance.randint(1, 30))
        more = "\nregel twee" if chance.random() < 0.2 else ""
        said = " ".join(chance.choices(WORDS, k=chance.randint(3, 20)))
        lines.append(f"{at:%d-%m-%Y %H:%M} - Naam {chance.randint(1, 80)}: {said}{more}\n")
        length += len(lines[-1])
    return "".join(lines).encode()


def main() -> None:
    content = chat()
    begun = time.process_time()
    found = export.survey(files.lines(content), today=datetime.date(2040, 1, 1))
    looked = time.process_time()
    assert found.shape
    assert found.order
    count = sum(1 for _entry in export.entries(files.lines(content), found.shape, found.order))
    read = time.process_time()
    size = len(content) / 1e6
    print(
        f"{count} messages, {size:.1f} MB: looked over in {looked - begun:.2f} s, read in {read - looked:.2f} s, together {size / (read - begun):.1f} MB/s"
    )


if __name__ == "__main__":
    main()
