"""The pages of PDF files, drawn by pypdfium2: the extra `hwcalc[pdf]`.

In flow the bytes of a file, out flows what draws each page: RGB (h, w, 3).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np

from .ink import ByteArray, ReadError

_DOTS = 200 / 72  # pixels for each point: 200 to the inch
_MOST_PIXELS = 12_000_000  # of a page; a larger one, such as a poster, is drawn coarser
_FEWEST_PIXELS = 8  # along the shorter side


def pdf_pages(data: bytes, name: str) -> list[Callable[[], ByteArray]]:
    """What draws each page when it is called; `name` is for messages.

    Raises
    ------
    ReadError
        pypdfium2 is missing, or the file is damaged, has a password or has no pages.
    """
    try:
        import pypdfium2
    except ImportError:
        raise ReadError(f"{name} is a PDF: to read it, run pip install 'hwcalc[pdf]'") from None
    try:
        document = pypdfium2.PdfDocument(data)
        count = len(document)
    except pypdfium2.PdfiumError as error:
        reason = (
            "has a password: save it without one, or as pictures"
            if "password" in str(error).lower()
            else "is damaged: copy or save it again"
        )
        raise ReadError(f"{name} {reason}") from None
    if count == 0:
        raise ReadError(f"{name} has no pages: save it again")
    if count == 1:
        return [partial(_drawn, document, 0, name)]
    return [partial(_drawn, document, number, f"{name}, page {number + 1},") for number in range(count)]


def _drawn(document: object, number: int, name: str) -> ByteArray:
    import pypdfium2

    assert isinstance(document, pypdfium2.PdfDocument)
    try:
        page = document[number]
        width, height = page.get_size()
        scale = min(_DOTS, (_MOST_PIXELS / max(width * height, 1e-9)) ** 0.5)
        picture = page.render(scale=scale, rev_byteorder=True).to_numpy()
    except (pypdfium2.PdfiumError, ValueError, MemoryError) as error:
        raise ReadError(f"{name} cannot be drawn ({error}): save it as a picture") from None
    if min(picture.shape[:2]) < _FEWEST_PIXELS:
        raise ReadError(f"{name} is too small to hold writing: save it as a picture")
    # the picture is a view of what the library frees
    grey = picture.ndim == 2 or picture.shape[2] == 1
    return np.array(picture.reshape(picture.shape[:2]) if grey else picture[:, :, :3])
