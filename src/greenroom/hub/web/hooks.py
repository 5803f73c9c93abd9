"""The door at which GoTo delivers its webhooks. It only proves, stores and answers."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from greenroom.goto import WebhookSignatureError
from greenroom.goto.webhooks import SIGNATURE_HEADER, TIMESTAMP_HEADER
from greenroom.hub.connections.models import Connection
from greenroom.hub.intake.services import check_delivery, receive_delivery

LONGEST_BODY = 256 * 1024


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def goto_hook(request: HttpRequest, connection_id: int) -> HttpResponse:
    """
    Take a delivery: 200 when it is GoTo's, also when it came before; 401 when it is not, and nothing is kept.

    GoTo checks the address by GET before it delivers there. To an account that is not connected nothing is delivered.
    """
    if not Connection.objects.exclude(state=Connection.State.DISCONNECTED).filter(pk=connection_id).exists():
        return HttpResponse(status=404)
    if request.method != "POST":
        return HttpResponse()
    body = _read_body(request)
    if len(body) > LONGEST_BODY:
        return HttpResponse(status=413)
    try:
        check_delivery(
            body,
            signature=request.headers.get(SIGNATURE_HEADER, ""),
            timestamp=request.headers.get(TIMESTAMP_HEADER, ""),
        )
    except WebhookSignatureError:
        return HttpResponse(status=401)
    receive_delivery(connection_id=connection_id, body=body)
    return HttpResponse()


def _read_body(request: HttpRequest) -> bytes:
    """
    Return the body, or so much of it that it is seen to be too long.

    Django takes a body without `Content-Length` for an empty one. A server that ends the input where the body ends
    says so, and then it is read as it comes: GoTo may send it in chunks.
    """
    environ = request.META
    stream = environ["wsgi.input"] if environ.get("wsgi.input_terminated") else request
    return bytes(stream.read(LONGEST_BODY + 1))
