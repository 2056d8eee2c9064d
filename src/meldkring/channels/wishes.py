"""By which words alone does somebody who chats with us say that they want no more, or want it again?"""

import re

STOP = frozenset({"stop", "stoppen", "afmelden", "unsubscribe"})
START = frozenset({"start", "weer aanmelden"})


def stopped(text: str) -> bool | None:
    """True for STOP, False for START, None for everything else; as a command of a bot too (“/stop”)."""
    word = re.sub(r"[^\w ]", "", text).strip().lower()
    return True if word in STOP else False if word in START else None
