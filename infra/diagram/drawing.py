"""A small SVG writer: boxes, texts and arrows, in the order in which they are drawn."""

from collections.abc import Iterable
from typing import NamedTuple
from xml.sax.saxutils import escape

LETTER = 0.56  # the width of a letter, as a share of its height: enough for a sans serif

STYLE = """
  text { font-family: Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif; font-size: 12px; fill: #26323d }
  .title { font-size: 22px; font-weight: 600 } .head { font-size: 15px; font-weight: 600 } .name { font-weight: 600 }
  .small { font-size: 10.5px; fill: #5a6773 } .port { font-size: 10px; fill: #5a6773 }
  .middle { text-anchor: middle } .end { text-anchor: end }
  rect { stroke-width: 1.2; rx: 6px }
  .page { fill: #ffffff; stroke: none } .region { fill: #f7f9fb; stroke: #b9c4ce }
  .network { fill: #ffffff; stroke: #7d8f9f; stroke-width: 1.6 }
  .zone { fill: none; stroke: #b9c4ce; stroke-dasharray: 5 4 }
  .public { fill: #fdf3e3; stroke: #e6c48c } .private { fill: #eaf3ea; stroke: #a9cba9 } .data { fill: #e9f0f8; stroke: #a4bfdc }
  .gateway { fill: #fbe4d5; stroke: #d78f5c } .function { fill: #ffffff; stroke: #5f9a5f } .door { fill: #ffffff; stroke: #97a5b1 }
  .store { fill: #ffffff; stroke: #4f7fb5 } .cell { fill: #dfe9f5; stroke: none } .edge { fill: #ece6f5; stroke: #9a83c4 }
  .outside { fill: #ffffff; stroke: #5a6773; stroke-dasharray: 3 2 } .chip { fill: #ffffff; stroke: #c5ced6 }
  path { fill: none; stroke-width: 1.4 } path.soft { stroke-dasharray: 5 3 }
"""


class Point(NamedTuple):
    """A place on the page, in pixels from its upper left corner."""

    x: float
    y: float


class Box(NamedTuple):
    """A rectangle on the page."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.y + self.height

    @property
    def centre(self) -> float:
        """The middle between its left and right edges."""
        return self.x + self.width / 2

    @property
    def middle(self) -> float:
        """The middle between its upper and lower edges."""
        return self.y + self.height / 2


class Drawing:
    """What has been drawn so far."""

    def __init__(self, width: float, title: str) -> None:
        self._width, self._title = width, title
        self._parts: list[str] = []
        self._colours: set[str] = set()

    def box(self, box: Box, style: str, hint: str = "") -> None:
        """A rectangle; a hint is shown where a pointer rests on it."""
        shape = f'<rect x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{box.height:g}" class="{style}"'
        self._parts.append(f"{shape}><title>{escape(hint)}</title></rect>" if hint else f"{shape}/>")

    def text(self, at: Point, text: str, style: str = "", room: float = 0) -> None:
        """A line of text; one that is longer than its room is cut with an ellipsis, whole as a hint."""
        size = 10.5 if "small" in style else 12
        fits = int(room / (size * LETTER)) if room else len(text)
        shown = text if len(text) <= fits else f"{text[: fits - 1].rstrip(' ,')}…"
        hint = f"<title>{escape(text)}</title>" if shown != text else ""
        self._parts.append(f'<text x="{at.x:g}" y="{at.y:g}" class="{style}">{escape(shown)}{hint}</text>')

    def arrow(self, points: Iterable[Point], colour: str, *, soft: bool = False, head: bool = True) -> None:
        """A line with right angles, with a head at its end; a soft one is dashed."""
        self._colours.add(colour)
        way = " ".join(f"{'M' if index == 0 else 'L'}{point.x:g} {point.y:g}" for index, point in enumerate(points))
        end = f' marker-end="url(#head-{colour[1:]})"' if head else ""
        self._parts.append(
            f'<path d="{way}" stroke="{colour}"{" class=" + chr(34) + "soft" + chr(34) if soft else ""}{end}/>'
        )

    def svg(self, height: float) -> str:
        """The whole file."""
        heads = "".join(
            f'<marker id="head-{colour[1:]}" viewBox="0 0 8 8" refX="7.5" refY="4" markerWidth="7" markerHeight="7" '
            f'orient="auto-start-reverse"><path d="M0 0.6 L8 4 L0 7.4 Z" style="fill:{colour};stroke:none"/></marker>'
            for colour in sorted(self._colours)
        )
        page = f'<rect width="{self._width:g}" height="{height:g}" class="page"/>'
        return "\n".join(
            [
                f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self._width:g} {height:g}" role="img">',
                f"<title>{escape(self._title)}</title>",
                f"<style>{STYLE}</style>",
                f"<defs>{heads}</defs>",
                page,
                *self._parts,
                "</svg>\n",
            ]
        )
