"""Makes `dejavu-sans.txt.gz` from the font: python3 letters.py (needs npm and `pip install fonttools==4.68.0`).

A line for each character: its code in hexadecimal, its advance, and its outline as path data. The font's licence stands before them, and
in a file of its own.
"""

import gzip
import hashlib
import io
import pathlib
import subprocess
import tarfile
import tempfile

from fontTools.pens.basePen import BasePen
from fontTools.ttLib import TTFont

PACKAGE = "dejavu-fonts-ttf@2.37.3"
SHA512 = "7f585dee325b7906b5556730f8ad8aad35d2e74cd331a1e9542e1720a26935c0de611e5a8ccb63fe22e540360dbcb38a6a6501dc04555427fbf65370355ced49"


class Outline(BasePen):
    """An outline as short path data: steps from point to point, and a letter only where the command changes."""

    def __init__(self, glyphs):
        super().__init__(glyphs)
        self.data, self.at, self.start, self.command = "", (0, 0), (0, 0), ""

    def put(self, command, *numbers):
        self.data += command if command != self.command else ""
        self.command = command
        for number in numbers:
            self.data += f"{number}" if number < 0 or self.data[-1].isalpha() else f" {number}"

    def step(self, *points):
        points = [tuple(map(round, point)) for point in points]
        steps = [x - origin for point in points for x, origin in zip(point, self.at)]
        self.at = points[-1]
        return steps

    def _moveTo(self, point):
        self.start = self.at = tuple(map(round, point))
        self.put("M", *self.at)

    def _lineTo(self, point):
        across, up = self.step(point)
        if up == 0:
            self.put("h", across)
        elif across == 0:
            self.put("v", up)
        else:
            self.put("l", across, up)

    def _qCurveToOne(self, control, point):
        self.put("q", *self.step(control, point))

    def _closePath(self):
        self.put("z")
        self.at = self.start


def package():
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        data = next(pathlib.Path(folder).glob("*.tgz")).read_bytes()
    if hashlib.sha512(data).hexdigest() != SHA512:
        raise SystemExit(f"{PACKAGE} is not what it was")
    return tarfile.open(fileobj=io.BytesIO(data))


def main():
    files = package()
    licence = files.extractfile("package/LICENSE").read().decode()
    font = TTFont(io.BytesIO(files.extractfile("package/ttf/DejaVuSans.ttf").read()))
    assert font["head"].unitsPerEm == 2048
    glyphs = font.getGlyphSet()
    lines = ["# The outlines of DejaVu Sans 2.37. The font's licence:"]
    lines += [f"# {line}".rstrip() for line in licence.splitlines()]
    for code, name in sorted(font.getBestCmap().items()):
        pen = Outline(glyphs)
        glyphs[name].draw(pen)
        lines.append(f"{code:x} {glyphs[name].width} {pen.data}".rstrip())
    text = "\n".join(lines) + "\n"
    here = pathlib.Path(__file__).parent
    (here / "LICENSE-dejavu").write_text(licence)
    (here / "dejavu-sans.txt.gz").write_bytes(gzip.compress(text.encode(), 9, mtime=0))


main()
