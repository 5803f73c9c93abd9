"""What only the pages about accounts and background work say: `{% load health %}`."""

from django import template

from greenroom.hub.jobs.registry import describe_task
from greenroom.hub.web.words import explain_error, explain_reason

register = template.Library()
register.filter("error_words", explain_error)
register.filter("reason_words", explain_reason)
register.filter("task_words", describe_task)
