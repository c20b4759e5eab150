"""Pages of documents: the list with its upload, and the files themselves."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from activities.documents import ACCEPT, DocumentRefused, is_inline, upload
from activities.models import DocumentFamily
from plans.context import current_project
from plans.requests import person_of

PAGE = 50
# Nothing in a file that came from outside may run as this site; a PDF or picture is shown by the browser itself.
SHOWN_BY_BROWSER = ("application/pdf", "image/")


@require_http_methods(["GET", "HEAD", "POST"])
def documents(request: HttpRequest) -> HttpResponse:
    """List the documents of the project, newest first; take in uploads."""
    refused: list[str] = []
    if request.method == "POST":
        taken, refused = take_uploads(request, request.FILES.getlist("documents"))
        if taken and not refused:
            said = ngettext("%(count)d document is in.", "%(count)d documents are in.", len(taken))
            messages.success(request, said % {"count": len(taken)})
            return redirect("activities:documents")
        if not taken and not refused:
            refused = [_("No file was chosen; choose one or more, or drop them on the field")]
    return _list(request, refused)


@require_safe
def document_file(request: HttpRequest, document_id: UUID) -> HttpResponseBase:
    """Give out the file, to be shown where that is safe, else to be saved."""
    document = get_object_or_404(DocumentFamily.objects.visible_to(person_of(request)), pk=document_id)
    etag = f'"{document.digest}"'
    if request.headers.get("If-None-Match") == etag:
        return HttpResponseNotModified()
    try:
        content = default_storage.open(document.file)
    except FileNotFoundError as error:
        raise Http404(f"the file of document {document.pk} is not in the store") from error
    answer = FileResponse(
        content,
        content_type=_content_type(document),
        filename=document.name,
        as_attachment=not is_inline(document),
    )
    answer.headers["ETag"] = etag
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    if not document.mime.startswith(SHOWN_BY_BROWSER):
        answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'; style-src 'unsafe-inline'"
    return answer


def take_uploads(request: HttpRequest, files: list[UploadedFile]) -> tuple[list[DocumentFamily], list[str]]:
    """Take every file in by itself: one that is refused keeps no other out. Return documents and refusals."""
    project = current_project(request)
    taken: list[DocumentFamily] = []
    refused: list[str] = []
    for file in files:
        try:
            taken.append(upload(project, name=file.name or "", file=file, by=person_of(request)))
        except DocumentRefused as error:
            refused.append(error.message)
    return taken, refused


def _list(request: HttpRequest, refused: list[str]) -> HttpResponse:
    project = current_project(request)
    words = request.GET.get("q", "").strip()
    found = (
        DocumentFamily.objects.visible_to(person_of(request))
        .filter(project=project)
        .search(words)
        .with_people()
    )
    page = Paginator(found.order_by("-created_at", "pk"), PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "words": words,
        "refused": refused,
        "accept": ACCEPT,
        "breadcrumbs": [{"label": _("Documents")}],
    }
    return render(request, "activities/documents.html", context, status=400 if refused else 200)


def _content_type(document: DocumentFamily) -> str:
    # Text is shown as text: XML and JSON of strangers must not be interpreted, and the letters must be right.
    if document.mime.startswith(("text/", "application/json", "application/xml", "application/yaml")):
        return "text/plain; charset=utf-8"
    return document.mime
