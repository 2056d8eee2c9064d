"""A division that is broken off leaves the old groups, whole: killed without warning, or an error at any of its statements."""

import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from tests import serving
from tests.growth.village import Village, village

from meldkring.cases import reporting
from meldkring.cases.models import Called, Follow, Holder
from meldkring.groups.models import Group, Membership
from meldkring.growth import carrying, plans, proposing, undoing
from meldkring.growth.models import Move, Plan
from meldkring.messaging.models import Posting
from meldkring.people.models import Mail

ROOT = pathlib.Path(__file__).parents[2]
PREPARE = """
import django; django.setup()
from tests.growth import test_crash
test_crash.agreed()
print("ready", flush=True)
"""
CARRY = """
import json, sys
import django; django.setup()
from django.db import connection
from tests.growth import test_crash
stop, done, before = int(sys.argv[1]), [0], test_crash.state()
def count(execute, sql, params, many, context):
    answer = execute(sql, params, many, context)
    done[0] += 1
    if done[0] == stop:
        print("middle", flush=True)
        sys.stdin.read()  # until it is killed: with a clock here a machine that is slow for long would let it go on, and commit
    return answer
with connection.execute_wrapper(count):
    test_crash.divide()
print(json.dumps([done[0], before, test_crash.state()]), flush=True)
"""


class Broken(Exception):
    """The database went away."""


def agreed() -> Village:
    """A small village with an open case and a division that waits to be carried out."""
    v = village((3, 2, 3))
    reporting.report("Two men", group=v.watch, by=v.residents["Haven"][0], called=Called.BY_ME)
    plan = plans.propose(v.steering, proposing.divide(v.watch), kind=Plan.Kind.DIVIDE, by=v.fatima)
    plans.agree(plan, by=v.sam)
    return v


def divide() -> Plan:
    plan = Plan.objects.get()
    assert plan.made_by
    return carrying.carry_out(plan, by=plan.made_by)


def state() -> str:
    """All that a division touches, as text to compare."""
    members = sorted(Membership.objects.filter(left_at=None).values_list("person__email", "group__name"))
    counted = [m.objects.count() for m in (Group, Membership, Posting, Follow, Holder, Move, Mail)]
    homes = sorted(map(str, Group.objects.values_list("name", "neighbourhoods__name", "closed_at", "last_number")))
    return f"{members} {counted} {homes} {Plan.objects.get().state}"


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[pathlib.Path, int, str, str]:
    """A folder with the village; and how many statements its division takes, the state before it and the state after it."""
    folder, whole = tmp_path_factory.mktemp("prepared"), tmp_path_factory.mktemp("whole")
    serving.copy_database(folder / "town.sqlite3")
    assert run(folder, PREPARE) == "ready"
    shutil.copytree(folder, whole, dirs_exist_ok=True)
    statements, before, after = json.loads(run(whole, CARRY, "0"))
    assert before != after
    return folder, statements, before, after


def environment(folder: pathlib.Path) -> dict[str, str]:
    return os.environ | {
        "DATABASE_URL": f"sqlite:///{folder / 'town.sqlite3'}", "MELDKRING_DATA": str(folder), "PYTHONPATH": str(ROOT), "BELL_URL": "",
        "DJANGO_SETTINGS_MODULE": "meldkring.config.settings",
    }  # fmt: skip


def run(folder: pathlib.Path, code: str, *arguments: str) -> str:
    line = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(line, env=environment(folder), cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().splitlines()[-1]


@pytest.mark.requirement("S23")
@pytest.mark.parametrize("part", [0.5, 1.0])
def test_killed_in_the_middle_the_old_groups_are_there(
    prepared: tuple[pathlib.Path, int, str, str], tmp_path: pathlib.Path, part: float
) -> None:
    """SIGKILL after this part of the statements, the last one just before the commit; afterwards it can simply be done again."""
    folder, statements, before, after = prepared
    shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
    line = [sys.executable, "-c", CARRY, str(max(1, int(statements * part)))]
    with subprocess.Popen(line, env=environment(tmp_path), cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:
        try:
            assert child.stdout is not None
            assert child.stdout.readline() == "middle\n"
        finally:
            child.send_signal(signal.SIGKILL)
    assert json.loads(run(tmp_path, CARRY, "0")) == [statements, before, after]


@pytest.mark.postgres
@pytest.mark.requirement("S23")
@pytest.mark.django_db(transaction=True)
def test_an_error_at_any_statement_leaves_the_old_groups() -> None:
    """Also undoing: whatever fails, nothing of it stands."""
    v = agreed()
    _break_everywhere(divide)
    _break_everywhere(lambda: undoing.undo(Plan.objects.get(), by=v.fatima))


def _break_everywhere(deed: Callable[[], Any]) -> None:
    """Let the deed fail at its first statement, at its second, and so on, until it gets to its end."""
    before, stop, broken = state(), 0, True
    while broken:
        stop += 1
        broken, done = False, 0

        def breaking(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            nonlocal done
            done += 1
            if done == stop:  # noqa: B023 - used at once
                raise Broken
            return execute(sql, params, many, context)

        try:
            with connection.execute_wrapper(breaking):
                deed()
        except Broken:
            broken = True
            assert state() == before, f"at statement {stop}"
    assert stop > 50
    assert state() != before
