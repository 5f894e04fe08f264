#!/usr/bin/env python3
"""Writes collapse.ndjson: values that mpmath computes with 200 digits and rounds once to f64, and scores and ranks by the laws themselves.

usage: collapse.py > collapse.ndjson        (pip install mpmath)

Scores are computed twice: in Python's f64, operation by operation as the law writes it, and, to decide alignment, from the exact angle of
the pair with 200 digits. Pairs whose exact angle is too close to the tolerance to survive f64 are left out, so both must agree.
Each line is a question of the oracle with its answer; `math.*` lines are read by the test directly.
"""
import json, math, random, struct
from mpmath import mp, mpf, acos, tanh, sin, cos, atan2

mp.dps = 200
random.seed(20240229)


def bits(x):
    return struct.pack(">d", x).hex()


def nearest(x):
    """The f64 nearest to an mpf, ties to even, subnormals included."""
    # float() of an mpf rounds by its precision first: go through a fraction, which Python divides exactly
    from fractions import Fraction
    sign, man, exp, _ = x._mpf_
    if man == 0:
        return 0.0
    value = Fraction(int(man)) * Fraction(2) ** int(exp)
    result = value.numerator / value.denominator
    return -result if sign else result


def line(fn, given, out):
    print(json.dumps({"fn": fn, "in": given, "out": out}))


def function(name, f, xs):
    for x in xs:
        args = x if isinstance(x, tuple) else (x,)
        y = nearest(f(*[mpf(a) for a in args]))
        line("math." + name, {"x": [bits(a) for a in args]}, {"bits": bits(y)})


def near(value, steps=3):
    out = [value]
    up = down = value
    for _ in range(steps):
        up, down = math.nextafter(up, math.inf), math.nextafter(down, -math.inf)
        out += [up, down]
    return out


units = [x for x in near(0.5) + near(-0.5) + near(0.984807757388043) + [math.nextafter(1, 0), math.nextafter(-1, 0), 1e-300, -1e-17, 5e-324]]
function("acos", acos, units + [random.uniform(-1, 1) for _ in range(80)] + [1 - random.random() * 10 ** -random.randint(3, 15) for _ in range(30)])
angles = [random.uniform(-7, 7) for _ in range(60)] + near(math.pi) + near(math.pi / 2) + near(2 * math.pi) + [random.uniform(-1, 1) * 10 ** random.randint(-20, 15) for _ in range(30)]
function("sin", sin, angles)
function("cos", cos, angles)
function("tanh", tanh, [random.uniform(-3, 3) for _ in range(60)] + [random.uniform(-1, 1) * 10 ** -random.randint(1, 18) for _ in range(20)] + near(19.0) + [0.549306144334055])
function("atan2", atan2, [(random.uniform(-2, 2), random.uniform(-2, 2)) for _ in range(70)] + [(random.uniform(-1, 1) * 10 ** -random.randint(0, 200), random.uniform(-1, 1)) for _ in range(20)])


def threshold(epsilon):
    """The smallest f64 q with the correctly rounded acos(q) <= epsilon: start at the cosine and walk."""
    def holds(q):
        return nearest(acos(mpf(q))) <= epsilon
    q = min(1.0, max(-1.0, nearest(cos(mpf(epsilon)))))
    step = 1
    while not holds(q):
        q = min(1.0, math.nextafter(q, 2))
    # many neighbours may share one rounded angle: find the first by doubling and halving over the order of doubles
    key = lambda v: struct.unpack(">q", struct.pack(">d", v))[0] if v >= 0 else -struct.unpack(">q", struct.pack(">d", -v))[0]
    unkey = lambda k: struct.unpack(">d", struct.pack(">q", k))[0] if k >= 0 else -struct.unpack(">d", struct.pack(">q", -k))[0]
    high = key(q)
    low = high - 1
    while unkey(low) >= -1 and holds(unkey(low)):
        step *= 2
        low = high - step
    low = max(low, key(-1.0) - 1)
    while high - low > 1:
        middle = (high + low) // 2
        if holds(unkey(middle)):
            high = middle
        else:
            low = middle
    return unkey(high)


epsilons = [0.1745329, 0.0, math.pi, math.pi / 2, 1.5708, 1e-9, 1e-6, 3.14159, 0.5, 2.0] + [random.uniform(0, math.pi) for _ in range(60)]
limits = {}
for epsilon in epsilons:
    limits[epsilon] = threshold(epsilon)
    line("collapse.threshold", {"epsilon": epsilon}, {"value": limits[epsilon], "bits": bits(limits[epsilon])})


def exact_angle(a, b):
    ax, ay, bx, by = map(mpf, (*a, *b))
    return abs(atan2(ax * by - ay * bx, ax * bx + ay * by))


def score(pairs, epsilon):
    x = y = 0.0
    aligned = 0
    for a, b in pairs:
        if a == [0.0, 0.0] or b == [0.0, 0.0]:
            continue
        if exact_angle(a, b) <= mpf(epsilon):
            x, y, aligned = x + a[0], y + a[1], aligned + 1
    square = x * x + y * y
    return (0.0 if square == 0 else x / math.sqrt(square)), aligned


for case in range(120):
    epsilon = random.choice(epsilons[7:])
    scale = 10.0 ** random.choice([0, 0, 0, -40, 40, -3, 5])
    pairs = []
    for _ in range(random.randint(0, 40)):
        a = [random.gauss(0, 1) * scale, random.gauss(0, 1) * scale]
        turn, length = random.gauss(0, epsilon + 0.01), random.uniform(0.1, 5)
        b = [length * (a[0] * math.cos(turn) - a[1] * math.sin(turn)), length * (a[0] * math.sin(turn) + a[1] * math.cos(turn))]
        if random.random() < 0.03:
            b = [0.0, 0.0]
        elif abs(exact_angle(a, b) - mpf(epsilon)) < mpf("1e-7"):
            continue
        pairs.append((a, b))
    found, aligned = score(pairs, epsilon)
    given = {"vecA": [a for a, _ in pairs], "vecB": [b for _, b in pairs], "epsilon": epsilon}
    line("collapse.gccp", given, {"score": found, "bits": bits(found), "aligned": aligned})

for case in range(40):
    count = random.randint(1, 24)
    ids = random.sample([f"doc_{n}" for n in range(200)], count)
    scores = [random.choice([0.5, 0.25, 0.0, -0.0, -1.0, round(random.uniform(-1, 1), 3)]) for _ in ids]
    order = sorted(zip(ids, scores), key=lambda r: (-r[1], r[0].encode()))
    line("retrieve.rank", {"candidates": [{"id": i, "score": s} for i, s in zip(ids, scores)]}, {"results": [{"id": i, "score": s} for i, s in order]})
for case in range(20):
    query = [random.uniform(-1, 1) for _ in range(8)]
    count = random.randint(1, 9)
    bias = {"alpha": 0.0, "beta": 1.0, "phase": 0.0, "pi": True}
    wanted = random.sample(["ab", "bc", "cd", "de", "ef", "fg"], 4)
    asked = {gram: random.randint(1, 9) for gram in wanted}
    candidates, results = [], []
    for n in range(count):
        table = {gram: random.randint(1, 9) for gram in random.sample(["ab", "bc", "cd", "de", "ef", "fg"], random.randint(0, 6))}
        shared = sum(min(asked.get(g, 0), table.get(g, 0)) for g in set(asked) | set(table))
        whole = sum(max(asked.get(g, 0), table.get(g, 0)) for g in set(asked) | set(table))
        candidates.append({"id": f"c{n}", "ngrams": table})
        results.append((f"c{n}", shared / whole))
    results.sort(key=lambda r: (-r[1], r[0].encode()))
    line("retrieve.rank", {"query": {"ngrams": asked}, "bias": bias, "candidates": candidates}, {"results": [{"id": i, "score": s} for i, s in results]})
