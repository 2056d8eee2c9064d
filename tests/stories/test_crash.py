"""A report that was acknowledged is there after the power went (S29)."""

import os
import pathlib
import signal
import subprocess
import sys

from tests import serving

CHILD = """
import os, sys, time
import django
django.setup()
from tests.stories import scene
from tests.town import town
made = scene.report(town())
print("stands", made.number, flush=True)
time.sleep(60)
"""
LOOK = """
import django
django.setup()
from meldkring.messaging.models import Posting
from meldkring.cases.models import Holder
found = Posting.objects.get()
print(found.number, Holder.objects.count(), found.message.text)
"""


def test_an_acknowledged_report_survives_a_kill(tmp_path: pathlib.Path) -> None:
    """S29: between the acknowledgement and SIGKILL nothing is left to do."""
    root = pathlib.Path(__file__).parents[2]
    serving.copy_database(tmp_path / "town.sqlite3")
    env = os.environ | {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'town.sqlite3'}", "MELDKRING_DATA": str(tmp_path), "DJANGO_SETTINGS_MODULE": "meldkring.config.settings",
        "PYTHONPATH": str(root), "BELL_URL": "",
    }  # fmt: skip
    with subprocess.Popen([sys.executable, "-c", CHILD], env=env, cwd=tmp_path, stdout=subprocess.PIPE, text=True) as child:
        try:
            assert child.stdout is not None
            assert child.stdout.readline() == "stands 1\n"
        finally:
            child.send_signal(signal.SIGKILL)
    after = subprocess.run([sys.executable, "-c", LOOK], env=env, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert after.stdout.startswith("1 1 Two men")
