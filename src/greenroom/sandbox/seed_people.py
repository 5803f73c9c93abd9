"""Invented people with varied names. The same ones every time."""

FIRST_NAMES = (  # noqa: SIM905  easier to read and to extend
    "Aisha Mateo Ingrid Kwame Sofia Hiroshi Priya Lars Amara Diego Noor Emil Chloe Tariq Freya Marcus "
    "Yuki Elena Samuel Zainab Oliver Camila Jonas Mei Rafael Nadia Patrick Anjali Viktor Grace Omari "
    "Lucia Henrik Farah Thomas Ximena Bruno Keiko Astrid Malik Rosa Andrei Hannah Kofi Beatriz Wei Simone "
    "Arjun Maeve Tomas Leila Nathan Ewa Joaquin Selma Ravi Clara Idris Paula Sven"
).split()
LAST_NAMES = (  # noqa: SIM905
    "Okafor Lindqvist Moreau Tanaka Alvarez Novak Rahman Schmidt Mensah Costa Haddon Petrov Nguyen Larsen "
    "Abebe Rossi Kowalski Iyer Santos Weber O'Brien Yilmaz Kim Fontaine Adeyemi Bauer Castillo Dahl "
    "Eriksen Farouk Gallo Hughes Ivanova Jansen Khan Lopez Mbeki Nakamura Oduya Park Quintero Reyes Sato "
    "Thorne Ueda Vargas Wright Zhang Brandt Chowdhury"
).split()
DOMAINS = ("example.com", "example.org")

# Learners that other parts of the demo know by name.
KNOWN_PEOPLE = (
    ("Lena", "Fischer", "lena@example.com"),
    ("Leo", "Marchetti", "leo@example.com"),
    ("Mira", "Sandoval", "mira@example.com"),
    ("Nils", "Aalto", "nils@example.com"),
    ("Tess", "Delacroix", "tess@example.com"),
)

Person = tuple[str, str, str]


def demo_people(count: int) -> list[Person]:
    """People with distinct names and addresses, the known ones first."""
    people = list(KNOWN_PEOPLE)
    for number in range(count - len(people)):
        # 60 first and 50 last names: the second index moves by one more each time the first comes round.
        first = FIRST_NAMES[number * 7 % len(FIRST_NAMES)]
        last = LAST_NAMES[(number * 11 + number // len(FIRST_NAMES)) % len(LAST_NAMES)]
        plain = last.lower().replace("'", "")
        people.append((first, last, f"{first.lower()}.{plain}@{DOMAINS[number % 2]}"))
    return people


def generated_person(number: int) -> Person:
    """The address carries the number, so it is distinct."""
    first, last = number % len(FIRST_NAMES), number // len(FIRST_NAMES) % len(LAST_NAMES)
    return FIRST_NAMES[first], LAST_NAMES[last], f"person{number}@example.com"


def generated_people(count: int, *, first: int = 0) -> list[Person]:
    """Any number of people."""
    return [generated_person(number) for number in range(first, first + count)]
