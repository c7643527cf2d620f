"""Opening pictures: whatever a person has (path, bytes, file, PIL image, array) to one uint8 array.

In flows a source, out flows grey (h, w) or RGB (h, w, 3), upright, opaque and of a bounded size, one for each
page; or a `ReadError` of one line that says what is wrong with the picture and what to do about it.
"""

from __future__ import annotations

import io
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import BinaryIO, TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from .ink import ByteArray, ReadError

PictureSource: TypeAlias = (
    str | os.PathLike[str] | bytes | bytearray | memoryview | BinaryIO | Image.Image | npt.NDArray[np.uint8]
)

Page: TypeAlias = Callable[[], ByteArray]
"""Opens a page when it is called, so that only one is in memory; raises ReadError."""

# Only these: among Pillow's other formats are some that start programs (EPS).
_FORMATS = ("PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF", "PPM")
_NAMES = "PNG, JPEG, WebP, TIFF, BMP or GIF"
_NAMELESS = "what was given"  # of bytes and streams
_MOST_PAGES = 1000
_MOST_MEGAPIXELS = 100
_MOST_COLOUR_PIXELS = 25_000_000  # of larger pictures only the grey is kept, for the sake of memory
_MOST_MEGABYTES = 256
_BARE = 0.5  # of a picture is transparent, at least, where there is nothing but ink
_LIGHT_INK = 200  # grey; ink that is lighter is hard to see on white
_FEWEST_PIXELS = 8  # along the shorter side; a digit of MNIST has 28


def open_picture(source: PictureSource) -> ByteArray:
    """Decode a picture.

    Parameters
    ----------
    source : path, bytes, binary file, PIL image or uint8 array
        A file holds PNG, JPEG, WebP, TIFF, BMP or GIF, or, where pypdfium2 is installed, PDF; of several frames
        or pages the first counts. An array is grey (h, w) or (h, w, 1), RGB (h, w, 3) or RGBA (h, w, 4).

    Returns
    -------
    uint8 (h, w) grey or (h, w, 3) RGB
        In full resolution, turned upright as its EXIF tag says, transparency laid onto white, and onto black under
        light ink. A file of more than 25 million pixels comes back grey.

    Raises
    ------
    ReadError
        The source cannot be opened or decoded, is cut off, or is smaller than 8 or larger than
        100 million pixels. The size is taken from the header, before anything is decoded.
    """
    return open_pages(source)[0]()


def open_pages(source: PictureSource) -> list[Page]:
    """What opens each page of a TIFF or PDF file, at least one; of any other source, its one picture.

    The parameters and errors are those of `open_picture`; a page that is damaged raises when it is opened.
    """
    if isinstance(source, np.ndarray):
        return [partial(_from_array, source)]
    if isinstance(source, Image.Image):
        return [partial(_from_image, source, "the picture")]
    if isinstance(source, (str, os.PathLike)):
        name = os.fspath(source)
        return pages_of(_read_file(name), name)
    if isinstance(source, (bytes, bytearray, memoryview)):
        return pages_of(bytes(source), _NAMELESS)
    if hasattr(source, "read"):
        return pages_of(_read_stream(source, _NAMELESS), _NAMELESS)
    raise ReadError(
        f"cannot read a picture from {type(source).__name__}: give a path, bytes, an open file, "
        "a PIL image or a uint8 array"
    )


def from_clipboard() -> ByteArray:
    """The picture on the clipboard of the desktop, as `open_picture` gives it. Raises ReadError if there is none."""
    from PIL import ImageGrab

    try:
        found = ImageGrab.grabclipboard()
    except (NotImplementedError, OSError) as error:  # on Linux other programs do it
        reason = " ".join(str(error).split())
        raise ReadError(f"the clipboard cannot be read ({reason}): save the picture to a file") from None
    if isinstance(found, list) and found:  # of names of files
        return open_picture(found[0])
    if not isinstance(found, Image.Image):
        raise ReadError("there is no picture on the clipboard: copy one, or name a file")
    return open_picture(found)


def _read_file(path: str) -> bytes:
    try:
        with Path(path).open("rb") as file:
            return _read_stream(file, path)
    except ReadError:
        raise
    except FileNotFoundError:
        raise ReadError(f"{path}: there is no such file; check the name") from None
    except IsADirectoryError:
        raise ReadError(f"{path} is a folder: name a picture in it") from None
    except PermissionError:
        # On Windows a folder cannot be opened either, and is reported as a lack of permission.
        remedy = (
            "is a folder: name a picture in it"
            if Path(path).is_dir()
            else "may not be read: change its permissions"
        )
        raise ReadError(f"{path} {remedy}") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise ReadError(f"{path} cannot be read ({reason}): check the name and the disk") from None


def _read_stream(stream: BinaryIO, name: str) -> bytes:
    data = stream.read((_MOST_MEGABYTES << 20) + 1)
    if not isinstance(data, bytes):
        raise ReadError(f"{name} is open as text: open it in binary mode, as in open(path, 'rb')")
    if len(data) > _MOST_MEGABYTES << 20:
        raise ReadError(f"{name} is larger than {_MOST_MEGABYTES} MB: save it smaller, or as JPEG")
    return data


def pages_of(data: bytes, name: str) -> list[Page]:
    """What opens each page of the bytes of a file; see `open_pages`. `name` is for messages."""
    if not data:
        raise ReadError(f"{name} is empty: take or save the picture again")
    if b"%PDF-" in data[:1024]:
        from .picture_pdf import pdf_pages  # loads a library that is not always there

        return pdf_pages(data, name)
    with _opened(data, name) as image:
        # the frames of an animation are no pages
        count = getattr(image, "n_frames", 1) if image.format == "TIFF" else 1
    if count > _MOST_PAGES:
        raise ReadError(f"{name} has {count} pages, more than {_MOST_PAGES}: split it")
    if count == 1:
        return [partial(_frame, data, name)]
    return [partial(_frame, data, f"{name}, page {number + 1},", number) for number in range(count)]


def _frame(data: bytes, name: str, number: int = 0) -> ByteArray:
    with _opened(data, name) as image:
        if number:
            image.seek(number)
        return _from_image(image, name)


@contextmanager
def _opened(data: bytes, name: str) -> Iterator[Image.Image]:
    """A picture of which the header was read; what Pillow raises becomes one line."""
    try:
        with _no_bomb_warning(), Image.open(io.BytesIO(data), formats=_FORMATS) as image:
            yield image
    except UnidentifiedImageError:
        raise ReadError(f"{name} is not a picture, or not one of a known kind: save it as {_NAMES}") from None
    except Image.DecompressionBombError:
        raise ReadError(_too_large(name)) from None
    except ReadError:
        raise
    except Exception as error:  # a damaged header makes Pillow's readers raise whatever comes first
        raise ReadError(_damaged(name, error)) from error


@contextmanager
def _no_bomb_warning() -> Iterator[None]:
    """Pillow warns below our limit and raises at twice that; one clear line is enough."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        yield


def _from_image(image: Image.Image, name: str) -> ByteArray:
    _check_size(*image.size, name)
    try:
        # Opening read the header only; `load` decodes the first frame. JPEG can leave the colour out.
        if image.width * image.height > _MOST_COLOUR_PIXELS:
            image.draft("L", image.size)
        image.load()
        return _to_array(_upright(image))
    except ReadError:
        raise
    except Exception as error:  # see _opened
        raise ReadError(_damaged(name, error)) from error


def _upright(image: Image.Image) -> Image.Image:
    """Turned as its EXIF tag says; without one it is not copied, which would take much memory."""
    return ImageOps.exif_transpose(image) if image.getexif().get(ExifTags.Base.Orientation, 1) != 1 else image


def _to_array(image: Image.Image) -> ByteArray:
    if image.mode.startswith("I") or image.mode == "F":
        return _to_eight_bits(np.asarray(image))
    if image.has_transparency_data:
        image = _on_paper(image.convert("RGBA"))
    grey = image.mode in ("1", "L", "LA") or image.width * image.height > _MOST_COLOUR_PIXELS
    return np.asarray(image.convert("L" if grey else "RGB"))


def _on_paper(image: Image.Image) -> Image.Image:
    """A picture in RGBA laid onto white, or onto black if light ink is all that can be seen of it."""
    cover, grey = np.asarray(image.getchannel("A")), np.asarray(image.convert("L"))
    bare = 0 < cover.mean() < _BARE * 255
    light = bare and float(np.average(grey, weights=cover)) > _LIGHT_INK
    return Image.alpha_composite(Image.new("RGBA", image.size, "black" if light else "white"), image)


def _to_eight_bits(values: npt.NDArray[np.generic]) -> ByteArray:
    """16- and 32-bit greys: many scanners use only some of the range, so the brightest becomes white."""
    wide = values.astype(np.float32)
    if not np.isfinite(wide).all():
        raise ReadError("the picture has pixels that are not finite: save it with 8 or 16 bits per channel")
    wide -= min(float(wide.min()), 0.0)
    return (wide * (255.0 / max(float(wide.max()), 1e-30))).astype(np.uint8)


def _from_array(array: npt.NDArray[np.generic]) -> ByteArray:
    if array.dtype != np.uint8:
        remedy = "scale it to 0..255 and convert it, as in (255 * a).astype(np.uint8)"
        raise ReadError(f"a picture array must be uint8, not {array.dtype}: {remedy}")
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if array.ndim != 2 and not (array.ndim == 3 and array.shape[2] in (3, 4)):
        raise ReadError(
            f"a picture array has shape {array.shape}: give (h, w), RGB (h, w, 3) or RGBA (h, w, 4)"
        )
    _check_size(array.shape[1], array.shape[0], "the picture")
    if array.ndim == 3 and array.shape[2] == 4:
        return _to_array(Image.fromarray(np.ascontiguousarray(array)))
    return np.ascontiguousarray(array, dtype=np.uint8)


def _check_size(width: int, height: int, name: str) -> None:
    if width * height > _MOST_MEGAPIXELS * 1_000_000:
        raise ReadError(_too_large(name, f"{width} x {height} pixels, "))
    if min(width, height) < _FEWEST_PIXELS:
        raise ReadError(f"{name} is too small to hold writing ({width} x {height} pixels): take it larger")


def _too_large(name: str, size: str = "") -> str:
    return f"{name} is too large ({size}more than {_MOST_MEGAPIXELS} megapixels): crop it or scale it down"


def _damaged(name: str, error: Exception) -> str:
    if "truncated" in str(error).lower() or isinstance(error, EOFError):
        return f"{name} is cut off, its end is missing (truncated): copy or save it again"
    return f"{name} is damaged and cannot be decoded: copy or save it again"
