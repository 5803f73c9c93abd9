"""The registration page of a webinar, and what a person sees who registered."""

from typing import Any

import flask
from werkzeug.exceptions import NotFound

from greenroom.sandbox.core import Core
from greenroom.sandbox.entities import Event, Registrant, Webinar
from greenroom.sandbox.pages.browser import Page
from greenroom.sandbox.pages.showing import state_of
from greenroom.sandbox.webinar import store as webinar_store
from greenroom.sandbox.webinar.fields import InvalidFieldError, asked_fields

FIELD_LABELS = {
    "firstName": "First name",
    "lastName": "Last name",
    "email": "E-mail address",
    "address": "Address",
    "city": "City",
    "state": "State",
    "zipCode": "Postcode",
    "country": "Country",
    "phone": "Phone",
    "organization": "Organization",
    "jobTitle": "Job title",
    "questionsAndComments": "Questions and comments",
    "industry": "Industry",
    "numberOfEmployees": "Number of employees",
    "purchasingTimeFrame": "Purchasing time frame",
    "purchasingRole": "Purchasing role",
}


def register_page(core: Core, key: str) -> Page:
    webinar = core.state.webinars.get(key)
    if webinar is None:
        raise NotFound
    return _register_form(core, webinar, None, {})


def _register_form(core: Core, webinar: Webinar, error: str | None, values: dict[str, str]) -> str:
    return flask.render_template(
        "register.html",
        webinar=webinar,
        state=state_of(core, webinar),
        fields=[(field, FIELD_LABELS[field.field], is_required) for field, is_required in asked_fields(webinar)],
        error=error,
        values=values,
    )


def register_post(core: Core, key: str) -> Page:
    webinar = core.state.webinars.get(key)
    if webinar is None:
        raise NotFound
    values = flask.request.form.to_dict()
    sent: dict[str, Any] = dict(values) | {"responses": _form_responses(webinar, values)}
    sent["source"] = flask.request.args.get("source")
    try:
        registrant = webinar_store.register(core, webinar, sent)
    except InvalidFieldError as error:
        return _register_form(core, webinar, str(error), values), 400
    except webinar_store.DuplicateRegistrantError:
        text = "This address is registered already. Look for the confirmation you got."
        return _register_form(core, webinar, text, values), 409
    except webinar_store.WebinarFullError:
        return _register_form(core, webinar, "No place is left in this webinar.", values), 403
    except webinar_store.RegistrationClosedError:
        return _register_form(core, webinar, "Registration for this webinar is closed.", values), 403
    return _confirmation(core, webinar, registrant)


def _form_responses(webinar: Webinar, values: dict[str, str]) -> list[dict[str, str]]:
    responses = []
    for question in webinar.questions:
        value = values.get(f"question-{question.key}", "")
        name = "answerKey" if question.kind == "multipleChoice" else "responseText"
        if value:
            responses.append({"questionKey": str(question.key), name: value})
    return responses


def confirmation_page(core: Core) -> Page:
    training = core.state.trainings.get(flask.request.args.get("training", ""))
    if training is None:
        raise NotFound
    registrant = core.state.registrant_of(training.key, flask.request.args.get("registrant", ""))
    if registrant is None:
        raise NotFound
    return _confirmation(core, training, registrant)


def _confirmation(core: Core, event: Event, registrant: Registrant) -> str:
    middle = "" if isinstance(event, Webinar) else "training/"
    join_path = f"/join/{middle}{event.key}/{registrant.number}"
    return flask.render_template("confirmation.html", event=event, registrant=registrant, join_path=join_path)


PAGES = (
    ("/register/<key>", "register", ("GET",), register_page),
    ("/register/<key>", "register_post", ("POST",), register_post),
    ("/registration/confirmation.tmpl", "confirmation", ("GET",), confirmation_page),
)
