"""Fonts that look as if a hand had written them → pictures of their digits and signs.

In flow font files, one a hand; out flow glyphs like those of the other formats. People copy sums from worksheets set
in such fonts, and neat hands look like them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from .glyph_formats import FormatError, Glyph

LABELS = "0123456789+-×÷/=()%"

SIDE = 48
"""Pixels of a picture's width and height; the longer side of its ink is `_INK` pixels long."""

_INK = 44
_DRAWN = 96  # pixels of an em, before the ink is scaled
_NO_SYMBOL = chr(0x10FFFD)  # what no font has: it is drawn as the box that stands for a missing symbol
_IN_FONTS = {"-": "−-"}  # the minus sign, or where a font has none its hyphen

FILES = [
    (
        f"https://cdn.jsdelivr.net/npm/@fontsource/{name}@{version}/files/{name}-latin-400-normal.woff",
        f"sha256:{digest}",
    )
    for name, version, digest in map(
        str.split,
        """
    allison 5.3.0 0c3beae3c0f7882b1956053c271b1033ef63a34610063f1cf1fa669cc6bfc08d
    annie-use-your-telescope 5.3.0 555a3ba045673dfa29aa1b2ed52f17772212380d2da9a79dc813ef51e26b0147
    architects-daughter 5.3.0 0249dd5f81431dbf8a8406996c43f8018bf707221cf261d75145f083bb7091cf
    bad-script 5.3.0 07202e03862cf10af6c0a9f5cfce39ef10e1923b64b965c3185b5ddef61b91f1
    beth-ellen 5.3.0 0650ec8a5e854614c0edaaa7650112846da25e5d31ffa820bcf13b623f5704dc
    bilbo 5.3.0 091c1190b2434a8bfa7e02e8db672f9e42f86fe8e115a68f3d81da84d21622c4
    birthstone 5.3.0 4e3a2fca18ee7678c2384097c18a135d6fab78840892eb12cc63ac34c7d8bd49
    bonheur-royale 5.3.0 ba37df7e5cd7ee8a7a3630b29742d19e09954639e8663d236922c54b1cf9bea6
    butterfly-kids 5.3.0 ff915fe6e4256690e5cc36d99b543f541c48aab249bab54f8fdaf7217b047c39
    calligraffitti 5.3.0 1fee22a7ff179d7623483a623aba71e5541ef16efd5e28bc45d4403d6f010ad5
    caramel 5.3.0 ab707d7c3141cef60873e4fbd4ab3fefd69d65b551c9a142d9ade194bec12ff4
    carattere 5.2.8 c63bc8379d48ed6794f9672ae800164948dcfa15813940f11f1efeab9118ba1e
    caveat 5.3.0 38b98dbeb922a14a74dfb41f83fc24e0e645e2eed9ce72145fefbdae8828cbfb
    cedarville-cursive 5.3.0 8d8360a98492b42d02c17e94c38bcd2a3cce6db6b9b430f3a110e71f81d7149c
    charm 5.2.7 9438d1a10ea9f3c2d793a35e36c6440179a9829aaf67140f4a68acfde75f668a
    charmonman 5.2.7 611329e004f4a7d865d2aa6ffea95f7c59018036d04283aa2ea98597411d42df
    chilanka 5.3.0 e13443776c36ae978fcd63bb5e54af10043ed9df172f924e427e0e40ec783e39
    comforter 5.2.8 6059a99f9621a4aa82fa4b59bcd3861c3afb926caf8075407a969cf904ea9b39
    comic-neue 5.3.0 54c45748205d08203132f268717d38a32e107a369081a0467e9aa7750668c10d
    coming-soon 5.3.0 d0a25ae9b9ffb2a2c235687f1698af2bbe18a84f47f1b099077a50382b812858
    cookie 5.3.0 15a6cbd163886857d89b3d5743237d606ab45002d00e5cc8d317d7df7bc65b7e
    covered-by-your-grace 5.3.0 876d8371eedf1f9add237910aea034ca42cd5bdc8f7d722c7a04819ab3f711b8
    crafty-girls 5.3.0 5d7392f508057ab8c20fa7e92989e679a9efd058b9d7736d688a614df9a79dfa
    dancing-script 5.3.0 3e114c39b274829edb96a698275563336a42ec5c2a9c1fb7d7108b8bb804bfd3
    dawning-of-a-new-day 5.3.0 db6b4ace05ee8134f67c89150c387961d9c4f3e8ecc3efecfe8510738c3158fd
    dekko 5.3.0 03a28a935e5e77df75afc369cac04b9e28be68aa2156c20c649103e29d084a60
    delius 5.3.0 eabc55870044215231d9f905b1b898926bcf588dc78e53523ea6590281b606f1
    dynalight 5.3.0 b4ecd6591f34ac9baf988339cee8cb4bc05ad5da345484985d3c967849a24c3c
    edu-au-vic-wa-nt-hand 5.3.0 dbaeb8ce6cf069934b9844926302493256965e80d9c79d06ba08034193e54b75
    edu-qld-beginner 5.3.0 c8406989bc5c5dfcf60f1edc010bc13434c25985f27c9ef1e87b64071b193776
    edu-sa-beginner 5.3.0 c33e51f7a131b9a2eefb06ae7e24af669fc9961ea1e4fd1d13f8658a995f0ea5
    edu-tas-beginner 5.3.0 16c8a0af47a3862aa01547ca64dbdda2d9c5b4c3b45a9b522182340b7e350aad
    edu-vic-wa-nt-beginner 5.3.0 d1d07ef8700ab8a5b349dc78e8c976629d63e62407dc092eb9f304d5a6ee08d6
    estonia 5.0.20 ee95dd72a66bb00e14612711c6ff846b59acaa33374207717bb53338d9d81de8
    felipa 5.3.0 28e0065b28d82a270a14661b8ace6b57595b5564cd7837da22d66fc6666867f0
    fuggles 5.3.0 189084f0e5849f6eb23f4351f672689cec9561ba4beec9734373655dc61c2e2c
    fuzzy-bubbles 5.3.0 7d4f62492b07a98081096631cf93ce385b6646a6f38d63a4cabbe24f0acbeeba
    gamja-flower 5.3.0 a38f64533c71165be3845e8e1600a2c6062464d83c7c160d00ee5a9cbd67c46d
    give-you-glory 5.3.0 84c8bec3e54403b756b60f5fa44aeb89ceb5a31c7296211a0d7717611bb73f8c
    gloria-hallelujah 5.3.0 31e7def8cf155d4dcc98216517ad509923a8a197bc9c8937668d04767c52040e
    gochi-hand 5.3.0 82a4149218f2edccef96d2b0ed5bf92adc6ea290222bac4dcfa3de91afb6b3a3
    grape-nuts 5.3.0 058c99599408dd60de19ebb1abbf764b9a18eebb553fee1670f0b2d2a4fd5235
    grechen-fuemen 5.3.0 9b3949c0903d70a9ab568de0465df07a9bc2676cc8f0c8626dcae0a1f23e053e
    hi-melody 5.3.0 346d604a1b9cbe55b43837112ce70dd6d30909898d82c3014c1f37f8e40f27a3
    homemade-apple 5.3.0 998f34b48e0bcb8974dc6e8d94961a87689ca40e3258554d2f6fc3778b1968a3
    hurricane 5.3.0 4963c0fbac892320e205fefd43df94af6cdf9ff8f40bc22fb61c917abe9c807e
    indie-flower 5.3.0 2cf7154e899ad16246196238d6d13f0135c5feba2d8ccde5d97a22664d012660
    jim-nightshade 5.1.1 ac0e93ae9d2330a88005d6bd1a57633e5004ec15ad6845df4b2ce32d99b9e0d4
    julee 4.5.11 68dd1fcc92b051b040e5e88d23e020da4d1c83190519a74a3f0ab508eff64ab9
    just-another-hand 5.3.0 996689005263a02315843bd1eff3f67b71ec1ca25be7fa9ee4523e4d282b7b89
    kalam 5.3.0 70ab8c1d2c10a28f213c6f1c359888624d5e650ffcd64f93a8194c3e14403746
    kavivanar 5.3.0 c3717d01704c1bab2c9c3f94fbd38a38fa9cdf0e91441cca637076914a672b69
    klee-one 5.3.0 4c039b95126f61e0eb408e604751ac097fbf768043011d0156b407315776c720
    kodchasan 5.2.8 586402ac9f8ba69337a85676a90f47ea0dd1d48ce70aa83fd2f43bc8b1a070ba
    kristi 5.3.0 baf2b649c525e4b3d6516c77c88c1533b4c0e7a8376e88f63c13ed4dd5e4be6a
    la-belle-aurore 5.3.0 d5ec94f05c2cb9ab9dd5bba03faede9a6d767803e36b6b5df36f64ada8546ce0
    licorice 5.3.0 71980143949c400f96354029d3c98b743018b69045b13bdbd6089150d692275f
    liu-jian-mao-cao 5.3.0 cab561530949aaacec3f941e88d05386818c24b5a54ea50d2c5a50e0fefec0ae
    long-cang 5.3.0 2392465c01aa8beaf5495ad22a8c006115e48a21f3a10ec774aaee7aef51522b
    love-ya-like-a-sister 5.3.0 807bc4f83fd72301e5b1414a2c2e91baffdf5147e87144d842bb0ea704754577
    loved-by-the-king 5.3.0 c865f5db8c24e82e05b74065da789d1df28b12d66d2977e884af4a444ff46cb5
    ma-shan-zheng 5.3.1 f5e60482dc492b881e794ecf2090ee376be1623cb62ea60ddea010a59aa21620
    mali 5.3.0 cd38e40d516ab13ab4ef21cdb01671bac4c326ef338b39d87eb1892c5fc17bbf
    mansalva 5.3.0 956720ae5632b40a4f79e92b27b936e174a038aa41b8638d30965c61ab465aff
    marck-script 5.3.0 c26db9210c0b2823550e11baaeb2b6d234e5e5a14e8e6497029f29844859610d
    merienda 5.3.0 c4383b390812bf81f4dbdff07ae5a17359b36329f13cd6358d19a26363a67b47
    moon-dance 5.0.5 f4a4310294d88eed06f8408fb2de8ae718eb70f0678d136c67529ee40d705a9a
    mr-de-haviland 5.3.0 e35c50397f33adddb0a98021c8925d9001aaaa44cb51dba869540e7dfa78bc3c
    my-soul 5.1.0 d70b957414ded60534f135eacc696e5ec75b0a0e73ac693fb13f6ed3befef64f
    mynerve 5.3.0 5d9deb86c7caed58b6c2624cc2ff1e4cd76bd389e99cf5d62f6342b0242d1d29
    nanum-brush-script 5.3.0 4b1a6cfcd3147291f434cbf6a7b83fdaeba0f4c78190bb6290ef56650a3fc325
    nanum-pen-script 5.3.0 08cdd640e142c977071b4c3d5c33fd9ec322990e540f5511ca2fccff4568d0ec
    nothing-you-could-do 5.3.0 454bff123de1c8224aff670f12797ca91cf54becf6f8359391bd37a6dd68a60e
    oooh-baby 5.3.0 8adff98725aa267417e7cc2543a08056d22a170bea51de1b368c60a217e7a2bd
    over-the-rainbow 5.3.0 e721f12763490802b576b3c1511cf4a0c6a33221772bf846885a295e5b758e3e
    pangolin 5.3.0 d51be35cd652ff73e3d174e01cd978942cf67bcea08ab3043f711814fab162ce
    passions-conflict 5.2.8 cb8364ac89753769b2cec292df6a1ca3fd1194e2e02db7a5b9fa41a291c73f73
    patrick-hand 5.3.0 0f7031f6665437e04d6f354c5f64d6ae6777b498afbe804638c45b957a7ce8aa
    permanent-marker 5.3.0 ab8ac2bb72d48e089e37d8eefbacdfe2d74ccd48ae786d952fce9874837d2b2b
    playball 5.3.0 6e5c2bfa85876de66ca3f446ddd57938a6701a6d6905da33e09d031fa29cd8d6
    playpen-sans 5.3.0 25b16389b5a9978b1b9949398c494451d02c738f837e64095601e1c8447341fb
    playwrite-de-grund 5.3.0 2ef35798b3ea53e8ff8501c4a1d4608096b0b74c3a165b5ea53b1b694484de94
    playwrite-fr-moderne 5.3.0 2de15bb16c4f045edfeece7d75654ee87fd91012e939ff4dc43959cb0602509e
    playwrite-in 5.3.0 8b326d955596c54a7c19d65fa9dcf6b7729adaca7027695933a42cc2c128ef55
    playwrite-us-trad 5.3.0 198bc82b022ab9844fdb6645aecc87041ed99b1373d1c89a0f291f35a056223d
    poor-story 5.3.0 15608168b3f53bff2060591a8a6953c9ab1c91eb19529e15b973ac2b70ca709f
    qwigley 5.2.8 69822bceb6aac0429bc45bfece9277f1aa126a45c277685805785acf9b349341
    rancho 5.3.0 f19330a4aee7eaac41911b9002a0e402feaa84f0318ea422668e11b920ed8fca
    redressed 5.3.0 6722c727f03a63134c2061c85c7cb4ade71336bfa9e995332e37869aecbb9deb
    reenie-beanie 5.3.0 1b86681155e125625f01839b2e6688dde2b2a7766a8eb49645b3a8707c2bee9f
    rock-salt 5.3.0 358d065405a805204d48cc51cc48a8447f8d86369aa05d44c70e0111d7ee7e29
    rouge-script 5.3.0 1e02523b59a92320e12d82543f5f49ea77a495d1097733d4ed05d68b7cbc56d0
    ruthie 5.3.0 2e0b5eeeab34b8112333908fd7a057c3b66d91052f9af3763644d1e5d0a14f26
    sacramento 5.3.0 d3522a9bd9a636911205d65f8031b2baf2c1b1e91fc35070029dbf887364bd29
    satisfy 5.3.0 5d08f3999955e4cc4eb26cc27496751a9b15f9cd47d69332d2c7f8902ced3f49
    schoolbell 5.3.0 a448b8f4209a8ca16adc48753170f40a57e17f70675963e092501ed48842e4c8
    sedgwick-ave 5.3.0 378d3d70f69fb7c7382cbbd3dc3663bc409bd45dee5711aa8543afee85de2f14
    shadows-into-light 5.3.0 93cff8110a18bb3e1fb0179c95f706ed1e8037e2e527c4cb425b46deaddbd975
    shadows-into-light-two 5.3.0 ba222b859894cd8ea9a5e2782d37c52fc3bb434c5057edfc1e82855174203ad4
    short-stack 5.3.0 db596e8545afc95f708ad2d5ac878771998f7378da84c56759527fbdb02f5836
    square-peg 5.3.0 f7da17dedee1e713341ea2b5a26bff3a8cb25e3dfe94e7a927c1ed56ecc4a1f7
    sriracha 5.3.0 5d58be0698ba9a1b621ca2fa6d44e0b08b50fed7d913c956a4c0a9fd9fbfaa40
    sue-ellen-francisco 5.3.0 e2c988155c07d4a26b81216397fa1841af0916c9737a61e05ea38bd1bd5361b1
    sunshiney 5.3.0 0d10cdf01dbfa8c3e828836f0c71bf0a1b012b0ab08279d8bc57c47a43775a81
    swanky-and-moo-moo 5.3.0 f4f292b60677133249ab543ca178fa6786d3dd9681899ef7ccde255bf956aced
    the-girl-next-door 5.3.0 301aabf8a983d1231988eea6e125338a3933bd69de8b14137df80840c8d8c5e8
    tillana 5.2.8 831f786f331e12af3727ffb667425faf80cd8c5fe52b9fdf6a40ad866a727451
    unkempt 5.3.0 73dc1436872bf2e078e8ffaeeb67d9f91249a489d56e08704e9e813157f2ed66
    vibur 5.3.0 f13c8b62aa8abf958356887bc6e44d9af48037c38f96b238e66ec1b537b0dd4e
    vujahday-script 5.3.0 cb27d115931cdf5def87e4f1c94d6ee76376bbbebd541fd4c4b5b0060bd69fe1
    walter-turncoat 5.3.0 90a2eac28cf08ea30ebc93308f5de15abbfa6b8e54253f5fc9cfedb3971b9f89
    waterfall 5.1.1 74bdefe2112f1e50dbde7226f45c9380a2f82e40aebec3b8014610a0d7c53ae0
    whisper 5.3.0 89206755667e575480ab41f2f01f6249b79e8ce764a92ad9f2b503baafbdc81d
    yomogi 5.3.0 889ffc6f4e2587b8bd94d0b2c7ddd2f7bb3d89b25be1b6f3290775620a204210
    zen-kurenaido 5.3.0 1e20aeb08f255fbcf0ab5ccd03296d18bbeac3cefdb95e09c5b1676d73ac33b7
    zeyada 5.3.0 91d3613bd2d6ca6d14bfba2a7c3918ee4ced380d570d1b29a6ebfbcf56e7a6ff
""".strip().splitlines(),
    )
]
"""Address and checksum of each font."""


def fonts(paths: Sequence[Path]) -> list[Glyph]:
    """Font files that FreeType reads (.woff, .ttf, .otf); the writer of a glyph is its font.

    Raises
    ------
    FormatError
        A file is no font.
    """
    from PIL import ImageFont

    found = []
    for path in paths:
        try:
            font = ImageFont.truetype(path, _DRAWN)
        except OSError:
            raise FormatError(f"{path.name} is no font") from None
        missing = _drawn(font, _NO_SYMBOL)
        for label in LABELS:
            picture = _picture(font, label, missing)
            if picture is not None:
                found.append(Glyph(label, picture, path.stem))
    return found


def _picture(font: Any, label: str, missing: Any) -> npt.NDArray[np.uint8] | None:
    """A symbol of a font, uint8 (SIDE, SIDE), bright ink on black; None if the font draws it as it does `missing`."""
    from PIL import Image

    for symbol in _IN_FONTS.get(label, label):
        drawn = _drawn(font, symbol)
        if drawn is not None and drawn != missing:
            scale = _INK / max(drawn.size)
            width, height = (max(1, round(scale * side)) for side in drawn.size)
            picture = Image.new("L", (SIDE, SIDE))
            picture.paste(drawn.resize((width, height)), ((SIDE - width) // 2, (SIDE - height) // 2))
            return np.asarray(picture)
    return None


def _drawn(font: Any, symbol: str) -> Any:
    """What a font draws for a symbol, an image without margin, or None if it draws nothing."""
    from PIL import Image, ImageDraw

    left, top, right, bottom = font.getbbox(symbol)
    drawn = Image.new("L", (max(1, int(right - left)), max(1, int(bottom - top))))
    ImageDraw.Draw(drawn).text((-left, -top), symbol, font=font, fill=255)
    box = drawn.getbbox()
    return drawn.crop(box) if box else None
