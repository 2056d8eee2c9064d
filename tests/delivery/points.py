"""Between which two steps is the worker killed? `dying.py` puts these points in a forked worker, `test_killed.py` judges what became of it."""

PEOPLE = ("arie", "fatima", "sam")
TWICE = "sent, no answer yet; twice"
ONCE = (
    "before planning", "planned, not written", "written, not committed", "planning committed", "about to claim", "claimed, not committed",
    "claim committed", "looked at", "put in words", "sent, no answer yet", "answered, not written", "written down, not committed",
    "outcome committed", "all done", "receipt stored", "receipt applied, not committed", "receipt committed", "stop stored",
    "stop done, not committed", "stop committed",
)  # fmt: skip
# Between the provider's taking it and our writing that down nobody can know.
UNKNOWN = ("sent, no answer yet", "answered, not written", "written down, not committed")
