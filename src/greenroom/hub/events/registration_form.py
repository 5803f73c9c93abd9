"""What an organizer asks at sign-up, and what a person answers; the same shape for every product."""

from collections.abc import Mapping
from typing import Any

import msgspec
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from greenroom.hub.core.errors import InvalidInputError
from greenroom.hub.core.texts import storable

# GoTo's sixteen standard fields, as people call them.
FIELD_LABELS = {
    "firstName": "First name",
    "lastName": "Last name",
    "email": "E-mail address",
    "phone": "Phone",
    "address": "Address",
    "city": "City",
    "state": "State or province",
    "zipCode": "Postal code",
    "country": "Country",
    "organization": "Organization",
    "jobTitle": "Job title",
    "industry": "Industry",
    "numberOfEmployees": "Number of employees",
    "purchasingTimeFrame": "When you plan to buy",
    "purchasingRole": "Your part in buying",
    "questionsAndComments": "Questions and comments",
}


class FormField(msgspec.Struct, frozen=True):
    """A standard field. `choices` is empty where any text will do; `max_length` 0 means no limit is known."""

    name: str
    is_required: bool
    max_length: int = 0
    choices: tuple[str, ...] = ()


class FormQuestion(msgspec.Struct, frozen=True):
    """A question of the organizer's own. With choices it is a choice of one, else a short text."""

    key: str
    text: str
    is_required: bool
    max_length: int = 0
    choices: tuple[tuple[str, str], ...] = ()


class RegistrationForm(msgspec.Struct, frozen=True):
    """All that is asked, in the organizer's order."""

    fields: tuple[FormField, ...]
    questions: tuple[FormQuestion, ...] = ()

    def to_json(self) -> Any:
        """Return plain lists and dicts for a JSON column."""
        return msgspec.to_builtins(self)

    @classmethod
    def from_json(cls, value: Any) -> "RegistrationForm":
        """Read what `to_json` made."""
        return msgspec.convert(value, cls)


class Answers(msgspec.Struct, frozen=True):
    """
    What a person answered.

    `fields` by GoTo's field name; `texts` and `choices` by question key, a choice being the key of the chosen answer
    (which may be "0").
    """

    fields: dict[str, str]
    texts: dict[str, str] = {}
    choices: dict[str, str] = {}

    @property
    def email(self) -> str:
        """Return the address in lower case, the form in which people are matched."""
        return self.fields["email"].strip().lower()

    def tidied(self) -> "Answers":
        """Return the same without blanks around and characters that cannot be stored."""
        return Answers(_tidy(self.fields), _tidy(self.texts), _tidy(self.choices))

    def to_json(self) -> Any:
        """Return plain dicts for a JSON column."""
        return msgspec.to_builtins(self)

    @classmethod
    def from_json(cls, value: Any) -> "Answers":
        """Read what `to_json` made."""
        return msgspec.convert(value, cls)


def _tidy(texts: Mapping[str, str]) -> dict[str, str]:
    return {name: storable(text).strip() for name, text in texts.items()}


# Every product asks for these three, whatever else it asks.
BASIC_FORM = RegistrationForm(
    fields=(
        FormField("firstName", True, 128),
        FormField("lastName", True, 128),
        FormField("email", True, 128),
    )
)


def check_answers(form: RegistrationForm, answers: Answers) -> None:
    """
    Refuse answers that GoTo would refuse, naming each field, so that a person learns it before anything is sent.

    Raises:
        InvalidInputError: `errors` by field name, or by `question_KEY`.
    """
    errors = {
        field.name: problem
        for field in form.fields
        if (problem := _field_problem(field, answers.fields.get(field.name, "").strip()))
    }
    for question in form.questions:
        if problem := _question_problem(question, answers):
            errors[f"question_{question.key}"] = problem
    if errors:
        raise InvalidInputError("Some answers are missing or cannot be taken.", errors)


def _field_problem(field: FormField, value: str) -> str:
    if not value:
        return "This is required." if field.is_required else ""
    if field.choices and value not in field.choices:
        return "Choose one of the answers in the list."
    if field.name == "email" and not is_address(value):
        return "Give an e-mail address, like name@example.com."
    return _length_problem(value, field.max_length)


def is_address(value: str) -> bool:
    """Tell whether a text can be an e-mail address."""
    try:
        validate_email(value)
    except ValidationError:
        return False
    return True


def _question_problem(question: FormQuestion, answers: Answers) -> str:
    given: Mapping[str, str] = answers.choices if question.choices else answers.texts
    value = given.get(question.key, "").strip()
    if not value:
        return "This is required." if question.is_required else ""
    if question.choices and value not in dict(question.choices):
        return "Choose one of the answers in the list."
    return "" if question.choices else _length_problem(value, question.max_length)


def carry_over(given: Answers, *, to: RegistrationForm, asked: RegistrationForm) -> Answers:
    """
    Return of the answers given to one form those that another one asks for and would take.

    Fields are the same by name. Keys of questions differ from event to event: they are the same if they have the same
    text, and both want a text or both a choice; the choice is the one that reads the same. To a single one, such
    as a consent, people agree anew.
    """
    fields = {
        field.name: value
        for field in asked.fields
        if (value := given.fields.get(field.name, "")) and not _field_problem(field, value)
    }
    answered = {(one.text, bool(one.choices)): _words_of(one, given) for one in to.questions}
    texts: dict[str, str] = {}
    choices: dict[str, str] = {}
    for question in asked.questions:
        words = answered.get((question.text, bool(question.choices)), "")
        if words and (value := _say(words, question)):
            (choices if question.choices else texts)[question.key] = value
    return Answers(fields, texts, choices)


def _words_of(question: FormQuestion, given: Answers) -> str:
    """Return what was answered as people read it."""
    if not question.choices:
        return given.texts.get(question.key, "")
    return dict(question.choices).get(given.choices.get(question.key, ""), "")


def _say(words: str, question: FormQuestion) -> str:
    """Return the answer to a question that reads like these words; empty where it takes none that does."""
    if question.choices:
        has_choice = len(question.choices) > 1
        return next((key for key, label in question.choices if has_choice and label == words), "")
    return "" if _length_problem(words, question.max_length) else words


def _length_problem(value: str, max_length: int) -> str:
    return f"Use at most {max_length} characters." if max_length and len(value) > max_length else ""
