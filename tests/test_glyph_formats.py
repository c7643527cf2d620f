"""Each set's original format, written small here as its source publishes it."""

import io
import json
import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from hwcalc import glyph_formats as formats
from hwcalc.glyph_formats import FormatError


def zipped(path: Path, members: dict[str, str | bytes]) -> list[Path]:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return [path]


def png(pixels: np.ndarray, mode: str = "L") -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).convert(mode).save(file, "png")
    return file.getvalue()


def compress(data: bytes, widest: int = 16) -> bytes:
    """What Unix `compress -b widest` writes, without its clear codes."""
    table = {bytes([i]): i for i in range(256)}
    packed = bytearray([0x1F, 0x9D, 0x80 | widest])
    width, free, group = 9, 257, []

    def flush(whole: bool) -> None:
        bits = sum(code << (width * i) for i, code in enumerate(group))
        size = width if whole else -(-len(group) * width // 8)
        packed.extend(bits.to_bytes(size, "little"))
        group.clear()

    prefix, sent = b"", 0
    for i in range(len(data) + 1):
        byte = data[i : i + 1]
        if byte and prefix + byte in table:
            prefix += byte
            continue
        if prefix:
            group.append(table[prefix])
            sent += 1
            if len(group) == 8:
                flush(whole=True)
            # The reader's table is one entry behind: it has its first after the second code.
            if sent > 1 and 257 + sent - 1 == 1 << width and width < widest:
                if group:
                    flush(whole=True)
                width += 1
        if byte and prefix and free < 1 << widest:
            table[prefix + byte] = free
            free += 1
        prefix = byte
    if group:
        flush(whole=False)
    return bytes(packed)


@pytest.mark.parametrize("widest", [9, 12, 16])
@pytest.mark.parametrize("size", [0, 1, 300, 40_000])
def test_compressed_files_are_unpacked(widest, size):
    data = np.random.default_rng(size).choice(np.frombuffer(b"0 1\n.PEN", np.uint8), size).tobytes()
    assert formats.uncompress(compress(data, widest)) == data


@pytest.mark.skipif(shutil.which("gzip") is None, reason="no gzip, which reads .Z files too")
def test_the_packer_of_these_tests_packs_as_compress_does():
    data = np.random.default_rng(0).integers(0, 9, 30_000, np.uint8).tobytes()
    unpacked = subprocess.run(["gzip", "-dc"], input=compress(data), capture_output=True, check=True).stdout
    assert unpacked == data


def test_a_clear_code_empties_the_table():
    codes = [65, 66, 256]  # A, B, clear; the rest of the group of eight is padding
    bits = sum(code << (9 * i) for i, code in enumerate(codes))
    packed = b"\x1f\x9d\x90" + bits.to_bytes(9, "little") + (67).to_bytes(2, "little")
    assert formats.uncompress(packed) == b"ABC"


@pytest.mark.parametrize("data", [b"", b"\x1f\x8b\x08", b"\x1f\x9d\x84", b"\x1f\x9d\x90" + b"\xff" * 20])
def test_what_compress_did_not_write_is_refused(data):
    with pytest.raises(FormatError):
        formats.uncompress(data)


PENDIGITS = """.INCLUDE dene.doc
.LEXICON "0" "1" "2" "3" "4" "5" "6" "7" "8" "9"
.HIERARCHY DIGIT
.SEGMENT DIGIT 0 ? "8"
.COMMENT 8 12 0
.PEN_DOWN
 267   333
 267   336
.PEN_UP
.DT 100
.SEGMENT DIGIT 1-2 ? "5"
.COMMENT 5 3 1
.PEN_DOWN
 10   400
 20   400
.PEN_UP
.DT 100
.PEN_DOWN
 30   0
.PEN_UP
.DT 100
"""


@pytest.mark.parametrize("packed", [False, True])
def test_pendigits(tmp_path, packed):
    files = {"pendigits-orig.tra": PENDIGITS.encode(), "pendigits-orig.tes": PENDIGITS.encode()}
    members = {f"{n}.Z": compress(d) for n, d in files.items()} if packed else files
    found = formats.pendigits(zipped(tmp_path / "a.zip", {**members, "pendigits.tra": "47,100, 27"}))
    assert [(g.label, g.writer) for g in found] == [
        ("8", "tra12"),
        ("5", "tra03"),
        ("8", "tes12"),
        ("5", "tes03"),
    ]
    assert found[0].ink == [[[267, 167], [267, 164]]]
    assert found[1].ink == [[[10, 100], [20, 100]], [[30, 500]]]


UJI = """// UJI Pen Characters (Version 2)
// ASCII char: a
WORD a trn_UJI_W01-01
  NUMSTROKES 1
  POINTS 2 # 1 2 3 4
// ASCII char: 7
WORD 7 trn_UJI_W01-01
  NUMSTROKES 2
  POINTS 3 # 0 0 50 0 30 80
  POINTS 2 # 10 40 50 40
// Non-ASCII char: ntilde
WORD ñ tst_UPV_W18-02
  NUMSTROKES 1
  POINTS 1 # 7 8
WORD 0 tst_UPV_W18-02
  NUMSTROKES 1
  POINTS 1 # 7 8
"""


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("coding", ["utf8", "latin1"])
def test_uji(tmp_path, newline, coding):
    text = UJI.replace("\n", newline).encode(coding)
    seven, zero = formats.uji(zipped(tmp_path / "a.zip", {"ujipenchars2.txt": text}))
    assert seven == ("7", [[[0, 0], [50, 0], [30, 80]], [[10, 40], [50, 40]]], "uji01", None)
    assert zero == ("0", [[[7, 8]]], "uji18", None)


def test_uji_cut_off(tmp_path):
    with pytest.raises(FormatError, match="cut off"):
        formats.uji(zipped(tmp_path / "a.zip", {"ujipenchars2.txt": UJI.replace("30 80", "30")}))


def test_semeion(tmp_path):
    pixels = np.arange(512).reshape(2, 256) % 3 == 0
    rows = [
        " ".join(f"{p:.4f}" for p in picture)
        + " "
        + " ".join(str(int(d == digit)) for d in range(10))
        + " \n"
        for picture, digit in zip(pixels, (0, 9), strict=True)
    ]
    found = formats.semeion(zipped(tmp_path / "a.zip", {"semeion.data": "".join(rows)}))
    assert [g.label for g in found] == ["0", "9"]
    assert np.array_equal(found[1].ink, 255 * pixels[1].reshape(16, 16))
    assert found[1].ink.dtype == np.uint8


@pytest.mark.parametrize("row", ["0 1 0\n", " ".join(["0"] * 266) + "\n"])
def test_semeion_with_other_columns(tmp_path, row):
    with pytest.raises(FormatError):
        formats.semeion(zipped(tmp_path / "a.zip", {"semeion.data": row}))


def optdigits(digits: str, lines: int = 32) -> str:
    header = "entwidth=32\nentheight=32\nclassrep = unary\nnexamples = 2\n\n"
    return header + "".join(f"{'0' * 30}11\n" * lines + f" {digit}\n" for digit in digits)


def test_optdigits(tmp_path):
    parts = {"tra.Z": compress(optdigits("07").encode()), "cv": optdigits("4"), "windep": optdigits("5")}
    members = {f"optdigits-orig.{part}": content for part, content in parts.items()}
    found = formats.optdigits(zipped(tmp_path / "a.zip", {**members, "optdigits-orig.wdep": optdigits("9")}))
    assert "".join(g.label for g in found) == "0745"
    assert np.array_equal(found[0].ink, np.tile([0] * 30 + [255] * 2, (32, 1)))


def test_optdigits_with_a_line_too_few(tmp_path):
    members = {f"optdigits-orig.{part}": optdigits("3", lines=31) for part in ("tra", "cv", "windep")}
    with pytest.raises(FormatError, match="32 lines"):
        formats.optdigits(zipped(tmp_path / "a.zip", members))


@pytest.mark.parametrize("table_first", [True, False])
def test_hasyv2(tmp_path, table_first):
    latex = ["A", "\\times", "7", "\\cdot", "\\alpha"]
    table = "path,symbol_id,latex,user_id\n"
    table += "".join(f"hasy-data/v2-{i:05d}.png,{30 + i},{x},5\n" for i, x in enumerate(latex))
    paper = np.full((5, 32, 32), 255)
    for i in range(5):
        paper[i, 10, i] = 0
    members = [("hasy-data-labels.csv", table.encode())]
    members += [(f"hasy-data/v2-{i:05d}.png", png(paper[i], "RGB")) for i in range(5)]
    path = tmp_path / "HASYv2.tar.bz2"
    with tarfile.open(path, "w:bz2") as archive:
        for name, content in members if table_first else members[::-1]:
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    found = {g.label: g.ink for g in formats.hasyv2([path])}
    assert set(found) == {"×", "7", "·"}
    assert np.array_equal(found["7"], 255 - paper[2])


def test_hasyv2_without_its_table(tmp_path):
    with tarfile.open(tmp_path / "a.tar.bz2", "w:bz2"):
        pass
    with pytest.raises(FormatError, match=r"hasy-data-labels\.csv"):
        formats.hasyv2([tmp_path / "a.tar.bz2"])


@pytest.mark.parametrize("inverted", [False, True])
def test_bhmsds(tmp_path, inverted):
    ink = np.zeros((28, 28))
    ink[5:9, 3:20] = 200
    full = np.full((28, 28), 255.0)
    full[[0, 0, -1, -1], [0, -1, 0, -1]] = 0  # a dot, stretched to its frame
    pictures = {"slash-1484": ink, "3-0": ink, "x-7": ink, "w-7": ink, "dot-12": full}
    members = {
        f"bhmsds-07d2/symbols/{name}.png": png(255 - p if inverted else p) for name, p in pictures.items()
    }
    members["bhmsds-07d2/README.md"] = b"# Basic Handwritten Math Symbols Dataset"
    found = {g.label: g.ink for g in formats.bhmsds(zipped(tmp_path / "a.zip", members))}
    assert set(found) == {"/", "3", "×", "."}
    assert np.array_equal(found["/"], ink)
    assert np.array_equal(found["."], full)


def test_transparent_pictures_are_on_paper(tmp_path):
    pixels = np.zeros((28, 28, 4))
    pixels[4:8, :, 3] = 255  # black, seen only where it is not transparent
    (glyph,) = formats.bhmsds(zipped(tmp_path / "a.zip", {"symbols/7-1.png": png(pixels, "RGBA")}))
    assert np.array_equal(glyph.ink.max(axis=1), [255 if 4 <= y < 8 else 0 for y in range(28)])


def test_a_damaged_picture_is_told(tmp_path):
    with pytest.raises(FormatError, match="picture"):
        formats.bhmsds(zipped(tmp_path / "a.zip", {"symbols/7-1.png": png(np.zeros((9, 9)))[:40]}))


def test_mdas(tmp_path):
    folders = {
        "addition_plus": "+",
        "division_obelus": "÷",
        "division_slash": "/",
        "multiplication_cross": "×",
        "multiplication_dot": "·",
        "subtraction_minus": "-",
    }
    picture = png(np.eye(28) * 99)
    members = {
        f"symbols_partitioned/{part}/{folder}/{folder}_1.png": picture
        for part in ("train", "test", "val")
        for folder in folders
    }
    members["__MACOSX/symbols_partitioned/train/addition_plus/._a.png"] = b"x"
    found = formats.mdas(zipped(tmp_path / "a.zip", members))
    assert sorted(g.label for g in found) == sorted(3 * list(folders.values()))
    assert found[0].ink[3, 3] == 99


def test_detexify(tmp_path):
    def line(*strokes):
        record = {"id": "sample:1", "symbolId": "latex:latex2e:times", "source": {"kind": "legacy-detexify"}}
        return json.dumps({**record, "strokes": [[{"x": x, "y": y} for x, y in s] for s in strokes]}) + "\n"

    folder = "detexify-next-6831/packages/data/source/samples/latex/latex2e"
    members = {
        f"{folder}/times-1k2f3a.jsonl": line([(0, 0.25), (1, 1)], [(0.5, 0.5)]) + line([(0.2, 0.3)]),
        f"{folder}/surd.jsonl": line([(0, 0), (1000, 800)]),
        f"{folder}/rtimes-1k2f3a.jsonl": line([(0, 0)]),
        f"{folder}/manifest.json": "{}",
        "detexify-next-6831/apps/web/public/data/div.jsonl": line([(0, 0)]),
    }
    found = formats.detexify(zipped(tmp_path / "a.zip", members))
    assert sorted((g.label, g.ink) for g in found) == [
        ("×", [[[0, 250], [1000, 1000]], [[500, 500]]]),
        ("×", [[[200, 300]]]),
        ("√", [[[0, 0], [1000, 800]]]),
    ]


def test_numberpad(tmp_path):
    train = {
        "normalizedData": {"1": [[[[-0.5, 0.5]]]]},
        "rawData": {"?": [[[[1, 2]]]], "9": [[[[436, 129], [426, 133]]]], "x": [[[[0, 0]], [[5, 5]]]]},
    }
    members = {
        "NumberPad-de2f/Data/bridger_train.json": json.dumps(train),
        "NumberPad-de2f/Data/bridger_test.json": json.dumps({"rawData": {"9": [[[[1, 1]]]]}}),
        "NumberPad-de2f/Data/bridger_all.json": json.dumps(train),
    }
    found = formats.numberpad(zipped(tmp_path / "a.zip", members))
    assert found == [
        ("9", [[[436, 129], [426, 133]]], "bridger", None),
        ("×", [[[0, 0]], [[5, 5]]], "bridger", None),
        ("9", [[[1, 1]]], "bridger", None),
    ]


# UNIPEN: labels in data/, ink in include/.

DOC = """.VERSION 1.0
.COMMENT    #####################
            ### DOCUMENTATION ###
.ALPHABET "0" "1" "("
.COORD X Y T
.X_POINTS_PER_INCH 100
.Y_POINTS_PER_INCH 200
.HIERARCHY TEXT CHARACTER
"""
INK = """
.WRITER_ID Ann_B
.STYLE PRINTED
.PEN_DOWN
\t10\t100\t0
\t10\t60\t5
.PEN_UP
.PEN_DOWN
\t0\t80\t9
\t20\t80\t10
\t30\t80\t11
.PEN_UP
.PEN_DOWN
\t50\t50\t12
\t50\t40\t13
.PEN_UP
.PEN_DOWN
\t0\t0\t20
\t10\t10\t21
.PEN_UP
.PEN_DOWN
\t0\t10\t22
\t10\t0\t23
.PEN_UP
"""
TOP = "train_r01_v07-552a/"


def unipen(tmp_path, **segments: str) -> list[Path]:
    members = {f"{TOP}include/apa/app.doc": DOC, f"{TOP}include/apa/data/a.dat": INK}
    for folder, text in segments.items():
        members[f"{TOP}data/{folder[1:]}/apa/apa00/a.dat"] = (
            f".VERSION 1.0\n.INCLUDE apa/app.doc\n.INCLUDE apa/data/a.dat\n{text}"
        )
    return zipped(tmp_path / "a.zip", members)


def test_unipen(tmp_path):
    labels = '.SEGMENT CHARACTER 0-1 ? "4"\n.SEGMENT CHARACTER 3 ? "a"\n'
    signs = '.SEGMENT CHARACTER 2 OK "("\n.SEGMENT CHARACTER 2 ? "\\""\n.SEGMENT CHARACTER 9 ? "+"\n'
    four, bracket = formats.unipen(unipen(tmp_path, _1a=labels, _1d=signs))
    assert four == ("4", [[[20, 0], [20, 40]], [[0, 20], [40, 20], [60, 20]]], "ap.Ann_B", 40)
    assert bracket == ("(", [[[0, 0], [0, 10]]], "ap.Ann_B", 40)


def test_unipen_knows_a_writer_again_in_what_the_same_provider_sent_apart(tmp_path):
    files = {f"{TOP}include/{part}/a.dat": DOC + INK for part in ("apb", "app")}
    files[f"{TOP}data/1a/apb/a.dat"] = '.INCLUDE apb/a.dat\n.SEGMENT CHARACTER 0 ? "1"\n'
    files[f"{TOP}data/1d/app/a.dat"] = '.INCLUDE app/a.dat\n.SEGMENT CHARACTER 2 ? "("\n'
    found = formats.unipen(zipped(tmp_path / "b.zip", files))
    assert [(g.label, g.writer, g.ref) for g in found] == [("1", "ap.Ann_B", 40), ("(", "ap.Ann_B", 40)]


def test_unipen_segments_inside_components(tmp_path):
    (glyph,) = formats.unipen(unipen(tmp_path, _1a='.SEGMENT CHARACTER 0:1-1:1,2 ? "4"\n'))
    assert [len(stroke) for stroke in glyph.ink] == [1, 2, 2]


def test_unipen_counts_a_pen_in_the_air_only_where_its_way_is_known(tmp_path):
    air = INK.replace(".PEN_UP\n", ".PEN_UP\n1 1 1\n", 1)
    files = {f"{TOP}include/a.dat": DOC + air, f"{TOP}data/1a/x/a.dat": ".INCLUDE a.dat\n"}
    files[f"{TOP}data/1a/x/a.dat"] += '.SEGMENT CHARACTER 0-2 ? "4"\n'
    (glyph,) = formats.unipen(zipped(tmp_path / "b.zip", files))
    assert [len(stroke) for stroke in glyph.ink] == [2, 3]


def test_unipen_leaves_out_writers_whose_size_no_digit_tells(tmp_path):
    assert formats.unipen(unipen(tmp_path, _1d='.SEGMENT CHARACTER 2 ? "("\n')) == []


def test_unipen_times(tmp_path):
    letters = "".join(f'.SEGMENT CHARACTER {where} ? "x"\n' for where in ("3-4", "0-1", "3", "2-3"))
    paths = unipen(tmp_path, _1a='.SEGMENT CHARACTER 0 ? "1"\n', _1c=letters)
    (times,) = formats.unipen_times(paths)
    assert times == ("×", [[[0, 10], [20, 0]], [[0, 0], [20, 10]]], "ap.Ann_B", 40)


def test_another_archive_is_not_unipen(tmp_path):
    with pytest.raises(FormatError, match="data"):
        formats.unipen(zipped(tmp_path / "a.zip", {"readme": "x"}))


@pytest.mark.parametrize("parse", [formats.pendigits, formats.uji, formats.semeion, formats.optdigits])
def test_an_archive_without_the_file_is_told(tmp_path, parse):
    with pytest.raises(FormatError, match="there is no"):
        parse(zipped(tmp_path / "a.zip", {"readme.txt": "hello"}))
