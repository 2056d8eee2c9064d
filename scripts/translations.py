"""Is every text on the screens there in Dutch, and is the compiled catalogue that of the readable one?

    python scripts/translations.py --extract      list the texts the source uses
    python scripts/translations.py --merge DIR    take in what the *.po files in DIR add; what is there stays
    python scripts/translations.py --compile      write django.mo
    python scripts/translations.py --check        fail on a text without Dutch, or on a stale django.mo

Babel reads and compiles, so that no gettext needs to be on the machine.
"""

import argparse
import io
import pathlib
import re
import sys
from collections.abc import Iterator

import django.conf
from babel.messages import catalog, extract, mofile, pofile
from django.utils.translation import template

ROOT = pathlib.Path(__file__).resolve().parent.parent
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop", "SetWrongly")),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
Text = tuple[str | None, str | tuple[str, ...]]


def sources(source: pathlib.Path) -> Iterator[tuple[pathlib.Path, bytes]]:
    for path in sorted(source.rglob("*.py")):
        yield path, path.read_bytes()
    for path in sorted(path for path in source.rglob("templates/**/*") if path.suffix in {".html", ".txt", ".xml"}):
        # Templates become Python for the extractor; their indentation means nothing there and would trip it.
        code = template.templatize(path.read_text(), origin=str(path))
        yield path, re.sub(r"(?m)^[ \t]+", "", code).encode()


def texts(source: pathlib.Path) -> dict[Text, str]:
    """Every text in the source, with the first place it is used."""
    found: dict[Text, str] = {}
    for path, code in sources(source):
        rows = extract.extract("python", io.BytesIO(code), keywords=KEYWORDS, options={"encoding": "utf-8"})
        for line, message, _comments, context in rows:
            key = tuple(message) if isinstance(message, list | tuple) else message
            if key:
                found.setdefault((context, key), f"{path.relative_to(source)}:{line}")
    return found


def read(path: pathlib.Path) -> catalog.Catalog:
    if not path.exists():
        return catalog.Catalog(
            locale="nl",
            project="Meldkring",
            version="",
            header_comment='# The Dutch of Meldkring: B1, warm, short, "je".',
            last_translator="The Meldkring founders",
            language_team="Dutch",
            msgid_bugs_address="",
            fuzzy=False,
        )
    with path.open("rb") as file:
        return pofile.read_po(file, locale="nl")


def write(path: pathlib.Path, dutch: catalog.Catalog) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        pofile.write_po(file, dutch, width=120, sort_output=True, no_location=True)


def compile_to(path: pathlib.Path, dutch: catalog.Catalog) -> None:
    with path.open("wb") as file:
        mofile.write_mo(file, dutch)


def is_dutch(message: catalog.Message | None) -> bool:
    if message is None or message.fuzzy:
        return False
    return all(message.string) if isinstance(message.string, list | tuple) else bool(message.string)


def find(dutch: catalog.Catalog, text: Text) -> catalog.Message | None:
    context, key = text
    found = dutch.get(key if isinstance(key, str) else key[0], context)
    # A text used in the plural needs an entry in the plural.
    return found if found is None or isinstance(key, str) or found.pluralizable else None


def facts(dutch: catalog.Catalog) -> dict[object, object]:
    def plain(text: object) -> object:
        return tuple(text) if isinstance(text, list) else text

    return {(m.context, plain(m.id)): plain(m.string) for m in dutch if m.id and is_dutch(m)}


def is_compiled(path: pathlib.Path, dutch: catalog.Catalog) -> bool:
    if not path.exists():
        return False
    fresh = io.BytesIO()
    mofile.write_mo(fresh, dutch)
    fresh.seek(0)
    with path.open("rb") as file:
        return facts(mofile.read_mo(file)) == facts(mofile.read_mo(fresh))


def check(source: pathlib.Path, po: pathlib.Path) -> list[str]:
    dutch = read(po)
    wrong = [f"no Dutch: {text[1]!r} ({place})" for text, place in texts(source).items() if not is_dutch(find(dutch, text))]
    if not is_compiled(po.with_suffix(".mo"), dutch):
        wrong.append(f"{po.with_suffix('.mo').name} is not the compiled {po.name}: run scripts/translations.py --compile")
    return wrong


def merge(po: pathlib.Path, folder: pathlib.Path) -> list[str]:
    dutch, notes = read(po), []
    for path in sorted(folder.glob("*.po")):
        for message in read(path):
            there = dutch.get(message.id, message.context) if message.id else None
            if not message.id or not is_dutch(message) or (there and there.string == message.string):
                continue
            if there and is_dutch(there) and (there.pluralizable or not message.pluralizable):
                notes.append(f"{path.name}: kept {there.string!r}, not {message.string!r}")
                continue
            if there:
                dutch.delete(message.id, message.context)
            dutch.add(message.id, message.string, flags=message.flags, context=message.context)
    write(po, dutch)
    return notes


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--source", type=pathlib.Path, default=ROOT / "src" / "meldkring", help=argparse.SUPPRESS)
    what = parser.add_mutually_exclusive_group(required=True)
    for name in ("--extract", "--check", "--compile"):
        what.add_argument(name, action="store_true")
    what.add_argument("--merge", type=pathlib.Path, metavar="DIR")
    asked = parser.parse_args(arguments)
    po = asked.source / "locale" / "nl" / "LC_MESSAGES" / "django.po"
    if not django.conf.settings.configured:
        django.conf.settings.configure(USE_I18N=True)
    wrong = check(asked.source, po) if asked.check else []
    notes = merge(po, asked.merge) if asked.merge else wrong
    if asked.extract:
        notes = [repr(text[1]) + (f" [{text[0]}]" if text[0] else "") for text in texts(asked.source)]
    if asked.compile:
        compile_to(po.with_suffix(".mo"), read(po))
    print(*notes, sep="\n", end="\n" if notes else "")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
