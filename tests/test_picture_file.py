"""hwcalc.picture_file: every kind of picture is opened, every broken one refused in one clear line."""

from __future__ import annotations

import io
import os
import struct
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hwcalc.ink import ReadError
from hwcalc.picture_file import from_clipboard, open_pages, open_picture


@pytest.fixture
def grey() -> np.ndarray:
    """A 30 x 40 gradient, dark at the top left."""
    rows, columns = np.mgrid[:30, :40]
    return (rows * 3 + columns * 4).astype(np.uint8)


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def message_of(source: object) -> str:
    with pytest.raises(ReadError) as caught:
        open_picture(source)  # type: ignore[arg-type]
    message = str(caught.value)
    assert "\n" not in message
    return message


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF"])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_opens_each_format(grey: np.ndarray, kind: str, mode: str) -> None:
    found = open_picture(encoded(Image.fromarray(grey).convert(mode), kind))
    assert found.dtype == np.uint8
    assert found.shape[:2] == grey.shape
    shown = found if found.ndim == 2 else found.mean(axis=2)
    assert np.abs(shown - grey.astype(float)).mean() < 6


def test_path_bytes_file_image_and_array_are_the_same(grey: np.ndarray, tmp_path: Path) -> None:
    data = encoded(Image.fromarray(grey), "PNG")
    path = tmp_path / "sum.png"
    path.write_bytes(data)
    sources = [
        path,
        str(path),
        data,
        bytearray(data),
        memoryview(data),
        io.BytesIO(data),
        Image.fromarray(grey),
        grey,
    ]
    for source in [*sources, grey[:, :, np.newaxis]]:
        np.testing.assert_array_equal(open_picture(source), grey)


def test_a_stream_that_cannot_seek(grey: np.ndarray) -> None:
    read, write = os.pipe()
    with os.fdopen(write, "wb") as end:
        end.write(encoded(Image.fromarray(grey), "PNG"))
    with os.fdopen(read, "rb") as stream:
        np.testing.assert_array_equal(open_picture(stream), grey)


def test_exif_orientation_is_followed(grey: np.ndarray) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: rotate clockwise to see it upright
    found = open_picture(encoded(Image.fromarray(grey), "PNG", exif=exif))
    np.testing.assert_array_equal(found, np.rot90(grey, -1))


def test_transparency_lies_on_white(grey: np.ndarray) -> None:
    rgba = np.zeros((*grey.shape, 4), np.uint8)
    rgba[10:20, 10:30, 3] = 255
    for source in (
        rgba,
        encoded(Image.fromarray(rgba), "PNG"),
        encoded(Image.fromarray(rgba), "WEBP", lossless=True),
    ):
        found = open_picture(source)
        assert (found[10:20, 10:30] == 0).all()
        assert (found[:10] == 255).all()


def test_light_ink_on_nothing_lies_on_black() -> None:
    rgba = np.full((40, 60, 4), 255, np.uint8)
    rgba[..., 3] = 0
    rgba[10:20, 10:30, 3] = 255
    found = open_picture(rgba)
    assert (found[10:20, 10:30] == 255).all()
    assert (found[:10] == 0).all()


def test_palette_with_a_transparent_colour() -> None:
    image = Image.new("P", (20, 20), 0)
    image.putpalette([0, 0, 0, 200, 0, 0])
    image.putpixel((3, 4), 1)
    found = open_picture(encoded(image, "PNG", transparency=0))
    assert tuple(found[4, 3]) == (200, 0, 0)
    assert tuple(found[0, 0]) == (255, 255, 255)


def test_sixteen_bits_keep_their_contrast(grey: np.ndarray) -> None:
    for top in (4095, 65535):
        wide = (grey / grey.max() * top).astype(np.uint16)
        found = open_picture(encoded(Image.fromarray(wide), "PNG"))
        np.testing.assert_allclose(found, grey / grey.max() * 255, atol=1.5)


def test_cmyk_and_two_colours(grey: np.ndarray) -> None:
    found = open_picture(encoded(Image.fromarray(grey).convert("CMYK"), "TIFF"))
    assert found.shape == (*grey.shape, 3)
    assert np.abs(found.mean(axis=2) - grey).mean() < 6
    found = open_picture(encoded(Image.fromarray(grey > 100), "PNG"))
    np.testing.assert_array_equal(found, np.where(grey > 100, 255, 0))


def test_first_frame_of_an_animation(grey: np.ndarray) -> None:
    first, second = Image.fromarray(grey), Image.fromarray(255 - grey)
    data = encoded(first, "GIF", save_all=True, append_images=[second])
    found = open_picture(data)
    assert np.abs((found if found.ndim == 2 else found.mean(axis=2)) - grey.astype(float)).mean() < 3


def test_missing_folder_empty_and_text(tmp_path: Path) -> None:
    assert "no such file" in message_of(tmp_path / "missing.png")
    assert message_of("./missing.png").startswith("./missing.png: there is no such file")
    assert "folder" in message_of(tmp_path)
    empty = tmp_path / "empty.png"
    empty.write_bytes(b"")
    assert "empty" in message_of(empty)
    text = tmp_path / "text.png"
    text.write_text("1 + 2 = 3\n" * 20)
    assert "not a picture" in message_of(text)
    assert "no such file" in message_of(text / "below.png") or "cannot be read" in message_of(
        text / "below.png"
    )
    assert "cannot be read" in message_of("sum\0.png")


def test_a_file_of_too_many_bytes_is_named_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "large.png"
    path.write_bytes(b"x")
    monkeypatch.setattr("hwcalc.picture_file._MOST_MEGABYTES", 0)
    assert message_of(path) == f"{path} is larger than 0 MB: save it smaller, or as JPEG"


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="permissions do not bind this user")
def test_no_permission(tmp_path: Path) -> None:
    path = tmp_path / "secret.png"
    path.write_bytes(b"x")
    path.chmod(0)
    assert "permissions" in message_of(path)


def test_permission_denied_by_the_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", denied)
    assert "permissions" in message_of(tmp_path / "secret.png")
    assert "folder" in message_of(tmp_path)  # what Windows says of a folder


@pytest.mark.parametrize("options", [{}, {"progressive": True}])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_a_truncated_jpeg_is_refused(options: dict[str, bool], share: float) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (200, 200), np.uint8)
    data = encoded(Image.fromarray(noise), "JPEG", **options)
    assert "truncated" in message_of(data[: int(len(data) * share)])


def test_truncated_and_corrupt_png() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (200, 200), np.uint8)
    data = encoded(Image.fromarray(noise), "PNG")
    assert "truncated" in message_of(data[: len(data) // 2])
    corrupt = bytearray(data)
    corrupt[2000:2100] = bytes(100)
    message = message_of(corrupt)
    assert "damaged" in message or "truncated" in message


@pytest.mark.filterwarnings("ignore:.*:UserWarning:PIL")
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "TIFF", "BMP", "GIF"])
def test_any_damage_ends_in_a_picture_or_one_line(grey: np.ndarray, kind: str) -> None:
    random = np.random.default_rng(1)
    data = np.frombuffer(encoded(Image.fromarray(grey), kind), np.uint8)
    refused = []
    for _ in range(30):
        broken = data.copy()
        broken[random.integers(0, len(data), 8)] = random.integers(0, 256, 8)
        try:
            assert open_picture(broken.tobytes()).dtype == np.uint8
        except ReadError as error:
            refused.append(str(error))
    assert not any("\n" in message for message in refused)


def png_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds next to nothing: decoding it would fill the memory."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(30_000, 30_000), (11_000, 10_000)])
def test_bombs_are_refused_from_the_header(size: tuple[int, int], recwarn: pytest.WarningsRecorder) -> None:
    message = message_of(png_header(*size))
    assert "100 megapixels" in message
    assert not recwarn.list


def test_a_large_picture_comes_back_grey_in_full_size() -> None:
    data = encoded(Image.new("RGB", (5100, 5000), (200, 100, 50)), "JPEG")
    found = open_picture(data)
    assert found.shape == (5000, 5100)
    assert abs(int(found[10, 10]) - 124) < 4


@pytest.mark.parametrize("size", [(1, 1), (500, 3)])
def test_too_small(size: tuple[int, int]) -> None:
    assert "too small" in message_of(Image.new("L", size))
    assert "too small" in message_of(encoded(Image.new("L", size), "PNG"))
    assert "too small" in message_of(np.zeros(size, np.uint8))


@pytest.mark.parametrize(
    ("array", "says"),
    [
        (np.full((20, 20), np.nan), "uint8"),
        (np.zeros((20, 20), np.float32), "uint8"),
        (np.zeros((20, 20), np.int64), "uint8"),
        (np.array(["a"]), "uint8"),
        (np.zeros(20, np.uint8), "shape"),
        (np.zeros((20, 20, 2), np.uint8), "shape"),
        (np.zeros((2, 20, 20, 3), np.uint8), "shape"),
        (np.zeros((0, 20), np.uint8), "too small"),
    ],
)
def test_wrong_arrays(array: np.ndarray, says: str) -> None:
    assert says in message_of(array)


def test_other_sources_are_named() -> None:
    assert "NoneType" in message_of(None)
    assert "binary" in message_of(io.StringIO("text"))


def test_float_tiff_with_nan_is_refused() -> None:
    values = np.full((20, 20), np.nan, np.float32)
    assert "finite" in message_of(encoded(Image.fromarray(values), "TIFF"))


def two_pages(grey: np.ndarray, kind: str) -> bytes:
    first, second = (Image.fromarray(np.kron(page, np.ones((4, 4), np.uint8))) for page in (grey, grey[::-1]))
    return encoded(first, kind, save_all=True, append_images=[second])


def test_pages_of_a_tiff(grey: np.ndarray) -> None:
    pages = open_pages(two_pages(grey, "TIFF"))
    assert len(pages) == 2
    np.testing.assert_array_equal(pages[1]()[::4, ::4], grey[::-1])
    np.testing.assert_array_equal(pages[0]()[::4, ::4], grey)


def test_an_animation_has_one_page(grey: np.ndarray) -> None:
    assert len(open_pages(two_pages(grey, "GIF"))) == 1


def test_a_damaged_page_is_named(grey: np.ndarray) -> None:
    data = two_pages(grey, "TIFF")
    directory = struct.unpack_from("<I", data, 4)[0]
    count = struct.unpack_from("<H", data, directory)[0]
    second = struct.unpack_from("<I", data, directory + 2 + 12 * count)[0]
    broken = bytearray(data)
    for entry in range(struct.unpack_from("<H", data, second)[0]):
        at = second + 2 + 12 * entry
        if struct.unpack_from("<H", data, at)[0] == 273:  # where its pixels are
            struct.pack_into("<I", broken, at + 8, len(data) + 1000)
    pages = open_pages(bytes(broken))
    np.testing.assert_array_equal(pages[0]()[::4, ::4], grey)
    with pytest.raises(ReadError, match="page 2, is"):
        pages[1]()


def test_too_many_pages(grey: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hwcalc.picture_file._MOST_PAGES", 1)
    assert "more than 1" in message_of(two_pages(grey, "TIFF"))


def test_pages_of_a_pdf(grey: np.ndarray) -> None:
    pytest.importorskip("pypdfium2")
    pages = open_pages(two_pages(grey, "PDF"))
    assert len(pages) == 2
    found = pages[1]()
    assert found.shape[0] > 4 * grey.shape[0], "200 dots to the inch, not 72"
    assert found.shape[2] == 3
    assert found[5, 5].mean() > found[-5, 5].mean() + 50
    np.testing.assert_array_equal(open_picture(two_pages(grey, "PDF")), pages[0]())


def test_a_huge_page_of_a_pdf_is_drawn_coarser() -> None:
    pytest.importorskip("pypdfium2")
    poster = encoded(Image.new("L", (40, 40), 200), "PDF", resolution=0.25)  # 160 inches
    assert open_picture(poster).shape[:2] == pytest.approx((3464, 3464), abs=2)


def test_damaged_pdf() -> None:
    pytest.importorskip("pypdfium2")
    assert "damaged" in message_of(b"%PDF-1.4\n" + b"nothing" * 100)


# A page that the standard handler encrypted with a key that no one knows.
LOCKED = b"""%%PDF-1.4
1 0 obj <</Type/Catalog/Pages 2 0 R>> endobj
2 0 obj <</Type/Pages/Kids[3 0 R]/Count 1>> endobj
3 0 obj <</Type/Page/Parent 2 0 R/MediaBox[0 0 200 100]>> endobj
4 0 obj <</Filter/Standard/V 1/R 2/Length 40/P -4/O<%s>/U<%s>>> endobj
trailer <</Root 1 0 R/Encrypt 4 0 R/ID[<00><00>]/Size 5>>
%%%%EOF
""" % (b"41" * 32, b"42" * 32)


def test_a_pdf_with_a_password() -> None:
    pytest.importorskip("pypdfium2")
    assert "has a password" in message_of(LOCKED)


def test_pdf_without_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pypdfium2", None)
    assert "pip install 'hwcalc[pdf]'" in message_of(b"%PDF-1.4\n")


def test_clipboard(grey: np.ndarray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "sum.png"
    Image.fromarray(grey).save(path)
    for held in (Image.fromarray(grey), [str(path)]):
        monkeypatch.setattr("PIL.ImageGrab.grabclipboard", lambda held=held: held)
        np.testing.assert_array_equal(from_clipboard(), grey)

    def absent() -> None:
        raise NotImplementedError("xclip is required")

    for grab, says in ((absent, "xclip is required"), (lambda: None, "no picture on the clipboard")):
        monkeypatch.setattr("PIL.ImageGrab.grabclipboard", grab)
        with pytest.raises(ReadError, match=says):
            from_clipboard()
