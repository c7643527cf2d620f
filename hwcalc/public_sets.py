"""The sets of glyphs that hwcalc can download: one table, a row a set.

A row says what the set is, its licence, where its files come from, what pins them and which function of
`glyph_formats` or `fonts` reads them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from . import fonts, glyph_formats
from .glyph_formats import Glyph


@dataclass(frozen=True)
class Source:
    """A file to download, and what is known of it beforehand.

    `checksum` is 'md5:…' or 'sha256:…'. A repository's archive is made anew by GitHub for each download and has
    no fixed checksum; `commit` is the (beginning of the) commit it must say it is.
    """

    url: str
    checksum: str = ""
    commit: str = ""
    size: int | None = None


@dataclass(frozen=True)
class PublicSet:
    """One row of the table.

    `file` is what the set is kept as in the data folder: .npz for pictures, .jsonl.gz for strokes, a folder for
    files kept as they come. A download must hold `glyphs` glyphs, give or take `tolerance` as a share, which is
    there where the published count was made by a rule that the source does not spell out.
    """

    name: str
    file: str
    what: str
    glyphs: int
    licence: str
    page: str
    sources: tuple[Source, ...]
    parse: Callable[[Sequence[Path]], list[Glyph]] | None = None
    tolerance: float = 0.0


def _uci(number: int, name: str, sha256: str, size: int | None = None) -> tuple[Source, ...]:
    url = f"https://archive.ics.uci.edu/static/public/{number}/{name}.zip"
    return (Source(url, f"sha256:{sha256}", size=size),)


def _github(repository: str, commit: str) -> tuple[Source, ...]:
    return (Source(f"https://github.com/{repository}/archive/{commit}.zip", commit=commit),)


def _mnist(name: str, md5: str, size: int) -> Source:
    return Source(f"https://ossci-datasets.s3.amazonaws.com/mnist/{name}.gz", f"md5:{md5}", size=size)


_UNIPEN = _github("GreenCappuccino/train_r01_v07", "552a4d440bc94bb34710650c0826be7deb986f7c")
_UNIPEN_LICENCE = (
    "CC BY 4.0 on Zenodo (record 1195803), International Unipen Foundation; "
    "its own conditions: recognisers trained on it may be sold, the strokes not passed on"
)

SETS = (
    PublicSet(
        "mnist",
        "mnist",
        "digits, pixels: 60,000 to train, 10,000 to test",
        70000,
        "CC BY-SA 3.0, Y. LeCun and C. Cortes",
        "http://yann.lecun.com/exdb/mnist",
        (
            _mnist("train-images-idx3-ubyte", "f68b3c2dcbeaaa9fbdd348bbdeb94873", 9912422),
            _mnist("train-labels-idx1-ubyte", "d53e105ee54ea40749a09fcbcd1e9432", 28881),
            _mnist("t10k-images-idx3-ubyte", "9fb629c4189551a2d022fa330f9573f3", 1648877),
            _mnist("t10k-labels-idx1-ubyte", "ec29112dd5afa0611ce80d1b7f02629c", 4542),
        ),
    ),
    PublicSet(
        "bhmsds",
        "bhmsds.npz",
        "digits + − × / . from paper, a couple of Polish writers",
        22500,
        "MIT, W. Błachowski",
        "https://github.com/wblachowski/bhmsds",
        _github("wblachowski/bhmsds", "07d208e41923b061e338c241e59daacdd2752d53"),
        glyph_formats.bhmsds,
    ),
    PublicSet(
        "detexify",
        "detexify.jsonl.gz",
        "× ÷ √ / % * · - by pen or mouse",
        627,
        "ODbL, D. Kirsch and P. Kühl",
        "https://github.com/kirel/detexify-next",
        _github("kirel/detexify-next", "6831c817"),
        glyph_formats.detexify,
        tolerance=0.1,
    ),
    PublicSet(
        "fonts",
        "fonts.npz",
        "digits + − × ÷ / = ( ) % of fonts as if by hand",
        2203,
        "SIL OFL 1.1, some Apache 2.0, one MIT, their designers",
        "https://fontsource.org",
        tuple(Source(url, checksum) for url, checksum in fonts.FILES),
        fonts.fonts,
    ),
    PublicSet(
        "hasyv2",
        "hasyv2.npz",
        "digits × ÷ / + − · *, 32×32, binary",
        4916,
        "ODbL, M. Thoma",
        "https://zenodo.org/records/259444",
        (
            Source(
                "https://zenodo.org/records/259444/files/HASYv2.tar.bz2",
                "md5:fddf23f36e24b5236f6b3a0880c778e3",
                size=34597561,
            ),
        ),
        glyph_formats.hasyv2,
        tolerance=0.2,
    ),
    PublicSet(
        "mdas",
        "mdas.npz",
        "+ − × ÷ / · drawn on screen, two writers",
        6006,
        "MIT, J. MacLeod",
        "https://github.com/jdmacleod/handwritten-calculator",
        (
            Source(
                "https://raw.githubusercontent.com/jdmacleod/handwritten-calculator/"
                "c00b70f1dfafe54c17de6ed7fc49b9598d134e2c/mdas_symbol_dataset/mdas_symbols_v1.zip"
            ),
        ),
        glyph_formats.mdas,
        tolerance=0.01,
    ),
    PublicSet(
        "numberpad",
        "numberpad.jsonl.gz",
        "digits + − × / by finger, one writer",
        1332,
        "Apache-2.0, B. Maxwell",
        "https://github.com/bridger/NumberPad",
        _github("bridger/NumberPad", "de2f2285"),
        glyph_formats.numberpad,
        tolerance=0.1,
    ),
    PublicSet(
        "optdigits",
        "optdigits.npz",
        "digits from forms, 32×32, binary, stretched",
        4677,
        "CC BY 4.0, E. Alpaydın and C. Kaynak",
        "https://archive.ics.uci.edu/dataset/80",
        _uci(
            80,
            "optical+recognition+of+handwritten+digits",
            "0d7b054fea010270e9b3f06411c654c5e59547732ad626381980baffe0a23fb0",
        ),
        glyph_formats.optdigits,
    ),
    PublicSet(
        "pendigits",
        "pendigits.jsonl.gz",
        "digits by pen, 44 Turkish writers",
        10992,
        "CC BY 4.0, F. Alimoğlu and E. Alpaydın",
        "https://archive.ics.uci.edu/dataset/81",
        _uci(
            81,
            "pen+based+recognition+of+handwritten+digits",
            "1e02bea023613c2b11c9492f6f34caf975420455934f3527d270cee9a1f03b64",
            1668118,
        ),
        glyph_formats.pendigits,
    ),
    PublicSet(
        "semeion",
        "semeion.npz",
        "digits from paper, 16×16, binary, 80 Italian writers",
        1593,
        "CC BY 4.0, Semeion Research Center",
        "https://archive.ics.uci.edu/dataset/178",
        _uci(
            178,
            "semeion+handwritten+digit",
            "6fb091394714cddda5751d4e1c2781ab094e7cf15de07917fb40e581f19efc75",
        ),
        glyph_formats.semeion,
    ),
    PublicSet(
        "uji",
        "uji.jsonl.gz",
        "digits by pen, 60 Spanish writers",
        1200,
        "CC BY 4.0, F. Prat and others",
        "https://archive.ics.uci.edu/dataset/177",
        _uci(
            177,
            "uji+pen+characters+version+2",
            "0881b522911b99d9922820289441b50fd3d307f71cd7f9cc70e86872424a5f90",
        ),
        glyph_formats.uji,
    ),
    PublicSet(
        "unipen",
        "unipen.jsonl.gz",
        "digits + - / = ( ) . , % * by pen, 280 writers",
        22356,
        _UNIPEN_LICENCE,
        "https://github.com/GreenCappuccino/train_r01_v07",
        _UNIPEN,
        glyph_formats.unipen,
        tolerance=0.2,
    ),
    PublicSet(
        "unipen_times",
        "unipen_times.jsonl.gz",
        "letters x that serve as ×, by pen",
        653,
        _UNIPEN_LICENCE,
        "https://github.com/GreenCappuccino/train_r01_v07",
        _UNIPEN,
        glyph_formats.unipen_times,
        tolerance=0.5,
    ),
)
