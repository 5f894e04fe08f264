#!/usr/bin/env python3
"""A second reading of the canonical form of drawings, in exact integers and without a line of the crates: `CANONICAL` 1 and 2.

`model(svg, epsilon)` gives the scale and the elements of a drawing, `text(…)` its canonical text. What is not lawful raises `Refused`
with the specification's name of the refusal. Drawings that hold several faults may be refused by another name elsewhere.
"""
import hashlib, re, xml.etree.ElementTree as ET
from fractions import Fraction
from math import isqrt

ONE = 1 << 32
MAX = (1 << 31) - 1
NS = "{http://www.w3.org/2000/svg}"


class Refused(Exception):
    pass


ILLEGAL = "verification_error.illegal_tensor"
RANGE = "canonicalization_error.range"


def rhe(n, d):
    q, r = divmod(n, d)
    return q + (2 * r > d or (2 * r == d and q & 1))


NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
GAP = re.compile(r"[ \t\n\r\f]*(?:,[ \t\n\r\f]*)?")
BLANK = re.compile(r"[ \t\n\r\f]*")


def q32(literal):
    mantissa, _, exponent = literal.lower().partition("e")
    if not re.search("[1-9]", mantissa) or (exponent and int(exponent) < -400):
        return 0
    if exponent and int(exponent) > 400:
        raise Refused(RANGE)
    value = Fraction(literal.rstrip(".") if literal.endswith(".") else re.sub(r"\.(?=[eE])", "", literal))
    if abs(value) > 1 << 24:
        raise Refused(RANGE)
    return rhe(value.numerator * ONE, value.denominator)


def length(text, default=0):
    if text is None:
        return default
    text = text.strip(" \t\n\r\f")
    if not NUMBER.fullmatch(text):
        raise Refused(ILLEGAL)
    return q32(text)


def matmul(m, n):
    a, b, c, d, e, f = m
    g, h, i, j, k, l = n
    return (rhe(a * g + c * h, ONE), rhe(b * g + d * h, ONE), rhe(a * i + c * j, ONE), rhe(b * i + d * j, ONE),
            rhe(a * k + c * l, ONE) + e, rhe(b * k + d * l, ONE) + f)


def apply(m, p):
    return (rhe(m[0] * p[0] + m[2] * p[1], ONE) + m[4], rhe(m[1] * p[0] + m[3] * p[1], ONE) + m[5])


def rotation(deg):
    d = deg % (360 * ONE)
    quad, d = divmod(d, 90 * ONE)
    if d == 0:
        s, c = 0, ONE
    else:
        r = d * 3622009729038561421 // (180 * ONE)
        r2 = r * r >> 60

        def series(t, k):
            acc, sign = 0, 1
            while t:
                acc += sign * t
                sign = -sign
                t = (t * r2 >> 60) // ((k + 1) * (k + 2))
                k += 2
            return acc
        s, c = rhe(series(r, 1), 1 << 28), rhe(series(1 << 60, 0), 1 << 28)
    s, c = [(s, c), (c, -s), (-s, -c), (-c, s)][quad]
    return (c, s, -s, c, 0, 0)


IDENTITY = (ONE, 0, 0, ONE, 0, 0)


def numbers(inner):
    """The arguments of a function: numbers with at most one comma between two."""
    at, out = BLANK.match(inner).end(), []
    while at < len(inner):
        m = NUMBER.match(inner, at)
        if not m:
            raise Refused(ILLEGAL)
        out.append(q32(m.group()))
        at = GAP.match(inner, m.end()).end()
    if inner.rstrip(" \t\n\r\f").endswith(","):
        raise Refused(ILLEGAL)
    return out


def transform(text):
    m = IDENTITY
    at = BLANK.match(text).end()
    while at < len(text):
        f = re.compile(r"([A-Za-z]+)[ \t\n\r\f]*\(([^()]*)\)").match(text, at)
        if not f:
            raise Refused(ILLEGAL)
        name, inner = f.groups()
        args = numbers(inner)
        n = len(args)
        if name in ("matrix", "skewX", "skewY"):
            raise Refused("canonicalization_error.unsupported_transform")
        if name == "translate" and n in (1, 2):
            t = (ONE, 0, 0, ONE, args[0], args[1] if n == 2 else 0)
        elif name == "scale" and n in (1, 2):
            t = (args[0], 0, 0, args[-1], 0, 0)
        elif name == "rotate" and n in (1, 3):
            t = rotation(args[0])
            if n == 3:
                t = matmul(matmul((ONE, 0, 0, ONE, args[1], args[2]), t), (ONE, 0, 0, ONE, -args[1], -args[2]))
        else:
            raise Refused(ILLEGAL)
        m = matmul(m, t)
        at = GAP.match(text, f.end()).end()
    return m


ARITY = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "Q": 4, "T": 2, "Z": 0}


def subpaths(d):
    """Lists of (kind, points) of untransformed Q32 points: ("M", [p]), ("L", [p]), ("Q", [c, p]), ("C", [c, c, p]), ("Z", [])."""
    at = BLANK.match(d).end()
    out, open_path = [], None
    cur = start = (0, 0)
    last, control = "", None
    first = True
    while at < len(d):
        op = d[at]
        if op in "Aa":
            raise Refused("canonicalization_error.unsupported_command")
        if op.upper() not in ARITY or (first and op not in "Mm"):
            raise Refused(ILLEGAL)
        first = False
        at = BLANK.match(d, at + 1).end()
        rel, kind = op.islower(), op.upper()
        if kind == "Z":
            if open_path is not None:   # a second Z closes nothing
                open_path.append(("Z", []))
            open_path, cur, last = None, start, "Z"
            continue
        groups = 0
        while True:
            args, here = [], at
            for _ in range(ARITY[kind]):
                m = NUMBER.match(d, here)
                if not m:
                    break
                args.append(q32(m.group()))
                here = GAP.match(d, m.end()).end()
            if len(args) < ARITY[kind]:
                if args or groups == 0:
                    raise Refused(ILLEGAL)
                break
            groups += 1
            at = here
            ox, oy = cur if rel else (0, 0)
            if kind == "H":
                pts = [(args[0] + ox, cur[1])]
            elif kind == "V":
                pts = [(cur[0], args[0] + oy)]
            else:
                pts = [(args[i] + ox, args[i + 1] + oy) for i in range(0, len(args), 2)]
            if kind == "M" and groups == 1:
                start = cur = pts[0]
                open_path = [("M", [start])]
                out.append(open_path)
                last = "M"
                continue
            if open_path is None:
                open_path = [("M", [start])]
                out.append(open_path)
            if kind == "S":
                c = (2 * cur[0] - control[0], 2 * cur[1] - control[1]) if last in ("C", "S") else cur
                pts = [c] + pts
            if kind == "T":
                c = (2 * cur[0] - control[0], 2 * cur[1] - control[1]) if last in ("Q", "T") else cur
                pts = [c] + pts
            if kind in "CSQT":
                control = pts[-2]
            open_path.append(({"S": "C", "T": "Q", "H": "L", "V": "L", "M": "L"}.get(kind, kind), pts))
            cur, last = pts[-1], kind
        # a comma may not end a command
        if d[:at].rstrip(" \t\n\r\f").endswith(","):
            raise Refused(ILLEGAL)
    return out


def lower(node, tag):
    a = lambda n: length(node.get(n))
    if tag == "path":
        return subpaths(node.get("d", ""))
    if tag == "line":
        return [[("M", [(a("x1"), a("y1"))]), ("L", [(a("x2"), a("y2"))])]]
    if tag == "rect":
        if node.get("rx") is not None or node.get("ry") is not None:
            raise Refused("canonicalization_error.unsupported_attribute")
        x, y, w, h = a("x"), a("y"), a("width"), a("height")
        if w < 0 or h < 0:
            raise Refused(ILLEGAL)
        return [[("M", [(x, y)]), ("L", [(x + w, y)]), ("L", [(x + w, y + h)]), ("L", [(x, y + h)]), ("Z", [])]]
    x, y, r = a("cx"), a("cy"), a("r")
    if r < 0:
        raise Refused(ILLEGAL)
    k = rhe(r * 2372044937, ONE)
    return [[("M", [(x + r, y)]),
             ("C", [(x + r, y + k), (x + k, y + r), (x, y + r)]), ("C", [(x - k, y + r), (x - r, y + k), (x - r, y)]),
             ("C", [(x - r, y - k), (x - k, y - r), (x, y - r)]), ("C", [(x + k, y - r), (x + r, y - k), (x + r, y)]), ("Z", [])]]


def flatten(p, eps, out, depth=0):
    axes = (0, 1)
    if len(p) == 4:
        flat = sum(max(abs(3 * p[1][i] - 2 * p[0][i] - p[3][i]), abs(3 * p[2][i] - 2 * p[3][i] - p[0][i])) ** 2 for i in axes)
    else:
        flat = sum((p[0][i] - 2 * p[1][i] + p[2][i]) ** 2 for i in axes)
    if depth == 16 or flat <= 16 * eps * eps:
        out.append(p[-1])
        return
    left, right, row = [p[0]], [p[-1]], p
    while len(row) > 1:
        row = [((a[0] + b[0]) >> 1, (a[1] + b[1]) >> 1) for a, b in zip(row, row[1:])]
        left.append(row[0])
        right.append(row[-1])
    flatten(left, eps, out, depth + 1)
    flatten(right[::-1], eps, out, depth + 1)


def model(svg, epsilon=Fraction(1, 1024)):
    root = ET.fromstring(svg)
    elements = []

    def walk(node, m, rank, width, opacity):
        tag = node.tag[len(NS):]
        m = matmul(m, transform(node.get("transform"))) if node.get("transform") is not None else m
        if node.get("stroke-width") is not None:
            width = length(node.get("stroke-width"))
            if width < 0:
                raise Refused(ILLEGAL)
        if node.get("opacity") is not None:
            o = length(node.get("opacity"))
            if not 0 <= o <= ONE:
                raise Refused(ILLEGAL)
            opacity = rhe(opacity * o, ONE)
        if tag in ("svg", "g"):
            for child in node:
                walk(child, m, rank + (child.tag == NS + "g"), width, opacity)
            return
        if tag not in ("path", "line", "circle", "rect"):
            raise Refused("canonicalization_error.unsupported_element")
        mag = rhe(isqrt(abs(m[0] * m[3] - m[1] * m[2])), 65536)
        if mag == 0:
            raise Refused(ILLEGAL)
        if mag > MAX:
            raise Refused(RANGE)
        name = node.get("id")
        first = len(elements)
        parts = lower(node, tag)
        if not parts:
            raise Refused(ILLEGAL)
        for n, sub in enumerate(parts):
            label = (name if name is not None else f"@{first}") + (f"/{n}" if n else "")
            if n == 0 and re.fullmatch("h[0-9a-f]{8}", label):
                id4 = bytes.fromhex(label[1:])
            else:
                id4 = hashlib.sha256(label.encode()).digest()[:4]
            sw = rhe(width, 65536)
            if sw > MAX:
                raise Refused(RANGE)
            elements.append(dict(id=id4, rank=rank, tm=mag, sw=sw, o=rhe(opacity, 1 << 21),
                                 sub=[(k, [apply(m, p) for p in pts]) for k, pts in sub]))

    walk(root, IDENTITY, 0, ONE, ONE)
    if not elements:
        raise Refused(ILLEGAL)
    if max(e["rank"] for e in elements) > 500:
        raise Refused(ILLEGAL)
    every = [p for e in elements for _, pts in e["sub"] for p in pts]
    ext = max(max(p[i] for p in every) - min(p[i] for p in every) for i in (0, 1))
    eps = max(1, ext * rhe(epsilon.numerator * ONE, epsilon.denominator) // ONE)
    for e in elements:
        pts, closed = [], False
        for kind, p in e.pop("sub"):
            if kind in "ML":
                pts += p
            elif kind == "Z":
                closed = True
            else:
                flatten([pts[-1]] + p, eps, pts)
        e["points"], e["closed"] = pts, closed
    every = [p for e in elements for p in e["points"]]
    low = [min(p[i] for p in every) for i in (0, 1)]
    span = [max(p[i] for p in every) - low[i] for i in (0, 1)]
    scale = [rhe(s, 65536) for s in span]
    if max(scale) > MAX:
        raise Refused(RANGE)
    for e in elements:
        pts = []
        for p in e["points"]:
            n = tuple(rhe((p[i] - low[i]) * 65536, span[i]) if span[i] else 0 for i in (0, 1))
            if not pts or pts[-1] != n:
                pts.append(n)
        if e["closed"] and len(pts) > 1 and pts[-1] == pts[0]:
            pts.pop()
        if len(pts) < 2:
            raise Refused(ILLEGAL)
        e["points"] = pts
    if len({e["id"] for e in elements}) < len(elements):
        raise Refused(ILLEGAL)
    return scale, elements


def text(scale, elements):
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 65536 65536" data-mx2lm="canonical.v1" data-sx="{scale[0]}" data-sy="{scale[1]}">']
    prev = 0
    for e in elements:
        out.append("<g>" * (e["rank"] - prev) + "</g>" * (prev - e["rank"]))
        prev = e["rank"]
        p = [f"{x} {y}" for x, y in e["points"]]
        d = "M" + p[0] + "L" + " ".join(p[1:]) + ("Z" if e["closed"] else "")
        out.append(f'<path id="h{e["id"].hex()}" d="{d}" data-sw="{e["sw"]}" data-o="{e["o"]}" data-tm="{e["tm"]}"/>')
    return "".join(out) + "</g>" * prev + "</svg>"
