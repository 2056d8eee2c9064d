"""Which colours and shapes may a municipality give us? Design tokens and nothing else, and only such that everybody can still read.

A `theme.css` or a `tokens.json` (Design Tokens format) becomes a list of custom properties whose names we know the beginning of. Whatever loads,
imports or computes is refused, with its line. Then every pair of colours that we lay upon each other is measured (WCAG 2.2: 4.5 to 1 for text,
3 to 1 for edges). The tokens hold by day; in dark mode our own colours stay, for a theme says nothing about the night.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import tinycss2
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from tinycss2 import ast, color3

Tokens = dict[str, str]
OURS = ("--basis-", "--utrecht-")
FUNCTIONS = frozenset({"rgb", "rgba", "hsl", "hsla", "var"})
PLAIN = (ast.WhitespaceToken, ast.IdentToken, ast.HashToken, ast.NumberToken, ast.PercentageToken, ast.DimensionToken, ast.StringToken)
LITERALS = frozenset({",", "/", "-", "+", "."})
LARGEST, MOST, LONGEST = 500_000, 4000, 300
TEXT, EDGE = 4.5, 3.0
C, U = "--basis-color-", "--utrecht-"
BUTTON = U + "button-primary-action-"
# What lies on what, and what it is called.
PAIRS: tuple[tuple[str, str, float, str | Promise], ...] = (
    (C + "ink", C + "paper", TEXT, gettext_lazy("text on the page")),
    (C + "ink", C + "mist", TEXT, gettext_lazy("text on a soft ground")),
    (C + "ink-subtle", C + "paper", TEXT, gettext_lazy("small text on the page")),
    (C + "ink-subtle", C + "mist", TEXT, gettext_lazy("small text on a soft ground")),
    (U + "link-color", C + "paper", TEXT, gettext_lazy("a link")),
    (C + "working", C + "paper", TEXT, gettext_lazy("a second button")),
    (C + "working", C + "working-soft", TEXT, gettext_lazy("a label that something is going on")),
    (BUTTON + "color", BUTTON + "background-color", TEXT, gettext_lazy("the words on a button")),
    (BUTTON + "color", BUTTON + "hover-background-color", TEXT, gettext_lazy("the words on a button one points at")),
    (C + "on-alarm", C + "alarm", TEXT, gettext_lazy("“Call 112”")),
    (C + "alarm-ink", C + "paper", TEXT, gettext_lazy("an error")),
    (C + "over", C + "over-soft", TEXT, gettext_lazy("a label that it is over")),
    (C + "warning", C + "warning-soft", TEXT, gettext_lazy("a warning")),
    (C + "deep-ink", C + "deep", TEXT, gettext_lazy("the menu")),
    (C + "deep-ink-subtle", C + "deep", TEXT, gettext_lazy("small text in the menu")),
    (C + "deep-ink", C + "deep-current", TEXT, gettext_lazy("the chosen line of the menu")),
    (U + "form-control-border-color", U + "form-control-background-color", EDGE, gettext_lazy("the edge of a field")),
    (C + "line-strong", C + "paper", EDGE, gettext_lazy("the edge of a choice")),
    (C + "focus", C + "paper", EDGE, gettext_lazy("the line around what has the keyboard")),
)


class BadTheme(Exception):
    """The theme cannot be used; `reasons` says everything that is wrong with it."""

    def __init__(self, reasons: list[str]) -> None:
        self.reasons = reasons
        super().__init__(" ".join(reasons))


def read(text: str, *, name: str) -> Tokens:
    """The tokens of a file with this name. Refuses with `BadTheme`."""
    if len(text) > LARGEST:
        raise BadTheme([_("This file is too large for a theme.")])
    try:
        found = _from_json(text) if name.lower().endswith(".json") else _from_css(text)
    except RecursionError as deep:
        raise BadTheme([_("This file is too large for a theme.")]) from deep
    tokens = {key: value for key, value in found.items() if key.startswith(OURS)}
    if not tokens:
        raise BadTheme([_("There is no token in it that we use: they begin with --basis- or --utrecht-.")])
    if len(tokens) > MOST:
        raise BadTheme([_("This file is too large for a theme.")])
    return tokens


def check(tokens: Mapping[str, str], ours: Mapping[str, str]) -> None:
    """Measure every pair of colours, ours where the theme says nothing. Refuses with `BadTheme`, each failure named."""
    all_of_it = {**ours, **tokens}
    wrong = [words for pair in PAIRS if (words := _measured(all_of_it, *pair))]
    if wrong:
        raise BadTheme(wrong)


def contrast(tokens: Mapping[str, str], over: str, under: str) -> float | None:
    """How much two colours differ, from 1 to 21; None when one of them is no plain colour."""
    front, back = _colour(tokens, over), _colour(tokens, under)
    if front is None or back is None or front.alpha < 1 or back.alpha < 1:
        return None
    lighter, darker = sorted((_light(front), _light(back)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def css(tokens: Mapping[str, str]) -> str:
    """The tokens as a style sheet, for by day."""
    lines = "".join(f"    {name}: {value};\n" for name, value in sorted(tokens.items()))
    return "@media (prefers-color-scheme: light) {\n  :root {\n" + lines + "  }\n}\n"


def digest(tokens: Mapping[str, str]) -> str:
    """By which a style sheet is known, so that a browser may keep it."""
    return hashlib.sha256(css(tokens).encode()).hexdigest()[:16]


def own(text: str) -> Tokens:
    """The tokens by day of our own style sheet."""
    rules = tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True)
    roots = [rule for rule in rules if rule.type == "qualified-rule" and tinycss2.serialize(rule.prelude).strip() == ":root"]
    return {
        d.name: tinycss2.serialize(d.value).strip()
        for rule in roots
        for d in _declarations(rule)
        if d.type == "declaration" and d.name.startswith(OURS)
    }


def _measured(tokens: Mapping[str, str], over: str, under: str, least: float, words: str | Promise) -> str:
    found = contrast(tokens, over, under)
    said = {"what": words, "over": over, "under": under, "least": f"{least:g}".replace(".", ",")}
    if found is None:
        return _("%(what)s: %(over)s or %(under)s is not a plain colour, so nobody can say whether it can be read.") % said
    if found < least:
        # Rounded down: 4.499 is not 4.5.
        return _("%(what)s: the contrast is %(found)s to 1, and must be at least %(least)s to 1 (%(over)s on %(under)s).") % {
            **said, "found": f"{int(found * 100) / 100:.2f}".replace(".", ","),
        }  # fmt: skip
    return ""


def _from_css(text: str) -> Tokens:
    found: Tokens = {}
    wrong: list[str] = []
    for rule in tinycss2.parse_stylesheet(text, skip_comments=True, skip_whitespace=True):
        if rule.type != "qualified-rule":
            what = f"@{rule.at_keyword}" if rule.type == "at-rule" else _("something that is not CSS")
            wrong.append(_("Line %(line)s: %(what)s is not allowed.") % {"line": rule.source_line, "what": what})
            continue
        for declaration in _declarations(rule):
            if declaration.type != "declaration" or not _is_name(declaration.name):
                what = getattr(declaration, "name", "")[:80] or _("something that is not CSS")
                wrong.append(
                    _("Line %(line)s: %(what)s is not allowed; only custom properties are.")
                    % {"line": declaration.source_line, "what": what}
                )
            elif refused := _refused(declaration.value):
                wrong.append(_("Line %(line)s: %(what)s is not allowed.") % {"line": declaration.source_line, "what": refused})
            else:
                found[declaration.name] = tinycss2.serialize(declaration.value).strip()
    if wrong:
        raise BadTheme(wrong[:20])
    return found


def _from_json(text: str) -> Tokens:
    try:
        data = json.loads(text)
    except ValueError as broken:
        raise BadTheme([_("This is not JSON: %(why)s") % {"why": broken}]) from broken
    found: Tokens = {}
    wrong: list[str] = []
    for path, value in _leaves(data, ()):
        name, parsed = "--" + "-".join(path), tinycss2.parse_component_value_list(value)
        if refused := _refused(parsed) if _is_name(name) else _("this name"):
            wrong.append(_("%(name)s: %(what)s is not allowed.") % {"name": name[:80], "what": refused})
        else:
            found[name] = tinycss2.serialize(parsed).strip()
    if wrong:
        raise BadTheme(wrong[:20])
    return found


def _leaves(data: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str]]:
    if len(path) > 12 or not isinstance(data, dict):
        return
    value = data.get("$value", data.get("value"))
    if isinstance(value, str | int | float) and not isinstance(value, bool):
        text = str(value).strip()
        # A reference to another token is a custom property here.
        yield path, f"var(--{text[1:-1].replace('.', '-')})" if text.startswith("{") and text.endswith("}") else text
        return
    for key, inner in data.items():
        if not key.startswith("$"):
            yield from _leaves(inner, (*path, key))


def _is_name(name: str) -> bool:
    """Whether this is a custom property as it is written down: an escape could hide a bracket in its name."""
    return re.fullmatch(r"--[\w-]*[a-z0-9][\w-]*", name, re.ASCII | re.IGNORECASE) is not None


def _declarations(rule: Any) -> list[Any]:
    found: list[Any] = tinycss2.parse_blocks_contents(rule.content, skip_comments=True, skip_whitespace=True)
    return found


def _refused(values: Iterable[Any]) -> str:
    """What in this value may not be there; empty when all is well."""
    shown = ""
    for value in values:
        shown += value.serialize()
        if isinstance(value, ast.FunctionBlock):
            if value.lower_name not in FUNCTIONS:
                return f"{value.lower_name}()"
            if refused := _refused(value.arguments):
                return refused
        elif isinstance(value, ast.LiteralToken):
            if value.value not in LITERALS:
                return str(value.value)
        elif not isinstance(value, PLAIN) or (isinstance(value, ast.StringToken) and set(value.value) & set("<>{};\\\n")):
            return str(value.serialize())[:30]
    return _("so long a value") if len(shown) > LONGEST else ""


def _colour(tokens: Mapping[str, str], name: str, depth: int = 0) -> Any:
    value = tokens.get(name, "").strip()
    if value.startswith("var(") and value.endswith(")") and depth < 20:
        return _colour(tokens, value[4:-1].split(",")[0].strip(), depth + 1)
    found = color3.parse_color(value)
    return None if isinstance(found, str) else found


def _light(colour: Any) -> float:
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (colour.red, colour.green, colour.blue))
    return float(0.2126 * red + 0.7152 * green + 0.0722 * blue)
