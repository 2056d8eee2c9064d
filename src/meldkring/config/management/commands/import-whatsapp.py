"""`meldkring import-whatsapp`: look what is in an exported chat, compare it with the members of a watch group, keep what happened as ended cases.

It does what the pages do, for who has the file on the machine itself. Nothing is stored that is not confirmed, and nothing of the file is held.
"""
# ruff: noqa: N999 - Django takes the name of a command from its file

import json
import pathlib
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone, translation

from meldkring.cases.models import Called, Outcome
from meldkring.channels import whatsapp_export as export
from meldkring.channels import whatsapp_export_files as files
from meldkring.channels.whatsapp_export_dates import Order
from meldkring.chat_groups import reading, reconciling, stretches, taking_in
from meldkring.chat_groups.models import ChatGroup, Reading
from meldkring.people.models import Person

ORDERS = {"day": Order.DAY_FIRST, "month": Order.MONTH_FIRST}


class Command(BaseCommand):
    help = "Read a chat that WhatsApp exported: who is in it, what happened. Shows first what would be kept, and asks."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="The .txt or .zip that WhatsApp made.")
        parser.add_argument("--group", help="The name of the watch group whose WhatsApp group this is.")
        parser.add_argument("--by", metavar="E-MAIL", help="The phone manager on whose behalf this is done; needed to keep anything.")
        parser.add_argument(
            "--date-order", choices=sorted(ORDERS), help="Whether 02-05 is the second of May (day) or the fifth of February (month)."
        )
        parser.add_argument("--dry-run", action="store_true", help="Only show; keep nothing.")
        parser.add_argument("--json", action="store_true", help="Only show, in numbers, for a program.")

    def handle(self, *args: Any, file: str, group: str | None, by: str | None, **options: Any) -> None:
        with translation.override("en"):
            entries = self._entries(file, options["date_order"], may_ask=not options["json"])
            chat_group, person = self._where(group, by)
            compared = reconciling.compare(entries, chat_group=chat_group, by=person) if chat_group and person else None
            parts = stretches.stretches(entries)
            if options["json"]:
                return self.stdout.write(json.dumps(_numbers(entries, parts, compared), default=str))
            self._show(entries, parts, compared)
            if chat_group and person and compared and not options["dry_run"]:
                self._keep_people(chat_group, person, compared)
                self._keep_cases(chat_group, person, reading.Chat(entries), parts)
        return None

    def _entries(self, file: str, order: str | None, *, may_ask: bool) -> list[export.Entry]:
        try:
            with pathlib.Path(file).open("rb") as source:
                content = reading.contents(source)
            found = reading.survey(content)
        except reading.NotReadable as refusal:
            raise CommandError(str(refusal)) from refusal
        except OSError as wrong:
            raise CommandError(f"{file} cannot be read: {wrong.strerror}.") from wrong
        assert found.shape  # noqa: S101 - survey refuses a file without
        return list(export.entries(files.lines(content), found.shape, found.order or self._asked(found, order, may_ask=may_ask)))

    def _asked(self, found: export.Survey, order: str | None, *, may_ask: bool) -> Order:
        if order:
            return ORDERS[order]
        lines = [f"  {text}: day first {day:%d %B %Y}, month first {month:%d %B %Y}" for text, day, month in found.examples]
        question = "\n".join(["The dates can be read in two ways, and the file does not tell which:", *lines])
        if not may_ask:
            raise CommandError(f"{question}\nSay --date-order day or --date-order month.")
        self.stdout.write(question)
        while True:
            said = self._ask("Which is right, day or month? ").strip().casefold()
            if said in ORDERS:
                return ORDERS[said]

    def _where(self, group: str | None, by: str | None) -> tuple[ChatGroup | None, Person | None]:
        if not group and not by:
            return None, None
        chat_groups = ChatGroup.objects.filter(ended_at=None, group__name=group).select_related("group__run_by")
        person = Person.objects.filter(email__iexact=by or "").first()
        if len(chat_groups) != 1 or person is None:
            raise CommandError("Name one watch group that has a WhatsApp group beside it (--group), and its phone manager (--by).")
        if not reading.may(person, chat_groups[0]):
            raise CommandError(f"{person.first_name} does not manage the members of {group}.")
        return chat_groups[0], person

    def _show(self, entries: list[export.Entry], parts: list[stretches.Stretch], compared: reconciling.Comparison | None) -> None:
        numbers = _numbers(entries, parts, compared)
        self.stdout.write(f"{numbers['messages']} messages, {numbers['from']} to {numbers['until']}, in {len(parts)} conversations.")
        self.stdout.write(f"112 came up in {numbers['with_112']} of them. Chatter: {_percent(numbers['share_chatter'])}.")
        self.stdout.write(
            "Kept would be: who is in it, as far as you confirm, and the conversations you choose. The file and the rest are not."
        )
        if compared:
            for title, names in (
                ("Members in it", [f"{m.person.first_name} {m.person.last_name} ({m.how})" for m in compared.inside]),
                ("Members who left", [f"{m.person.first_name} {m.person.last_name} ({m.how})" for m in compared.left]),
                ("In it still, and no member any more", [f"{m.person.first_name} {m.person.last_name} ({m.how})" for m in compared.former]),
                ("In it and no member", [p.shown or "you" for p in compared.strangers]),
                ("Members not in it", [f"{p.first_name} {p.last_name}" for p in compared.absent]),
            ):
                self.stdout.write(f"{title} ({len(names)}): {', '.join(names) or 'nobody'}")

    def _keep_people(self, chat_group: ChatGroup, person: Person, compared: reconciling.Comparison) -> None:
        inside, left = ([m.person for m in matches if m.sure] for matches in (compared.inside, compared.left))
        if (inside or left) and self._yes(
            f"Tick {len(inside)} as being in it and {len(left)} as not taking part? First names alone are left out."
        ):
            changed = reconciling.apply(chat_group, inside=inside, left=left, by=person)
            self.stdout.write(f"{changed} ticks set.")

    def _keep_cases(self, chat_group: ChatGroup, person: Person, chat: reading.Chat, parts: list[stretches.Stretch]) -> None:
        for part in (p for p in parts if p.mentions_112):
            self.stdout.write(f"\n{part.first.at:%d %B %Y}")
            for entry in part.entries:
                self.stdout.write(f"  {entry.at:%H:%M} {entry.text[:160]}")
            if not self._yes("Keep this as an ended case?"):
                continue
            marked = taking_in.Marked(
                {e.line for e in part.entries if not stretches.is_chatter(e)},
                self._choice("Was 112 called?", Called),
                self._choice("How did it end?", Outcome),
            )
            with transaction.atomic():
                now = timezone.now()
                held = Reading.objects.create(chat_group=chat_group, by=person, state=Reading.State.READY, begun_at=now, expires_at=now)
                case = taking_in.take_in(held, chat, part, marked, by=person)
                held.delete()
            self.stdout.write(f"Case {case.reference}.")

    def _choice(self, question: str, choices: Any) -> str:
        self.stdout.write(f"{question} " + ", ".join(f"{c.value}: {c.label}" for c in choices))
        while (said := self._ask("> ").strip()) not in choices.values:
            pass
        return said

    def _yes(self, question: str) -> bool:
        return self._ask(f"{question} [y/N] ").strip().casefold() in ("y", "yes", "j", "ja")

    def _ask(self, question: str) -> str:
        try:
            return input(question)
        except EOFError:
            raise CommandError("There is nobody to ask. Use --dry-run, or --json.") from None


def _numbers(entries: list[export.Entry], parts: list[stretches.Stretch], compared: reconciling.Comparison | None) -> dict[str, Any]:
    figures = stretches.figures(entries, parts)
    found: dict[str, Any] = {
        "messages": figures.messages, "from": min(e.at for e in entries).date(), "until": max(e.at for e in entries).date(),
        "participants": len(reconciling.participants(entries)), "conversations": len(parts), "with_112": sum(p.mentions_112 for p in parts),
        "share_112": figures.share_112, "share_chatter": figures.share_chatter,
        "weeks": [[bar.label, bar.count] for bar in figures.weeks], "hours": [bar.count for bar in figures.hours],
    }  # fmt: skip
    if compared:
        found |= {name: len(getattr(compared, name)) for name in ("inside", "left", "former", "strangers", "absent")}
    return found


def _percent(share: int | None) -> str:
    return "too few to tell" if share is None else f"{share}%"
