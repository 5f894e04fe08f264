"""What a canonical model becomes: graph, lanes, roots, structural bytes and node_accum (`CANONICAL` 3 to 6)."""
import hashlib, struct
from fractions import Fraction
from math import isqrt

from canonical import ILLEGAL, MAX, ONE, RANGE, Refused, model, rhe, text


def derive(elements):
    number, nodes, edges = {}, [], []
    turn_at = {}
    for i, e in enumerate(elements):
        pts = e["points"]
        idx = []
        for p in pts:
            if p not in number:
                number[p] = len(nodes)
                nodes.append(p)
            idx.append(number[p])
        ring = pts + pts[:1] if e["closed"] else pts
        ids = idx + idx[:1] if e["closed"] else idx
        vec = [(b[0] - a[0], b[1] - a[1]) for a, b in zip(ring, ring[1:])]
        lens = []
        for dx, dy in vec:
            s = dx * dx + dy * dy
            f = isqrt(s)
            lens.append(f + (s - f * f > f))
        e["length"] = sum(lens)
        if e["length"] > MAX:
            raise Refused(RANGE)
        for j in range(len(vec)):
            edges.append((ids[j], ids[j + 1], i, lens[j], e["closed"] and j == len(vec) - 1))
        total = 0
        pairs = [(j, j + 1) for j in range(len(vec) - 1)] + ([(len(vec) - 1, 0)] if e["closed"] else [])
        for j, k in pairs:
            a, b = vec[j], vec[k]
            cross, dot = a[0] * b[1] - a[1] * b[0], a[0] * b[0] + a[1] * b[1]
            t = isqrt(cross * cross * ONE // ((a[0] ** 2 + a[1] ** 2) * (b[0] ** 2 + b[1] ** 2)))
            if dot < 0:
                t = 131072 - t
            total += t
            turn_at[ids[k] if k else ids[0]] = turn_at.get(ids[k] if k else ids[0], 0) + t
        e["curve"] = min(MAX, rhe(total * 65536, e["length"]))
        e["first"] = idx[0]
        e["nodes"] = idx
    n = len(nodes)
    indeg = [0] * n
    for _, v, *_ in edges:
        indeg[v] += 1
    # components
    seen, stack = {0}, [0]
    near = [[] for _ in range(n)]
    for u, v, *_ in edges:
        near[u].append(v)
        near[v].append(u)
    while stack:
        for v in near[stack.pop()]:
            if v not in seen:
                seen.add(v)
                stack.append(v)
    if len(seen) < n:
        raise Refused(ILLEGAL)
    # a cycle without the closing edges
    deg, out = [0] * n, [[] for _ in range(n)]
    for u, v, _, _, closing in edges:
        if not closing:
            out[u].append(v)
            deg[v] += 1
    ready, done = [v for v in range(n) if deg[v] == 0], 0
    while ready:
        u = ready.pop()
        done += 1
        for v in out[u]:
            deg[v] -= 1
            if deg[v] == 0:
                ready.append(v)
    if done < n:
        raise Refused(ILLEGAL)
    # vertices on a cycle: u is reached again from u (plain, by search)
    fwd = [[] for _ in range(n)]
    for u, v, *_ in edges:
        fwd[u].append(v)
    back = [[] for _ in range(n)]
    for u, v, *_ in edges:
        back[v].append(u)
    order, state = [], [0] * n
    for s in range(n):
        if state[s]:
            continue
        stack = [(s, iter(fwd[s]))]
        state[s] = 1
        while stack:
            u, it = stack[-1]
            for v in it:
                if not state[v]:
                    state[v] = 1
                    stack.append((v, iter(fwd[v])))
                    break
            else:
                order.append(u)
                stack.pop()
    comp, size = [-1] * n, []
    for s in reversed(order):
        if comp[s] >= 0:
            continue
        comp[s] = len(size)
        size.append(0)
        stack = [s]
        while stack:
            u = stack.pop()
            size[comp[s]] += 1
            for v in back[u]:
                if comp[v] < 0:
                    comp[v] = comp[s]
                    stack.append(v)
    cyc = [size[comp[v]] > 1 for v in range(n)]
    return nodes, edges, indeg, cyc, turn_at


def pack(scale, elements, nodes, edges, indeg, cyc):
    lanes = {}
    head = lambda l, enc, prec, count: l.encode() + bytes([1, 0, enc]) + struct.pack("<II", prec, count)
    m = b"".join(e["id"] + struct.pack("<HH", e["rank"], any(cyc[v] for v in e["nodes"]) | (indeg[e["first"]] == 0) << 1 | (2048 - e["o"]) << 4)
                 for e in elements)
    lanes["M"] = head("M", 0, 0, len(elements)) + m
    lanes["T"] = head("T", 1, 0, len(edges)) + b"".join(struct.pack("<Ii", u, v - u) for u, v, *_ in edges)
    cmd, coords = [], b""
    for e in elements:
        cmd.append((1, 1))
        left = len(e["points"]) - 1
        while left:
            cmd.append((2, min(255, left)))
            left -= min(255, left)
        if e["closed"]:
            cmd.append((5, 0))
        x = y = 0
        for p in e["points"]:
            coords += struct.pack("<iii", p[0] - x, p[1] - y, 0)
            x, y = p
    lanes["G"] = head("G", 1, 65536, len(cmd)) + b"".join(bytes(c) for c in cmd) + coords
    lanes["X"] = head("X", 0, 65536, len(elements) + 1) + b"".join(
        struct.pack("<6i", a, 0, 0, d, 0, 0) for a, d in [scale] + [(e["tm"], e["tm"]) for e in elements])
    lanes["W"] = head("W", 0, 65536, len(elements)) + b"".join(struct.pack("<3i", e["length"], e["sw"], e["curve"]) for e in elements)
    at, toc = 63, b""
    for l, b in lanes.items():
        toc += l.encode() + struct.pack("<II", at, len(b))
        at += len(b)
    return b"SCXQ2S" + struct.pack("<HBBII", 0x0100, 5, 0, 18, at) + toc + b"".join(lanes.values()), lanes


def structure(scale, elements, nodes, edges, indeg, cyc, turns):
    out = b"MX2T" + struct.pack("<HHII", 0x0100, 16, len(nodes), len(edges))
    for i, (x, y) in enumerate(nodes):
        out += struct.pack("<iiiI", x, y, 0, (indeg[i] == 0) | cyc[i] << 1)
    for u, v, el, _, closing in edges:
        out += struct.pack("<IIIHH", u, v, el, elements[el]["rank"], closing)
    for i, (x, y) in enumerate(nodes):
        out += struct.pack("<10i", x, y, 0, 0, min(MAX, turns.get(i, 0)), 65536, scale[0], scale[1], 65536, 65536)
    for u, v, el, length_, _ in edges:
        e = elements[el]
        out += struct.pack("<10i", *nodes[u], 0, length_, e["curve"], e["sw"], scale[0], scale[1], e["o"] << 5, e["tm"])
    return out


def accumulate(elements, nodes, edges, indeg, steps):
    mul = lambda a, b: (a * b >> 16) & 0xFFFFFFFF
    init = [65536 if d == 0 else 0 for d in indeg]
    if not any(init):
        init[0] = 65536
    w = [mul(mul(mul(l, elements[el]["sw"]), elements[el]["o"] << 5), elements[el]["tm"]) for _, _, el, l, _ in edges]
    cur = init[:]
    for _ in range(steps):
        nxt = init[:]
        for (u, v, *_), we in zip(edges, w):
            nxt[v] = (nxt[v] + mul(cur[u], we)) & 0xFFFFFFFF
        cur = nxt
    return b"".join(struct.pack("<I", v) for v in cur).hex()


sha = lambda b: hashlib.sha256(b).digest()
tag = lambda b: "sha256:" + b.hex()


def answer(svg, epsilon=Fraction(1, 1024), steps=3):
    try:
        scale, elements = model(svg, epsilon)
        t = text(scale, elements)
        nodes, edges, indeg, cyc, turns = derive(elements)
    except Refused as r:
        return {"error": str(r)}
    p, lanes = pack(scale, elements, nodes, edges, indeg, cyc)
    roots = {l: sha(b"scxq2:lane:" + l.encode() + b"".join(sha(b"scxq2:chunk:" + l.encode() + b[i:i + 4096]) for i in range(0, len(b), 4096)))
             for l, b in lanes.items()}
    st = structure(scale, elements, nodes, edges, indeg, cyc, turns)
    th = sha(t.encode())
    return {"canonical_svg": t, "canonical_svg_hash": tag(th), "structure_hex": st.hex(), "buffer_hash": tag(sha(st)),
            "pack_hex": p.hex(), "pack_sha256": tag(sha(p)), "lane_roots": {l: tag(r) for l, r in roots.items()},
            "merkle_root": tag(sha(b"scxq2:svg-tensor" + b"".join(roots[l] for l in "MTGXW") + th)),
            "node_accum_hex": accumulate(elements, nodes, edges, indeg, steps)}
