"""Who may do what, and what is kept for how long? Writes docs/privacy.md from the code itself, or with --check says whether it is current."""

import argparse
import os
import pathlib
import sys

import django

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "privacy.md"
HEAD = """# Privacy, as the software does it

This page is made from the code (`make docs`), so it says what is done and not what was meant. Why it is so: the rules of the GDPR (AVG) and of
[requirements.md](requirements.md). How an installation chooses other terms: [operate/privacy.md](operate/privacy.md).

"""
RIGHTS_HEAD = """## Who may do what

A role gives rights in groups of one kind (`groups/roles.py`). A steering member has the role in every watch group that the steering group runs and
in the coordination group of the district. Every role but that of a member works only with a second step. Without a right to read, what is there does
not exist for that person: 404. Someone who left reads back what stood there in their time.

"""
MORE = """
Beside that:

- Who holds a case reads all of it, in every group it reached, while they are in one of them (`cases/access.py`).
- A phone manager or deputy sees sign-ups, and after asking for it how to reach a member of their own watch groups. That they looked is in the
  audit log (`joining/details.py`).
- Letters are read by the resident and the steering group, or by the resident and the officer, and by nobody else (`messaging/letters.py`).
- Complaints are read by every steering member of the district (`complaints/access.py`).
- Officials and administrators see figures, never messages. A number below five is left out (`figures/suppressing.py`).
- Everybody sees and downloads what is kept of themself at `/ik/gegevens/`, and erases it there (`forgetting/own_data.py`, `forgetting/erasing.py`).

"""
KEPT_HEAD = """## What is kept, and until when

One row per table (`forgetting/register.py`); a test fails when a table or a field that points at a person is not here. What is over is erased every
day (`forgetting/daily.py`), with a line in the audit log that says how much.

| table | what | until |
| --- | --- | --- |
"""


def rights() -> str:
    """A table: kinds of group and roles beside, rights above."""
    from meldkring.groups.models import Kind, Role
    from meldkring.groups.roles import RIGHTS, Right

    lines = [
        "| group | role | " + " | ".join(right.value.replace("_", " ") for right in Right) + " |",
        "| --- | --- |" + " :-: |" * len(Right),
    ]
    for kind in Kind:
        for role in Role:
            if (found := RIGHTS.get((role, kind))) is not None:
                lines.append(f"| {kind.label} | {role.label} | " + " | ".join("yes" if r in found else "" for r in Right) + " |")
    return "\n".join(lines) + "\n"


def kept() -> str:
    from meldkring.forgetting.register import IMPERSONAL, REGISTER, told

    rows = "".join(f"| `{one.table}` | {one.what} | {told(one)} |\n" for one in REGISTER)
    others = "".join(f"- `{name}`: {what}\n" for name, what in sorted(IMPERSONAL.items()))
    return f"{KEPT_HEAD}{rows}\nNothing of a person is in:\n\n{others}"


def unaccounted() -> list[str]:
    """The tables of which nobody has said what they keep of people, and until when."""
    from django.apps import apps

    from meldkring.forgetting.register import IMPERSONAL, REGISTER

    known = {*IMPERSONAL, *(one.table for one in REGISTER)}
    return [m._meta.label for m in apps.get_models(include_auto_created=True) if not {m._meta.label, m._meta.app_label} & known]


def page() -> str:
    from django.utils import translation

    with translation.override("en"):
        return HEAD + RIGHTS_HEAD + rights() + MORE + kept()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "meldkring.config.settings")
    os.environ.pop("KEEP_DAYS", None)
    django.setup()
    if missing := unaccounted():
        print(f"say in src/meldkring/forgetting/register.py what these tables keep of people, and until when: {', '.join(missing)}")
        return 1
    if not parser.parse_args().check:
        PAGE.write_text(page())
    elif PAGE.read_text() != page():
        print("docs/privacy.md is not what the code says: run `make docs`")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
