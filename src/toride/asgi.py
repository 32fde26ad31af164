"""The ASGI application: each request is received whole, then answered by the WSGI application in one thread."""

from django.conf import settings

from toride.base.receiver import Limits, Receiver
from toride.vault import files
from toride.wsgi import application as answering


def _largest(method: str) -> int:
    """Bytes of one body: parts of files are put, everything else is a form or a document."""
    return files.PART if method == "PUT" else settings.DATA_UPLOAD_MAX_MEMORY_SIZE


application = Receiver(
    answering,
    Limits(
        largest=_largest, patience=settings.RECEIVE_PATIENCE, rate=settings.RECEIVE_RATE, held=settings.RECEIVE_HELD
    ),
)
