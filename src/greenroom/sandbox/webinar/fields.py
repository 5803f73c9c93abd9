"""Registration fields: what a form asks, and whether what a person sent will do."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from msgspec import Struct

from greenroom.sandbox.entities import FieldSetting, Question, QuestionAnswer, Webinar

ALWAYS_REQUIRED = ("firstName", "lastName", "email")


class StandardField(Struct):
    field: str
    maxSize: int  # noqa: N815  the data file has GoTo's names
    answers: list[str] | None = None


@cache
def standard_fields() -> dict[str, StandardField]:
    """The sixteen standard fields in GoTo's order, with their closed lists (observed)."""
    rows = json.loads((Path(__file__).parent / "registration_choices.json").read_text())["fields"]
    return {row["field"]: StandardField(row["field"], row["maxSize"], row.get("answers")) for row in rows}


def asked_fields(webinar: Webinar) -> list[tuple[StandardField, bool]]:
    """What the webinar's form asks, in GoTo's order, and whether each is required."""
    settings = {setting.name: setting.is_required for setting in webinar.fields}
    return [
        (standard, name in ALWAYS_REQUIRED or settings[name])
        for name, standard in standard_fields().items()
        if name in ALWAYS_REQUIRED or name in settings
    ]


class InvalidFieldError(Exception):
    """One registration field that will not do; the message is for people."""


def read_answers(webinar: Webinar, sent: dict[str, Any], *, is_list_closed: bool) -> dict[str, str]:
    """
    Check the standard fields somebody sent; empty ones count as not sent.

    Raises:
        InvalidFieldError: a required one is missing, one is too long, or not in its closed list.
    """
    answers = {}
    for standard, is_required in asked_fields(webinar):
        value = sent.get(standard.field)
        if value is None or value == "":
            if is_required:
                raise InvalidFieldError(f"{standard.field} is required.")
            continue
        if not isinstance(value, str):
            raise InvalidFieldError(f"{standard.field} must be text.")
        if len(value) > standard.maxSize:
            raise InvalidFieldError(f"{standard.field} is longer than {standard.maxSize} characters.")
        if is_list_closed and standard.answers and value not in standard.answers:
            raise InvalidFieldError(f"{standard.field} must be one of the listed answers.")
        answers[standard.field] = value
    return answers


def read_responses(webinar: Webinar, sent: object) -> list[QuestionAnswer]:
    """
    Check the answers to the webinar's own questions.

    Integrations send `{questionKey: 0}` as a placeholder, and GoTo takes it (observed).

    Raises:
        InvalidFieldError: an unknown question or choice, a text too long, or a required answer missing.
    """
    if sent is None:
        sent = []
    if not isinstance(sent, list) or not all(isinstance(item, dict) for item in sent):
        raise InvalidFieldError("responses must be a list of objects.")
    questions = {question.key: question for question in webinar.questions}
    read: dict[int, QuestionAnswer] = {}
    for item in sent:
        key = _whole(item.get("questionKey"))
        if key == 0:
            continue
        question = questions.get(key) if key is not None else None
        if question is None:
            raise InvalidFieldError("responses names a question this webinar does not have.")
        text = _answer_text(question, item)
        if text:
            read[question.key] = QuestionAnswer(question.key, text)
    for question in webinar.questions:
        if question.is_required and question.key not in read:
            raise InvalidFieldError(f"The question {question.key} is required.")
    return [read[question.key] for question in webinar.questions if question.key in read]


def _answer_text(question: Question, item: dict[str, Any]) -> str:
    if question.kind == "multipleChoice":
        key = _whole(item.get("answerKey"))
        if key is None:
            return ""
        for choice in question.choices:
            if choice.key == key:
                return choice.text
        raise InvalidFieldError(f"The question {question.key} has no such answerKey.")
    text = item.get("responseText")
    if text is None:
        return ""
    if not isinstance(text, str):
        raise InvalidFieldError("responseText must be text.")
    if len(text) > question.max_size:
        raise InvalidFieldError(f"The answer to question {question.key} is longer than {question.max_size} characters.")
    return text


def _whole(value: object) -> int | None:
    """Read a key that may come as a number or as text."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value)
    return None


def check_settings(settings: list[FieldSetting]) -> None:
    """Raise InvalidFieldError for a field GoTo does not have."""
    for setting in settings:
        if setting.name not in standard_fields():
            raise InvalidFieldError(f"there is no registration field {setting.name}")
