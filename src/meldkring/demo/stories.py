"""What happened in the demo's town in the last months? About thirty invented cases: texts about behaviour, never about origin.

`route` says how far a case went: "buurt" stays in its watch group, "buren" reaches two siblings, "wijk" all of the district,
"gemeente" also the other district; "politie" starts with the police in the coordination group, "stuurgroep" in the steering group.
"""

from dataclasses import dataclass, field
from typing import Any

from meldkring.cases.models import Called, Direction, Outcome


@dataclass(frozen=True)
class Story:
    """One ended case, so many `days` ago. `reactions` and `news` are (minutes after the report, group, text); `lasted` is in minutes."""

    days: int
    at: str
    home: str
    route: str
    outcome: str
    text: str
    ending: str
    called: str = Called.BY_ME
    lasted: int = 55
    reactions: tuple[tuple[int, str, str], ...] = ()
    news: tuple[tuple[int, str, str], ...] = ()
    extras: dict[str, Any] = field(default_factory=dict)
    exercise: bool = False


NIET_NODIG, ANDER = Called.NOT_NEEDED, Called.BY_OTHER
LANING, OOSTWAL, CENTRUM, ZUID, PARK = "De Laning", "Oostwal", "Centrumrand", "Zuidrand", "Het Park"
NOORD, POORTZUID = "Poortwijk-Noord", "Poortwijk-Zuid"

STORIES = (
    Story(
        164, "20:15", OOSTWAL, "wijk", Outcome.GOOD, called=NIET_NODIG, lasted=30, exercise=True,
        text="Oefening. Iemand voelt aan autodeuren in de Oostwalstraat. Dit is geen echte melding.",
        ending="Einde van de oefening. Binnen vier minuten las de hele wijk mee. Dank je wel voor het meedoen!",
        reactions=((4, CENTRUM, "Oefening: ik zie iemand met een gele pet richting de markt lopen."),),
    ),
    Story(
        158, "02:35", LANING, "buren", Outcome.HARM, lasted=95,
        text="Glasgerinkel achter de huizen van het Laningpad. Ik hoor twee mensen wegrennen, ik zie ze niet.",
        ending="Ruit van een schuur is stuk. Er is niets weg. De bewoner doet aangifte.",
        reactions=(
            (3, LANING, "Ik hoorde het ook. Licht aangedaan in de tuin, niemand te zien."),
            (11, OOSTWAL, "Hier twee fietsers zonder licht voorbij, snel."),
        ),
    ),
    Story(
        151, "14:05", PARK, "buurt", Outcome.GOOD, called=NIET_NODIG, lasted=40,
        text="Een hond loopt los bij de vijver, zonder baasje. Hij is rustig maar loopt soms de weg op.",
        ending="De hond is weer thuis bij zijn baasje aan het Vijverpad.",
        reactions=((6, PARK, "Dat is de hond van het Vijverpad. Ik bel even aan."),),
    ),
    Story(
        147, "16:50", NOORD, "wijk", Outcome.CAUGHT, lasted=70,
        text="Een man belt aan en zegt dat hij van de bank is. Hij wil de pas van mijn buurvrouw meenemen.",
        ending="De politie heeft iemand aangehouden. Geef nooit je pas of pincode af, ook niet aan een vriendelijk iemand.",
        reactions=((5, POORTZUID, "Bij ons in de Kadehof is ook aangebeld, tien minuten terug. Niet opengedaan."),),
        news=((25, NOORD, "De politie is met twee auto's in de wijk en spreekt met iemand."),),
        extras={"persons": "Man, ongeveer 30 jaar, net pak, map onder de arm", "direction": Direction.S},
    ),
    Story(
        140, "23:10", ZUID, "buren", Outcome.GONE,
        text="Iemand voelt aan de deuren van geparkeerde auto's op de Zuidrandweg, de ene na de andere.",
        ending="De politie heeft rondgereden en niemand meer gezien. Kijk of je auto op slot is.",
        reactions=((7, CENTRUM, "In de Randstraat loopt nu iemand met een zaklamp langs de auto's."),),
        extras={"persons": "Eén persoon, donkere jas met capuchon, lichte rugzak", "direction": Direction.N},
    ),
    Story(
        134, "09:40", CENTRUM, "buurt", Outcome.INNOCENT, called=NIET_NODIG, lasted=25,
        text="Er staat al een uur een onbekende bus met draaiende motor in het Marktpad, niemand erin.",
        ending="Het is de bus van een schilder die hier deze week werkt. Niets aan de hand.",
        reactions=((9, CENTRUM, "Ik zie op de zijkant de naam van een schildersbedrijf staan."),),
    ),
    Story(
        129, "19:25", LANING, "gemeente", Outcome.GOOD, lasted=48,
        text="Mijn dochter van 7 is niet thuisgekomen van het spelen. Ze draagt een rode jas en een blauwe helm, op een witte fiets.",
        ending="Ze is gevonden bij een vriendinnetje in Poortwijk. Alles is goed. Heel veel dank aan iedereen die gezocht heeft!",
        reactions=(
            (4, LANING, "Ik loop naar de speeltuin aan de Kersengaarde."),
            (9, PARK, "Bij de vijver is ze niet, ik blijf hier staan."),
            (33, NOORD, "Er staat een witte kinderfiets voor een huis aan de Sleutelhof."),
        ),
    ),
    Story(
        122, "03:05", POORTZUID, "wijk", Outcome.HARM, lasted=65,
        text="Brandlucht en rook uit een container aan het Havenzicht.",
        ending="De brandweer heeft het vuur gedoofd. Eén container is verbrand, verder geen schade.",
        reactions=((6, POORTZUID, "Ik zie de brandweer aankomen."), (14, NOORD, "Hier ook rook te ruiken, ramen dicht.")),
    ),
    Story(
        118, "21:45", OOSTWAL, "buren", Outcome.INNOCENT, lasted=35,
        text="Twee mensen schijnen met een zaklamp in achtertuinen van de Bolwerkhof.",
        ending="Ze zochten hun weggelopen kat. De kat is terug.",
        reactions=((8, OOSTWAL, "Ik heb ze gesproken, ze roepen een kat."),),
    ),
    Story(
        111, "13:30", ZUID, "politie", Outcome.GONE, lasted=300,
        text="Er wordt in deze wijk gewaarschuwd voor nepmonteurs. Laat niemand binnen zonder afspraak.",
        ending="Er zijn vandaag geen nieuwe meldingen gekomen. Blijf opletten.",
        reactions=((40, ZUID, "Bij mij stond vanochtend iemand voor de meterkast, zonder afspraak. Ik heb niet opengedaan."),),
    ),
    Story(
        106, "01:20", PARK, "wijk", Outcome.NO_WORD, lasted=150,
        text="Harde knal bij de geldautomaat aan de Parkzicht, daarna een scooter die hard wegrijdt.",
        ending="We hoorden niets meer van de politie. Het was waarschijnlijk vuurwerk.",
        reactions=(
            (3, PARK, "Ik ben er wakker van geworden. Geen schade te zien vanaf mijn raam."),
            (10, ZUID, "Scooter zonder licht over de Slootkant."),
        ),
        extras={"vehicle": "Zwarte scooter, twee personen, zonder licht", "direction": Direction.SE},
    ),
    Story(
        101, "17:15", NOORD, "buurt", Outcome.GOOD, called=NIET_NODIG, lasted=45,
        text="Jongens gooien stenen vanaf het bruggetje bij de Ophaalbrug naar fietsers.",
        ending="De ouders zijn gebeld en hebben met de jongens gepraat.",
        reactions=((10, NOORD, "Ik ken een van de ouders, ik bel."),),
    ),
    Story(
        97, "22:55", LANING, "wijk", Outcome.CAUGHT, lasted=62,
        text="Inbraak bezig: ik zie iemand door een raam klimmen aan de Perengaarde. De bewoners zijn op vakantie.",
        ending="De politie heeft iemand aangehouden dankzij het signalement. Dank voor het opletten en voor het afstand houden.",
        reactions=(
            (2, LANING, "Ik zie hem ook, hij staat nu in de achtertuin."),
            (6, OOSTWAL, "Er rent iemand met een rugzak over het Walzicht."),
            (9, CENTRUM, "Nu bij het Torenzicht."),
        ),
        news=((15, LANING, "De politie is onderweg met een hond. Blijf binnen en blijf kijken."),),
        extras={"persons": "Eén persoon, grijze trui met capuchon, witte schoenen", "place": "Achterkant Perengaarde", "direction": Direction.E},
    ),
    Story(
        92, "11:10", CENTRUM, "buren", Outcome.GOOD, lasted=38,
        text="Mevrouw van ongeveer 80 dwaalt rond bij het Torenzicht en weet niet meer waar ze woont.",
        ending="Mevrouw is weer thuis, haar zoon is bij haar.",
        reactions=(
            (5, CENTRUM, "Ik heb haar een kop thee gegeven, ze zit bij mij op de bank."),
            (16, OOSTWAL, "Dat is denk ik mijn buurvrouw, ik bel haar zoon."),
        ),
        extras={"going_to_do": "Ik blijf bij haar tot er hulp is"},
    ),
    Story(
        88, "04:15", POORTZUID, "buurt", Outcome.INNOCENT, called=NIET_NODIG, lasted=20,
        text="Alarm van een auto gaat al tien minuten af in de Kadehof.",
        ending="Storing in het alarm. De eigenaar heeft het uitgezet.",
    ),
    Story(
        83, "18:40", ZUID, "wijk", Outcome.HARM, lasted=120,
        text="Iemand trekt een tas van een fiets en rent weg, op de hoek van de Rietzoom.",
        ending="De tas is teruggevonden in de sloot, zonder portemonnee. Er is aangifte gedaan.",
        reactions=(
            (4, ZUID, "Ik help mevrouw, ze is geschrokken maar niet gewond."),
            (8, PARK, "Iemand in korte broek rende net de Speelweide over."),
        ),
        extras={"persons": "Eén persoon, korte broek, blauw shirt", "direction": Direction.W},
    ),
    Story(
        78, "20:20", NOORD, "gemeente", Outcome.NO_WORD, lasted=140,
        text="Zilveren bestelauto rijdt stapvoets en stopt bij elke oprit. Iemand maakt foto's van de huizen.",
        ending="De politie heeft het kenteken genoteerd. Meer weten we niet.",
        reactions=((9, POORTZUID, "Zelfde auto gezien aan de Zuidpoort."), (31, OOSTWAL, "Nu rijdt er zo een door de Oostwalstraat.")),
        extras={"vehicle": "Zilveren bestelauto met deuk in de achterdeur", "direction": Direction.W},
    ),
    Story(
        73, "15:35", LANING, "buurt", Outcome.GOOD, called=NIET_NODIG, lasted=50,
        text="Er ligt een gewonde zwaan op het fietspad bij het Laninghof.",
        ending="De dierenambulance heeft de zwaan meegenomen.",
        reactions=((12, LANING, "Dierenambulance is gebeld, ze komen eraan."),),
    ),
    Story(
        67, "00:50", OOSTWAL, "wijk", Outcome.CAUGHT, lasted=85,
        text="Drie mensen tillen een scooter in een busje aan het Schansje.",
        ending="Het busje is bij de rotonde aangehouden. De scooter gaat terug naar de eigenaar.",
        reactions=(
            (3, OOSTWAL, "Het busje rijdt nu weg zonder licht."),
            (7, ZUID, "Ik zie het busje bij de Wilgenrij, richting de rotonde."),
        ),
        news=((30, OOSTWAL, "De politie heeft het busje staande gehouden."),),
        extras={"vehicle": "Wit busje, laatste letters van het kenteken onbekend", "direction": Direction.S},
    ),
    Story(
        61, "16:10", PARK, "stuurgroep", Outcome.GOOD, lasted=260,
        text="De politie zoekt getuigen van een aanrijding bij het Vijverpad. De fietser is met schrik vrijgekomen.",
        ending="De automobilist heeft zich gemeld. Dank voor het meekijken.",
        reactions=((25, PARK, "Ik stond er vlakbij en heb de auto gezien. Ik bel de politie op 0900-8844."),),
    ),
    Story(
        56, "21:05", POORTZUID, "wijk", Outcome.GOOD, lasted=44,
        text="Vrouw wordt op straat achtervolgd en roept om hulp, Zuidpoort ter hoogte van het water.",
        ending="Mevrouw is veilig. De politie heeft met beide mensen gesproken.",
        reactions=(
            (2, POORTZUID, "Wij staan buiten met drie buren, ze is bij ons."),
            (6, NOORD, "Een man loopt nu snel weg over de Noordpoort."),
        ),
        extras={"going_to_do": "Ik loop met mijn buren naar haar toe", "place": "Zuidpoort, bij het water"},
    ),
    Story(
        51, "12:45", CENTRUM, "buurt", Outcome.INNOCENT, called=NIET_NODIG, lasted=90,
        text="Collectant zonder legitimatie aan de deur in de Kleine Omloop.",
        ending="De collectant was zijn pas vergeten en heeft hem later laten zien.",
    ),
    Story(
        45, "23:30", ZUID, "buren", Outcome.HARM, called=ANDER, lasted=75,
        text="Iemand spuit verf op de muur van de school aan de Zuidrandweg.",
        ending="De muur wordt morgen schoongemaakt. De school doet aangifte.",
        reactions=((6, ZUID, "Het zijn er twee, ze rennen nu weg."), (12, PARK, "Niemand gezien aan de Speelweide.")),
    ),
    Story(
        39, "06:20", NOORD, "wijk", Outcome.INNOCENT, lasted=58,
        text="Voordeur staat wagenwijd open bij de buren aan de Poortwachter, niemand reageert.",
        ending="De deur was niet goed dicht gevallen. Er is niets weg.",
        reactions=((10, NOORD, "Ik heb het nummer van de zoon, ik bel hem."),),
    ),
    Story(
        33, "19:55", LANING, "gemeente", Outcome.GOOD, lasted=81,
        text="Man van 74 met geheugenverlies is weggelopen van het Laninghof. Groene jas, loopt met een stok.",
        ending="Hij is gevonden bij de bushalte in Poortwijk en is weer thuis. Dank aan twee wijken!",
        reactions=(
            (6, LANING, "Ik fiets de Kersengaarde rond."),
            (14, CENTRUM, "Niet gezien bij de winkels."),
            (47, POORTZUID, "Er zit een meneer met een groene jas in het bushokje, ik blijf bij hem."),
        ),
        news=((20, LANING, "De politie zoekt mee, ook met een Burgernet-bericht."),),
    ),
    Story(
        28, "02:10", PARK, "buren", Outcome.GONE, lasted=66,
        text="Twee mensen proberen deuren van schuurtjes aan de Beukenrij.",
        ending="De politie was er snel, maar ze waren al weg. Controleer je schuur.",
        reactions=((4, PARK, "Bij mij is het slot geforceerd, er is niets weg."), (9, ZUID, "Stil aan de Rietzoom.")),
        extras={"direction": Direction.SW},
    ),
    Story(
        22, "17:40", OOSTWAL, "politie", Outcome.GONE, lasted=320,
        text="Let op: dieven doen zich aan de telefoon voor als politie. De politie haalt nooit geld of sieraden op.",
        ending="Vandaag kwamen er geen nieuwe meldingen meer. Vertel het ook aan je buren.",
        reactions=((35, OOSTWAL, "Mijn moeder is net zo gebeld. Ze heeft opgehangen."), (52, LANING, "Hier ook gebeld, zelfde verhaal.")),
    ),
    Story(
        16, "22:15", POORTZUID, "buren", Outcome.HARM, lasted=130,
        text="Autobanden worden lekgestoken aan het Sluisje, ik hoor het sissen.",
        ending="Vier auto's hebben een lekke band. De politie bekijkt de beelden van een deurbel.",
        reactions=((5, POORTZUID, "Mijn auto ook. Ik zag iemand op een damesfiets wegrijden."),),
    ),
    Story(
        11, "10:25", CENTRUM, "buurt", Outcome.GOOD, lasted=105,
        text="Er hangt een sterke gaslucht in de Randstraat.",
        ending="De netbeheerder heeft een klein lek gedicht. Het is veilig.",
        reactions=((3, CENTRUM, "Ik ruik het ook bij nummer 12. Wij zijn naar buiten gegaan."),),
    ),
    Story(
        6, "21:35", ZUID, "wijk", Outcome.NO_WORD, lasted=160,
        text="Iemand kijkt met een lampje bij huizen naar binnen aan de Wilgenrij en loopt weg als er licht aangaat.",
        ending="We hoorden niets meer van de politie. Zet 's avonds een lamp aan en blijf opletten.",
        reactions=((8, ZUID, "Hier ging net het tuinlicht aan, ik zag iemand weglopen."), (15, CENTRUM, "Rustig in het Marktpad.")),
        extras={"persons": "Eén persoon, lange donkere jas", "direction": Direction.NW},
    ),
    Story(
        2, "18:05", NOORD, "buren", Outcome.HARM, lasted=70,
        text="Pakketjes worden van de stoep meegenomen aan de Noordpoort, door iemand op een elektrische fiets.",
        ending="Drie pakketjes zijn weg. De bezorgdienst en de politie weten ervan.",
        reactions=((7, NOORD, "Ik heb hem zien wegfietsen met een grote tas."),),
        extras={"vehicle": "Elektrische fiets met zwarte fietstassen", "direction": Direction.NE},
    ),
)  # fmt: skip
