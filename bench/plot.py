#!/usr/bin/env python3
"""Draws bench results: JSON lines in, one SVG out.

    bench/plot.py RESULTS.jsonl [...] -o PLOT.svg       (or JSON lines on standard input)

Latencies are rows over a logarithmic axis: a bar from p50 to p99, a thin line on towards the
maximum, which is written beside it, a dot for each of p50 p90 p99 p99.9.  Rates are bars of
nanoseconds per item, best to worst round as a whisker.  A bound is a vertical mark, red where it is
broken.  Standard library only.
"""

import argparse
import json
import math
import sys
from html import escape

WIDTH, LABELS, RIGHT, ROW, TOP = 1060, 260, 170, 26, 64
PLOT = WIDTH - LABELS - RIGHT
PERCENTILES = ("p50", "p90", "p99", "p99.9")
STYLE = """
  text { font: 13px ui-sans-serif, system-ui, 'DejaVu Sans', sans-serif; fill: #24292f }
  .title { font-size: 17px; font-weight: 600 } .small { font-size: 11px; fill: #6e7781 }
  .grid { stroke: #d8dee4 } .fine { stroke: #eef1f4 } .range { fill: #9ec5f5 }
  .tail { stroke: #9ec5f5; stroke-width: 2 } .max { stroke: #6e7781; stroke-width: 1.5 }
  .p50 { fill: #0b5cad } .p90 { fill: #3b82c4 } .p99 { fill: #d9822b } .p99-9 { fill: #c0392b }
  .rate { fill: #4c9f70 } .whisker { stroke: #24292f; stroke-width: 1.2 }
  .bound { stroke: #24292f; stroke-width: 2; stroke-dasharray: 4 2 }
  .broken { stroke: #d1242f; stroke-width: 3 }
"""


def ns_text(ns):
    for unit, name in ((1e9, "s"), (1e6, "ms"), (1e3, "us")):
        if ns >= unit:
            return f"{ns / unit:.3g} {name}"
    return f"{ns:.3g} ns"


class Drawing:
    def __init__(self):
        self.parts, self.y = [], 0

    def add(self, part):
        self.parts.append("  " + part)

    def line(self, x1, y1, x2, y2, kind):
        self.add(f'<line class="{kind}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>')

    def text(self, x, y, words, kind="", anchor="start"):
        self.add(f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">'
                 f"{escape(words)}</text>")

    def rect(self, x, y, width, height, kind, about):
        self.add(f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{max(width, 1):.1f}" '
                 f'height="{height:.1f}" rx="2"><title>{escape(about)}</title></rect>')

    def bound(self, x, y, result):
        if "bound" in result:
            kind = "bound" if result["kept"] else "broken"
            self.line(x, y - ROW / 2 + 2, x, y + ROW / 2 - 2, kind)

    def svg(self):
        height = self.y + 20
        return "\n".join([
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height}" '
            f'viewBox="0 0 {WIDTH} {height}">',
            f"  <style>{STYLE}  </style>",
            f'  <rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
            *self.parts, "</svg>", ""])


def legend(drawing, y):
    x = LABELS
    for name in PERCENTILES:
        drawing.add(f'<circle class="{name.replace(".", "-")}" cx="{x}" cy="{y - 4}" r="4.5"/>')
        drawing.text(x + 9, y, name, "small")
        x += 62
    drawing.line(x, y - 9, x, y + 1, "max")
    drawing.text(x + 7, y, "max", "small")
    drawing.line(x + 50, y - 9, x + 50, y + 1, "bound")
    drawing.text(x + 57, y, "bound", "small")


def latencies(drawing, results):
    low = math.floor(math.log10(max(1, min(r["p50"] for r in results))))
    # One interruption in a million turns must not squeeze what the chart is for into a corner.
    high = math.ceil(math.log10(max(10, 1.2 * max(r["p99.9"] for r in results))))

    def x(ns):
        place = (math.log10(max(ns, 1)) - low) / max(high - low, 1)
        return LABELS + PLOT * min(place, 1)

    top, bottom = drawing.y + TOP, drawing.y + TOP + ROW * len(results)
    drawing.text(20, drawing.y + 34, "One operation", "title")
    legend(drawing, drawing.y + 34)
    for decade in range(low, high + 1):
        for step in range(1, 10 if decade < high else 2):
            at = x(step * 10 ** decade)
            drawing.line(at, top, at, bottom, "grid" if step == 1 else "fine")
        drawing.text(x(10 ** decade), top - 8, ns_text(10 ** decade), "small", "middle")
    for number, result in enumerate(results):
        y = top + ROW * (number + 0.5)
        about = f"{result['name']}: {result['what']}"
        drawing.text(LABELS - 12, y + 4, result["name"], "", "end")
        drawing.line(x(result["p99"]), y, x(result["max"]), y, "tail")
        begin, end = x(result["p50"]), x(result["p99"])
        drawing.rect(begin, y - 5, end - begin, 10, "range", about)
        if result["max"] < 10 ** high:
            drawing.line(x(result["max"]), y - 5, x(result["max"]), y + 5, "max")
        for name in reversed(PERCENTILES):
            drawing.add(f'<circle class="{name.replace(".", "-")}" cx="{x(result[name]):.1f}" '
                        f'cy="{y:.1f}" r="4.5">'
                        f"<title>{name} {ns_text(result[name])}</title></circle>")
        drawing.bound(x(result.get("bound", 1)), y, result)
        drawing.text(WIDTH - RIGHT + 10, y + 4, ns_text(result["p50"]))
        drawing.text(WIDTH - RIGHT + 74, y + 4, f"max {ns_text(result['max'])}", "small")
    drawing.y = bottom + 16


def rates(drawing, results):
    longest = max(max(r["max"], r.get("bound", 0)) for r in results)
    step = 10 ** math.floor(math.log10(longest))
    step = next(s for s in (step / 5, step / 2, step, 2 * step) if longest / s <= 8)

    def x(ns):
        return LABELS + PLOT * ns / longest

    top, bottom = drawing.y + TOP, drawing.y + TOP + ROW * len(results)
    drawing.text(20, drawing.y + 34, "Nanoseconds per item", "title")
    drawing.text(LABELS, drawing.y + 34, "median round; whisker: best to worst", "small")
    for number in range(int(longest / step) + 1):
        drawing.line(x(number * step), top, x(number * step), bottom, "grid")
        drawing.text(x(number * step), top - 8, f"{number * step:g}", "small", "middle")
    for number, result in enumerate(results):
        y = top + ROW * (number + 0.5)
        about = f"{result['name']}: {result['what']}"
        drawing.text(LABELS - 12, y + 4, result["name"], "", "end")
        drawing.rect(LABELS, y - 7, PLOT * result["median"] / longest, 14, "rate", about)
        drawing.line(x(result["min"]), y, x(result["max"]), y, "whisker")
        drawing.bound(x(result.get("bound", 0)), y, result)
        drawing.text(WIDTH - RIGHT + 10, y + 4, f"{result['median']:.2f}")
    drawing.y = bottom + 16


def ratios(drawing, results):
    drawing.text(20, drawing.y + 34, "Bounds as ratios", "title")
    for number, result in enumerate(results):
        y = drawing.y + TOP + ROW * number
        sign = "at most" if result["kept"] else "ABOVE"
        drawing.text(LABELS - 12, y, result["name"], "", "end")
        drawing.text(LABELS, y, f"{result['ratio']:.2f}, {sign} {result['bound']:g}: "
                                f"{result['what']}")
    drawing.y += TOP + ROW * len(results)


def draw(lines):
    drawing = Drawing()
    for machine in [line for line in lines if line["kind"] == "machine"][:1]:
        drawing.text(20, 26, f"{machine['cores']} cores of {machine['cpu']}, {machine['kernel']}, "
                             f"version {machine['version']}", "small")
        drawing.y = 14
    for kind, chart in (("latency", latencies), ("rate", rates), ("ratio", ratios)):
        results = [line for line in lines if line["kind"] == kind]
        floors = [line for line in results if line["name"] == "nothing"]
        results = floors[:1] + [line for line in results if line["name"] != "nothing"]
        if results:
            chart(drawing, results)
    return drawing.svg()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("results", nargs="*", help="files of JSON lines; standard input without")
    parser.add_argument("-o", "--out", default="-", help="the SVG; standard output without")
    options = parser.parse_args()
    texts = [open(name, encoding="utf-8").read() for name in options.results]
    lines = [json.loads(line) for line in "".join(texts or [sys.stdin.read()]).splitlines() if line]
    if not any(line["kind"] in ("latency", "rate", "ratio") for line in lines):
        sys.exit("plot.py: no results in the input")
    svg = draw(lines)
    if options.out == "-":
        sys.stdout.write(svg)
    else:
        with open(options.out, "w", encoding="utf-8") as file:
            file.write(svg)


if __name__ == "__main__":
    main()
