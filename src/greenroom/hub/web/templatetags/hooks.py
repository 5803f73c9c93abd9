"""What only the pages about subscriptions say: `{% load hooks %}`."""

import json

from django import template

register = template.Library()

_ERRORS = {
    "address_refused": "Not called: it leads into a private network, or not to port 443.",
    "certificate_refused": "Its certificate is not valid.",
    "connection_lost": "It broke off.",
    "decryption_failed": "Not called: a stored secret cannot be read.",
    "name_not_found": "Nobody knows its name.",
    "no_http": "What answered there speaks no HTTP.",
    "not_reachable": "It could not be reached.",
    "timeout": "It did not answer within 15 seconds.",
}


@register.filter
def hook_error_words(code: str) -> str:
    """Say why no answer came."""
    return _ERRORS.get(code, code)


@register.filter
def indented(text: str) -> str:
    """Lay JSON out for people."""
    return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
