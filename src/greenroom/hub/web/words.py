"""What went wrong, in words for people who run the hub."""

_CODES = {
    "api": "GoTo refused it.",
    "abandoned": "It was interrupted on our side.",
    "authentication": "GoTo did not accept our access.",
    "bad_request": "GoTo did not accept what was sent.",
    "conflict": "GoTo says that it does not fit with what is there.",
    "daily_budget": "Today's calls to GoTo are used up.",
    "decryption_failed": "A stored secret cannot be read: an encryption key is missing.",
    "LeaseExpired": "Its worker died or hung while it was at it.",
    "ledger_moved": "The database comes from another PostgreSQL server. Run greenroom adopt-ledger.",
    "not_found": "GoTo does not have it any more.",
    "permission_denied": "GoTo does not let this account do that.",
    "rate_limit": "GoTo said that there were too many calls.",
    "reconnect_needed": "The GoTo account has to be connected again.",
    "reconnect_required": "GoTo has ended our access. The account has to be connected again.",
    "server": "GoTo had a fault of its own.",
    "stopped": "It was interrupted on our side.",
    "temporarily_unavailable": "GoTo did not answer.",
    "timeout": "GoTo did not answer in time.",
    "transport": "GoTo could not be reached.",
    "unexpected_response": "GoTo gave an answer that cannot be read.",
    "unknown_object": "GoTo has no such event.",
    "unknown_task": "It belongs to another release.",
    "webhooks_on_their_way": "GoTo needs some time for its webhooks.",
    "webhooks_refused": "GoTo did not take the webhooks.",
}
_UNFORESEEN = "Something went wrong that nobody foresaw. The log has more."


def explain_error(told: str) -> str:
    """
    Say what an error was.

    Args:
        told: a code, or class and code as a job's row has them (`ServerError: server`).
    """
    return _CODES.get(told.rpartition(": ")[2], _UNFORESEEN)


# Why nothing came of a delivery of GoTo's; what stands after the colon names a place in it.
_REASONS = {
    "disconnected": "The account was disconnected.",
    "gone_at_goto": "GoTo no longer has this person.",
    "missing": "It lacks {place}.",
    "no_such_value": "What it says at {place} cannot be read.",
    "not_an_object": "It cannot be read.",
    "not_json": "It cannot be read.",
    "said_twice": "It says the same thing twice, and cannot be relied on.",
    "undecided": "GoTo's answers did not settle what it means.",
    "unknown_event": "GoTo has no such event.",
    "unreadable_at_goto": "What GoTo said of this person cannot be read.",
    "unknown_event_name": "This release knows nothing of such news.",
}


def explain_reason(told: str) -> str:
    """Say why a delivery was ignored or could not be applied, from the code in its row."""
    case, _, place = told.partition(": ")
    return _REASONS[case].format(place=place) if case in _REASONS else explain_error(told)
