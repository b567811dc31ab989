"""Which mails did the demo send, and how do they look?

Shows the mails as they went out, from the files that the mail backend wrote. Open to everybody who
reaches the demo, which is why it is not mounted in production.
"""

from __future__ import annotations

from base64 import b64encode
from io import BytesIO
from pathlib import Path

from django.conf import settings
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from notifications.demo.mailbox import Mail, Mailbox

# A mail is shown without scripts, forms or anything from elsewhere; its links may leave the frame.
MAIL_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation"
)


@require_safe
def demo_mails(request: HttpRequest) -> HttpResponse:
    """All mails, newest first."""
    page = Paginator(_mailbox(), 50).get_page(request.GET.get("page"))
    return render(request, "demo/mails.html", {"page": page})


@require_safe
def demo_mail(request: HttpRequest, name: str) -> HttpResponse:
    """One mail: its headers, the HTML part in a frame, the text part."""
    return render(request, "demo/mail.html", {"mail": _mail(name)})


@require_safe
@xframe_options_sameorigin
def demo_mail_html(request: HttpRequest, name: str) -> HttpResponse:
    """The HTML part alone, harmless whatever it holds."""
    # In the frame of the page a link would open inside it, where our own pages refuse to be shown.
    mail = _mail(name)
    html = mail.html.replace("<head>", '<head><base target="_top">', 1)
    for id_, picture in mail.pictures:
        html = html.replace(f"cid:{id_}", f"data:{picture.type};base64,{b64encode(picture.content).decode()}")
    return HttpResponse(html, headers={"Content-Security-Policy": MAIL_POLICY})


@require_safe
def demo_mail_file(request: HttpRequest, name: str, number: int) -> HttpResponse:
    """A file that went with the mail, counted from 1: to be saved, never shown as a page of ours."""
    files = _mail(name).files
    if not 1 <= number <= len(files):
        raise Http404("There is no such file.")
    file = files[number - 1]
    return FileResponse(BytesIO(file.content), as_attachment=True, filename=file.name, content_type=file.type)


def _mailbox() -> Mailbox:
    return Mailbox(Path(settings.EMAIL_FILE_PATH))


def _mail(name: str) -> Mail:
    mail = _mailbox().named(name)
    if mail is None:
        raise Http404("There is no such mail.")
    return mail
