"""Where does the demo play? Two real districts of Oud-Beijerland, with real figures and shapes drawn by ourselves.

Names and households of Zoomwijck and Poortwijk are facts of CBS. The neighbourhoods inside them, how the households are divided over
them, and every outline are invented: each cell is what lies nearest to its label point within a frame that we chose.
"""

from dataclasses import dataclass

SOURCE = "Bron: CBS en Kadaster (wijk- en buurtkaart 2024), bewerkt"
MUNICIPALITY, CODE = "Hoeksche Waard", "GM1963"

Point = tuple[float, float]


@dataclass(frozen=True)
class Buurt:
    """A neighbourhood with one watch group: its streets are invented, `members` is the size of the group in the demo."""

    name: str
    households: int
    label: Point
    members: int
    streets: tuple[str, ...]


@dataclass(frozen=True)
class Wijk:
    """A district: its neighbourhoods lie within `frame`, an ellipse given by its middle and its two half widths."""

    name: str
    slug: str
    frame: tuple[Point, Point]
    buurten: tuple[Buurt, ...]


WIJKEN = (
    Wijk(
        "Zoomwijck", "zoomwijck", ((4.3972, 51.8228), (0.0086, 0.0052)),
        (
            Buurt("De Laning", 430, (4.3928, 51.8253), 84, ("Laninghof", "Laningpad", "Kersengaarde", "Perengaarde")),
            Buurt("Oostwal", 415, (4.4022, 51.8250), 68, ("Oostwalstraat", "Walzicht", "Bolwerkhof", "Schansje")),
            Buurt("Centrumrand", 380, (4.3974, 51.8226), 57, ("Randstraat", "Torenzicht", "Marktpad", "Kleine Omloop")),
            Buurt("Zuidrand", 405, (4.4012, 51.8198), 61, ("Zuidrandweg", "Slootkant", "Rietzoom", "Wilgenrij")),
            Buurt("Het Park", 405, (4.3925, 51.8203), 64, ("Parkzicht", "Vijverpad", "Beukenrij", "Speelweide")),
        ),
    ),
    Wijk(
        "Poortwijk", "poortwijk", ((4.4345, 51.8160), (0.0078, 0.0056)),
        (
            Buurt("Poortwijk-Noord", 960, (4.4352, 51.8188), 62, ("Noordpoort", "Poortwachter", "Sleutelhof", "Ophaalbrug")),
            Buurt("Poortwijk-Zuid", 930, (4.4340, 51.8130), 54, ("Zuidpoort", "Havenzicht", "Kadehof", "Sluisje")),
        ),
    ),
)  # fmt: skip

# A district that began a year ago with one watch group, and has just grown past what one group can carry (S22, S23).
GROWING = Wijk(
    "Zeeheldenwijk", "zeeheldenwijk", ((4.4071, 51.8230), (0.0042, 0.0030)),
    (
        Buurt("Trompkwartier", 150, (4.4050, 51.8245), 12, ("Admiraalslaan", "Ankerpad")),
        Buurt("De Ruyterhoek", 140, (4.4066, 51.8247), 9, ("Scheepsjongenhof", "Kompaspad")),
        Buurt("Kortenaer", 145, (4.4086, 51.8244), 14, ("Wimpelstraat", "Vlootzicht")),
        Buurt("Piet Heinbuurt", 140, (4.4045, 51.8231), 8, ("Zilvervloot", "Roerpad")),
        Buurt("Het Roer", 135, (4.4069, 51.8231), 13, ("Stuurmanslaan", "Boegpad")),
        Buurt("De Evertsen", 140, (4.4095, 51.8229), 10, ("Zeilmakerslaan", "Masthof")),
        Buurt("Van Galen", 140, (4.4056, 51.8215), 9, ("Kajuitpad", "Touwslager")),
        Buurt("De Witte", 140, (4.4083, 51.8214), 8, ("Vuurtorenhof", "Bakenpad")),
    ),
)  # fmt: skip


def outline(wijk: Wijk, buurt: Buurt) -> dict[str, object]:
    """The cell of this neighbourhood as a GeoJSON polygon."""
    (x, y), (wide, high) = wijk.frame
    corners = ((1.0, 0.3), (0.72, 0.86), (0.1, 1.0), (-0.66, 0.9), (-1.0, 0.25), (-0.9, -0.6), (-0.25, -1.0), (0.6, -0.92), (0.95, -0.4))
    cell: list[Point] = [(x + wide * a, y + high * b) for a, b in corners]
    for other in wijk.buurten:
        if other is not buurt:
            cell = _nearer(cell, buurt.label, other.label)
    ring = [[round(a, 5), round(b, 5)] for a, b in cell]
    return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}


def _nearer(cell: list[Point], here: Point, there: Point) -> list[Point]:
    """Cut off what lies nearer to `there`; one degree of longitude counts for less than one of latitude."""

    def side(p: Point) -> float:
        return sum(((p[i] - here[i]) ** 2 - (p[i] - there[i]) ** 2) * weight for i, weight in ((0, 0.38), (1, 1.0)))

    kept: list[Point] = []
    for p, q in zip(cell, [*cell[1:], cell[0]], strict=True):
        a, b = side(p), side(q)
        if a <= 0:
            kept.append(p)
        if a * b < 0:
            share = a / (a - b)
            kept.append((p[0] + share * (q[0] - p[0]), p[1] + share * (q[1] - p[1])))
    return kept
