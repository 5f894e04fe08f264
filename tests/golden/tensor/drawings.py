#!/usr/bin/env python3
"""Writes tensor.ndjson: what the oracle must say of the drawings in drawings.txt, one a line, and of random ones that are lawful.

usage: drawings.py > ../tensor.ndjson

Random drawings hang together because everything in them begins at the origin, which `rotate` and `scale` leave where it is.
"""
import json, pathlib, random
from fractions import Fraction

from canonical import ARITY
from lanes import answer

RANDOM = 150
pick = random.Random(20240229)


def number():
    way = pick.random()
    if way < 0.3:
        return str(pick.randint(-20, 20))
    if way < 0.5:
        return f"{pick.uniform(-30, 30):.{pick.randint(1, 6)}f}"
    if way < 0.65:
        return pick.choice([".", "-.", "+.", "0.", "-0."]) + str(pick.randint(0, 999))
    if way < 0.75:
        return f"{pick.randint(-99, 99)}e{pick.choice(['-1', '0', '+1', '-2', '-7'])}"
    if way < 0.85:
        return pick.choice(["5.", "-0", "-.0", "007", "1e-3", "-1e-12", "1e-300", "1.E1"])
    # halves of a unit of 2^-32, to the even side and to the odd
    if way < 0.9:
        return pick.choice(["0.000000000116415321826934814453125", "0.0000000003492459654808044433593750"])
    return str(pick.randint(-3, 3) / 2)


def row(count):
    """Numbers with as little between them as the grammar allows, sometimes more."""
    out = ""
    for _ in range(count):
        n = number()
        short = out and (n[0] in "+-" or n[0] == "." and ("." in out.split()[-1].split(",")[-1].lstrip("+-") and "e" not in out[-6:].lower()))
        out += (pick.choice(["", " "]) if short or not out else pick.choice([" ", ",", " , ", "\n", "\t"])) + n
    return out


def path():
    d = pick.choice(["M0 0", "m0,0", " M 0 0"])
    for _ in range(pick.randint(1, 4)):
        command = pick.choice("LlHhVvCcSsQqTt") if pick.random() < 0.88 else pick.choice("Zz")
        d += pick.choice(["", " "]) + command + row(ARITY[command.upper()] * pick.choice([1, 1, 1, 2]))
    return d + pick.choice(["", "", "z"])


def attributes(of_path):
    out = []
    if pick.random() < 0.4:
        out.append(("id", pick.choice([f"p{pick.randrange(10**6)}", f"h{pick.getrandbits(32):08x}", f"H{pick.getrandbits(32):08X}", f"é{pick.randrange(10**6)}"])))
    if pick.random() < 0.3:
        out.append(("stroke-width", pick.choice(["0", ".5", "1e-3", "2", ".00000762939453125", ".00002288818359375", "3.75"])))
    if pick.random() < 0.3:
        out.append(("opacity", pick.choice(["0", "1", ".5", "0.333", ".000244140625", ".000732421875", "+.25"])))
    if pick.random() < 0.4:
        angle = lambda: pick.choice(["90", "-90", "180", "270", "360", "45", "-30", "17.3", "1e-9", "720.000001", "-0.5", "89.9999999999", "12345.678"])
        factor = lambda: pick.choice(["2", "-1", ".5", "-3.25", "12e-1", "7"])
        turn = lambda: f"rotate({angle()})" if pick.random() < 0.5 else f"scale({factor()}" + pick.choice(["", " " + factor()]) + ")"
        out.append(("transform", pick.choice([" ", ", ", ","]).join(turn() for _ in range(pick.randint(1, 3)))))
    return [a for a in out if of_path or a[0] != "id"]


def element():
    kind = pick.choice(["path"] * 4 + ["line", "circle", "rect"])
    out = attributes(True)
    r = number().lstrip("+-")
    out += {"path": lambda: [("d", path())], "line": lambda: [("x2", number()), ("y2", number())],
            "circle": lambda: [("r", r), ("cx", "-" + r)], "rect": lambda: [("width", r), ("height", number().lstrip("+-"))]}[kind]()
    pick.shuffle(out)
    return f"<{kind}" + "".join(f' {name}="{value}"' for name, value in out) + "/>"


def group(depth):
    inner = "".join(group(depth - 1) if depth and pick.random() < 0.4 else element() for _ in range(pick.randint(1, 2)))
    return "<g" + "".join(f' {name}="{value}"' for name, value in attributes(False)) + f">{inner}</g>"


def drawing():
    root = pick.choice(["", "", ' viewBox="0 0 3 4"', ' width="400" height="20"', ' stroke-width=".25"', ' opacity=".5"'])
    inner = "".join(group(2) if pick.random() < 0.4 else element() for _ in range(pick.randint(1, 3)))
    return f'<svg xmlns="http://www.w3.org/2000/svg"{root}>{inner}</svg>'


def line(fn, given, found, names):
    out = {"error": found["error"]} if "error" in found else {"out": {name: found[name] for name in names}}
    print(json.dumps({"fn": fn, "in": given, **out}, ensure_ascii=False))


def lines(svg, found, given):
    line("tensor.canonical", given, found, ["canonical_svg_hash", "buffer_hash"])
    line("scxq2.encode", given, found, ["pack_sha256", "merkle_root"])


for svg in (pathlib.Path(__file__).parent / "drawings.txt").read_text(encoding="utf8").splitlines():
    lines(svg, answer(svg), {"svg": svg})
kept = 0
while kept < RANDOM:
    svg, steps, epsilon = drawing(), pick.randint(0, 6), pick.choice([None, None, 0.5, 0.1, 1e-5])
    found = answer(svg, Fraction(epsilon) if epsilon else Fraction(1, 1024), steps)
    if "error" in found or len(found["pack_hex"]) > 20000:
        continue
    kept += 1
    given = {"svg": svg, **({"epsilon": epsilon} if epsilon else {})}
    lines(svg, found, given)
    if len(found["node_accum_hex"]) < 800:
        line("tensor.accumulate", {**given, "steps": steps}, found, ["node_accum_hex"])
