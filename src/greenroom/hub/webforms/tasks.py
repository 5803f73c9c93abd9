"""Background work of this app, where the job engine looks for it."""

from datetime import timedelta

from greenroom.hub.jobs.registry import task
from greenroom.hub.jobs.schedules import schedule
from greenroom.hub.webforms.models import WebForm
from greenroom.hub.webforms.services import ask_organizers, forget_unaccepted, perform_acts

__all__ = ["ask_organizers_again", "forget_old_submissions", "perform_acts"]


@schedule(every=timedelta(days=1))
@task()
def forget_old_submissions() -> None:
    """Forget what nobody has confirmed or accepted for a month."""
    forget_unaccepted()


@schedule(every=timedelta(hours=1))
@task()
def ask_organizers_again() -> None:
    """Learn of new events at once, and each day what organizers ask in the others; one call for each such event."""
    for form in WebForm.objects.filter(state=WebForm.State.PUBLISHED):
        ask_organizers(form=form, at_most=timedelta(days=1))
