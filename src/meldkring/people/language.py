"""In which language does a person read the screens?"""

from meldkring.people.models import Person


def choose(person: Person, language: str) -> None:
    """From now on this person reads in this language."""
    person.language = language
    person.save(update_fields=["language"])
