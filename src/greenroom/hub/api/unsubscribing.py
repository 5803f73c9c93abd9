"""
The address that ends a subscription, which is all that a platform has to show when a flow is switched off.

It takes no key: whether Power Automate sends one along is not told anywhere, and without it flows could not be ended.
"""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from greenroom.hub.api.problems import RefusedCallError, answer_problem
from greenroom.hub.automation.hooks.subscriptions import end_by_token
from greenroom.hub.core.errors import UnknownObjectError


@csrf_exempt
def unsubscribe(request: HttpRequest, public_id: str, token: str) -> HttpResponse:
    """End a subscription for whoever has its address. May be repeated."""
    if request.method != "DELETE":
        refusal = RefusedCallError(405, "method_not_allowed", "This address takes DELETE.", {"Allow": "DELETE"})
        return answer_problem(request, refusal)
    try:
        end_by_token(public_id=public_id, token=token)
    except UnknownObjectError as error:
        return answer_problem(request, error)
    return HttpResponse(status=204, headers={"Cache-Control": "no-store"})


urlpatterns = [path("v1/hooks/out/<str:public_id>/u/<str:token>", unsubscribe, name="unsubscribe_hook")]
