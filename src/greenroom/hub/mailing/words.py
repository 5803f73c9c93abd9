"""Why a mail was not sent, in words."""

_REASONS = {
    "no_consent": "They did not agree to it, or want to be left alone.",
    "no_address": "There is no e-mail address.",
    "not_signed_up": "They are not registered, so there is no link of theirs.",
    "field_unknown": "It names a field of contacts that is no longer here.",
    "event_not_named": "It does not say which event is meant.",
    "event_unknown": "The event it names is not here.",
    "event_cancelled": "The event was cancelled.",
    "event_missing": "GoTo does not know the event at the moment.",
    "event_over": "The event was over.",
    "no_join_link": "There is no join link of the event.",
    "no_registration_page": "There is no registration page of the event.",
    "no_organizer": "They do not organize the event, so they were not let start it.",
    "no_such_mailbox": "The mail server knows nobody with this address.",
    "bounced": "It came back: nobody has this address, or their mailbox takes nothing.",
    "not_composed": "The address cannot be written as mail servers want it.",
    "server_gone": "The mail server hung up.",
    "unsure": "The connection was lost while the mail server took it. Perhaps they have it.",
}


def explain(code: str) -> str:
    """Say why a mail was not sent, from the code in its row."""
    kind, _, number = code.partition("_")
    if number.isdigit():
        return f"The mail server {'took it not yet' if kind == 'delayed' else 'refused it'} (code {number})."
    return _REASONS.get(code, "Something went wrong that nobody foresaw. The log has more.")
