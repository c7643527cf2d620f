"""Font files as sets of glyphs, tried with Pillow's own font, which has no −, × and ÷."""

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import ImageFont

import hwcalc
from hwcalc import fonts, public_sets
from hwcalc.glyph_formats import FormatError


@pytest.fixture
def font(tmp_path: Path) -> Path:
    path = tmp_path / "plain.ttf"
    path.write_bytes(ImageFont.load_default(10).path.getvalue())  # type: ignore[union-attr]
    return path


def test_a_font_gives_each_symbol_it_has_once(font: Path) -> None:
    found = fonts.fonts([font, font])
    assert "".join(glyph.label for glyph in found) == 2 * "0123456789+-/=()%"
    assert {glyph.writer for glyph in found} == {"plain"}
    assert "".join(hwcalc.classify([glyph.ink for glyph in found[:10]])) == "0123456789"


def test_the_ink_fills_its_picture_and_keeps_its_form(font: Path) -> None:
    found = {glyph.label: glyph.ink for glyph in fonts.fonts([font])}
    for picture in found.values():
        assert (picture.shape, picture.dtype) == ((fonts.SIDE, fonts.SIDE), np.uint8)
        rows, columns = np.nonzero(picture)
        assert fonts.SIDE - 6 <= max(np.ptp(rows), np.ptp(columns)) + 1 <= fonts.SIDE - 2
        assert not picture[[0, -1]].any()
        assert not picture[:, [0, -1]].any()
    rows, columns = np.nonzero(found["-"])
    assert np.ptp(columns) > 2 * np.ptp(rows)


def test_what_is_no_font_is_named(tmp_path: Path) -> None:
    (tmp_path / "page.woff").write_text("<html>")
    with pytest.raises(FormatError, match=r"page\.woff is no font"):
        fonts.fonts([tmp_path / "page.woff"])


def test_each_font_of_the_set_is_pinned() -> None:
    row = next(row for row in public_sets.SETS if row.name == "fonts")
    assert (
        len({source.url for source in row.sources}) == len({source.checksum for source in row.sources}) == 116
    )
    for source in row.sources:
        assert re.search(r"@\d+\.\d+\.\d+/files/[a-z0-9-]+\.woff$", source.url)
        assert re.fullmatch(r"sha256:[0-9a-f]{64}", source.checksum)
