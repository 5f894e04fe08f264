#!/usr/bin/env python3
"""Writes pack.ndjson and pack-listings.ndjson: what the JavaScript and Python listings of the pack laws answer.

usage: pack.py FOLDER        (pip install mpmath)

Each listing is rebuilt here operation by operation: JavaScript with its doubles, its 32-bit operators and its Float32Array, Python as it
is. Beside them stands the law. Where a listing agrees with the law its answer goes to pack.ndjson; where it does not, the line goes to
pack-listings.ndjson under the name of the disagreement, with what each listing says, and nothing may disagree without a name. A platform's
tanh may err in its last digit, so both listings are given the exact one here, but for the line that is about this.
"""
import hashlib, json, math, random, re, struct, sys
from mpmath import mp, mpf

mp.dps = 60
random.seed(20240517)
CLASSES = {"policy": (1.30, 1.35), "attention": (1.10, 1.15), "preset": (1.05, 1.10), "interaction": (0.85, 0.95),
           "summary": (0.75, 0.85), "other": (1.00, 1.00)}
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
THROWS = {"throws": True}


def single(x):
    return struct.unpack("<f", struct.pack("<f", x))[0]


def exact_tanh(x):
    y = mp.tanh(mpf(x))
    return float(y)


def clamp01(x):
    return 0.0 if x <= 0 else min(x, 1.0)


def away(x):
    return float(math.floor(x + 0.5) if x >= 0 else math.ceil(x - 0.5)) + 0.0


def classify(lane):
    if lane.startswith("policy"): return "policy"
    if lane.startswith("attention"): return "attention"
    if any(part in lane for part in ("@early", "@mid", "@late")): return "preset"
    if "__x__" in lane: return "interaction"
    if any(part in lane for part in ("@row", "@col", "@all")): return "summary"
    return "other"


# The hash of a text: the law takes bytes and keeps 32 bits.
def hash_law(text):
    h = 0x811C9DC5
    for byte in text.encode():
        h = ((h ^ byte) * 0x01000193) % 2**32
    return h


def hash_python(text):
    h = 0x811C9DC5
    for char in text:
        h = ((h ^ ord(char)) * 0x01000193) & 0xFFFFFFFF
    return h


def hash_javascript(text):
    h = 0x811C9DC5
    units = text.encode("utf-16-le", "surrogatepass")
    for at in range(0, len(units), 2):
        h ^= units[at] | units[at + 1] << 8
        h -= (h >> 31) << 32                           # ^ gives a signed number
        h = int(float(h) * float(0x01000193)) % 2**32  # a product of doubles, then >>> 0
    return h


def base62(number):
    text = ""
    while True:
        number, digit = divmod(number, 62)
        text = DIGITS[digit] + text
        if number == 0:
            return text


def dict_law(lanes, key=lambda lane: lane.encode()):
    symbols = {"@" + base62(at): lane for at, lane in enumerate(sorted(lanes, key=key))}
    return {"dict": symbols, "rev": {lane: symbol for symbol, lane in symbols.items()}}


def dict_javascript(lanes):
    # toString knows radixes up to 36
    return THROWS


def by_locale(lane):
    """How localeCompare orders letters of ASCII: without regard to case first, small letters before capitals of a tie."""
    return (lane.lower(), lane.swapcase())


def offsets(dims, hashed):
    return {name: hashed(name) % dims for name in CLASSES}


def fold(stream, lane, dims, hashed, rounded=float):
    weight, offset = CLASSES[classify(lane)][0], hashed(classify(lane)) % dims
    slots = [0.0] * dims
    for at, sample in enumerate(stream):
        slot = (at + offset) % dims
        slots[slot] = rounded(slots[slot] + sample * weight)
    return slots


def quantised(weights, scale):
    return [int(away(max(-1.0, min(1.0, weight * scale)) * 32767)) for weight in weights]


def audited(weights, lane):
    scale = CLASSES[classify(lane)][1]
    clipped = sum(1 for weight in weights if not -1 < weight * scale < 1)
    return {"cls": classify(lane), "total": len(weights), "clipped": clipped, "ratio_q16": share(clipped, len(weights))}


def share(clipped, total):
    return int(away(clipped / total * 65535)) if total else 0


def tuned(scales, counts):
    out = {}
    for name, scale in scales.items():
        count = counts.get(name, {"clipped": 0, "total": 0})
        ratio = count["clipped"] / count["total"] if count["total"] else 0.0
        scale = scale * (1 - 0.12) if ratio > 0.08 else scale * (1 + 0.06) if ratio < 0.01 else scale
        out[name] = min(max(scale, 0.70), 1.60)
    return out


def dims_of(lanes, ladder, budget):
    return next((dims for dims in ladder if lanes * (3 + 2 * dims + 44) <= max(0, budget - 800)), 16)


# Interactions and their means.
def product(a, b, tanh):
    return [clamp01(tanh(x * y)) for x, y in zip(a, b)]


def matrix(streams, full, tanh=exact_tanh):
    out = dict(streams)
    for i in range(4):
        for j in range(0 if full else i, 4):
            a, b = streams.get(f"policy@t{i}"), streams.get(f"attention@t{j}")
            if a is not None and b is not None:
                out[f"policy@t{i}__x__attention@t{j}"] = product(a, b, tanh)
    return out


def presets(streams):
    out = dict(streams)
    for a, b in (("early", "late"), ("mid", "mid"), ("late", "early")):
        a, b = f"policy@{a}", f"attention@{b}"
        if a in streams and b in streams:
            out[f"{a}__x__{b}"] = product(streams[a], streams[b], exact_tanh)
    return out


def summaries(streams, number, ordered):
    cells = []
    for lane, samples in streams.items():
        found = re.fullmatch(r"(?s)policy@t(.+?)__x__attention@t(.+)", lane)
        found = found and (number(found[1], False), number(found[2], True))
        if found and None not in found:
            cells.append((*found, lane, samples))
    if ordered:
        cells.sort(key=lambda cell: cell[:3])
    out = dict(streams)

    def mean(name, wanted):
        lanes = [cell[3] for cell in cells if wanted(cell)]
        length = min(map(len, lanes), default=0)
        if length:
            sums = [0.0] * length
            for lane in lanes:
                sums = [total + sample for total, sample in zip(sums, lane)]
            out[name] = [clamp01(total / len(lanes)) for total in sums]

    for i in range(4):
        mean(f"policy@t{i}__x__attention@row", lambda cell: cell[0] == i)
    for j in range(4):
        mean(f"policy@col__x__attention@t{j}", lambda cell: cell[1] == j)
    mean("policy@all__x__attention@all", lambda cell: True)
    return out


def ascii_number(text, _last):
    return int(text) if re.fullmatch("[0-9]+", text) else None


def python_number(text, last):
    """\\d is a digit of any script, and $ also stands before a line end that closes the text."""
    return int(text) if re.match(r"\d+$" if last else r"\d+\Z", text) else None


# The container without anything optional, and the reader that decodes one lane.
def container(lanes, dims, flags=1, scales=b"", change=lambda payload: payload):
    symbols = dict_law(lanes)["dict"]
    text = json.dumps(symbols, separators=(",", ":"), ensure_ascii=False).encode()
    index = data = b""
    for symbol in sorted(symbols):
        scale = CLASSES[classify(symbols[symbol])][1] if scales else 1.0
        payload = change(struct.pack(f"<BH{dims}h", 1, dims, *quantised(lanes[symbols[symbol]], scale)))
        index += bytes([len(symbol)]) + symbol.encode() + struct.pack("<II", len(data), len(payload)) + hashlib.sha256(payload).digest()
        data += payload
    header = b"ASXW2CBN" + struct.pack("<HHHHIIIII", 0x0100, flags, dims, len(symbols), len(text), len(index), len(data), 0, 0)
    return header + text + index + data + scales


def read_lane(pack, symbol):
    """Believes every number it meets, knows no scale, and gives single precision."""
    count, (lengths) = struct.unpack_from("<H", pack, 14)[0], struct.unpack_from("<II", pack, 16)
    at, start = 36 + lengths[0], 36 + sum(lengths)
    for _ in range(count):
        length = pack[at]
        name, (offset, _size) = pack[at + 1:at + 1 + length].decode(), struct.unpack_from("<II", pack, at + 1 + length)
        at += 1 + length + 40
        if name == symbol:
            weights = struct.unpack_from("<H", pack, start + offset + 1)[0]
            return [single(stored / 32767) for stored in struct.unpack_from(f"<{weights}h", pack, start + offset + 3)]


agreed, disagreed = [], []


def same(a, b):
    return json.dumps(a, sort_keys=True) == json.dumps(b, sort_keys=True)


def ask(function, given, law, javascript, python, name=None):
    """Where a listing is None it has no such function."""
    answers = {"javascript": javascript, "python": python}
    others = {who: answer for who, answer in answers.items() if answer is not None and not same(answer, law)}
    if name is None:
        assert not others, (function, given, law, others)
        agreed.append({"fn": function, "in": given, "out": law})
    else:
        assert others, (name, function, given, law)
        disagreed.append({"name": name, "fn": function, "in": given, "out": law, **others})


def ask_refused(function, given, error, javascript, name):
    disagreed.append({"name": name, "fn": function, "in": given, "error": error, "javascript": javascript})


LANES = ["policy", "policies", "policy@t1__x__attention@t2", "attention@late", "Attention", "style@mid", "tone@latest", "x@t0__x__y@t1",
         "tone@row", "tone@column", "a@all", "zone", "style@t*", "Zone", "my-policy", "_", "a@rowan", "x@earlyish__x__y"]


def some(count, low=-1.5, high=1.5):
    return [round(random.uniform(low, high), random.choice([2, 6, 15])) for _ in range(count)]


for x in [0.0, 0.5, -0.5, 1.5, 2.5, -2.5, 0.49999999999999994, -0.49999999999999994, 4503599627370497.5, 1e300] + some(40, -40000, 40000):
    ask("pack.round_half_away", {"x": x}, away(x), away(x), away(x))
for _ in range(30):
    weights, lane = some(random.choice([0, 1, 16, 33])) + [1.0, -1.0, 1.0000000000000002, 0.9999999999999999], random.choice(LANES)
    scale = CLASSES[classify(lane)][1]
    plain = quantised(weights, 1.0)
    ask("pack.quant_i16", {"weights": weights}, plain, plain, plain)
    told = {"q": quantised(weights, scale), "cls": classify(lane), "s": scale}
    ask("pack.quant_i16_class_aware", {"weights": weights, "lane_id": lane}, told, told, told)
    ask("pack.audit_lane", {"weights": weights, "lane_id": lane}, audited(weights, lane), audited(weights, lane), audited(weights, lane))
for lane in LANES:
    ask("pack.classify_lane", {"lane_id": lane}, classify(lane), classify(lane), classify(lane))
for _ in range(60):
    total = random.choice([0, 1, 16, 100, 800, 65535, 10**6, 2**32 - 1])
    clipped = random.choice([0, total // 100, total * 2 // 25, min(total, total * 2 // 25 + 1), random.randint(0, total)])
    ask("pack.ratio_q16", {"clipped": clipped, "total": total}, *[share(clipped, total)] * 3)
    scales = {name: random.choice([scale, 0.7, 1.6, 0.71, 1.59, 3.0]) for name, (_, scale) in CLASSES.items()}
    # The law compares counts, the listings a quotient: no counts of 32 bits tell them apart.
    law = {}
    for name, scale in scales.items():
        moved = scale * (1 - 0.12) if 25 * clipped > 2 * total else scale * (1 + 0.06) if total == 0 or 100 * clipped < total else scale
        law[name] = min(max(moved, 0.70), 1.60)
    counts = {name: {"clipped": clipped, "total": total} for name in CLASSES}
    ask("pack.auto_tune", {"initial": scales, "audit": counts}, law, tuned(scales, counts), tuned(scales, counts))
for _ in range(40):
    ladder, budget, count = random.choice([[64, 48, 32, 24, 16], [48, 16], [16, 64], []]), random.choice([5120, 800, 0, 3000]), random.randint(0, 70)
    ask("pack.choose_adaptive_dims", {"L": count, "dims_candidates": ladder, "total_budget": budget}, *[dims_of(count, ladder, budget)] * 3)

for text in ["", "a", "policy@t1", *CLASSES, "ASX::LOCAL"]:
    law, javascript, python = hash_law(text), hash_javascript(text), hash_python(text)
    ask("pack.fnv1a32", {"s": text}, law, None, python)
    ask("pack.fnv1a32", {"s": text}, law, javascript, None, None if javascript == law else "javascript_multiplies_the_hash_as_a_double")
for text in ["é", "日本", "🜁"]:
    ask("pack.fnv1a32", {"s": text}, hash_law(text), hash_javascript(text), hash_python(text), "listings_hash_characters_and_not_bytes")
for dims in [16, 24, 32, 48, 64, 1, 997]:
    law, javascript = offsets(dims, hash_law), offsets(dims, hash_javascript)
    ask("pack.class_offsets", {"dims": dims}, law, None, offsets(dims, hash_python))
    ask("pack.class_offsets", {"dims": dims}, law, javascript, None, None if dims == 1 else "javascript_multiplies_the_hash_as_a_double")
for _ in range(24):
    stream, lane, dims = some(random.choice([0, 1, 15, 90]), 0, 1), random.choice(LANES), random.choice([16, 24, 48])
    law = fold(stream, lane, dims, hash_law)
    ask("pack.fold_lane_weighted", {"stream": stream, "lane_id": lane, "dims": dims}, law, None, fold(stream, lane, dims, hash_python))
    if stream:
        given = {"stream": stream, "lane_id": lane, "dims": dims, "class_offsets": offsets(dims, hash_law)}
        ask("pack.fold_lane_weighted", given, law, fold(stream, lane, dims, hash_law, single), None, "javascript_folds_in_single_precision")
stored = [0, 1, -1, 32767, -32767, 12345, -20000]
ask("pack.dequant_i16", {"q": stored}, [q / 32767 for q in stored], None, None)
ask("pack.dequant_i16", {"q": stored}, [q / 32767 for q in stored], [single(q / 32767) for q in stored], None, "javascript_decodes_in_single_precision")

for number in [0, 9, 35, 36, 61, 62, 3843, 3844]:
    ask("pack.base62", {"i": number}, base62(number), THROWS, base62(number), "javascript_knows_no_radix_of_62")
for lanes in [["policy"], LANES, [f"lane{at}" for at in range(70)], ["a", "á", "z", "\uffee", "\U00010000"]]:
    law = dict_law(lanes)
    ask("pack.lane_dict", {"lane_ids": lanes}, law, None, dict_law(lanes, key=lambda lane: [ord(char) for char in lane]))
    ask("pack.lane_dict", {"lane_ids": lanes}, law, THROWS, None, "javascript_knows_no_radix_of_62")
for lanes in [["attention", "Zone"], ["style", "Style", "alpha", "Tone"]]:
    ask("pack.lane_dict", {"lane_ids": lanes}, dict_law(lanes), dict_law(lanes, key=by_locale), None, "javascript_sorts_by_the_locale")
given = {"lanes": {"__proto__": 1, "policy": 2}}
ask("pack.compress_lanes", given, {"dict": {"@0": "__proto__", "@1": "policy"}, "lanes": {"@0": 1, "@1": 2}},
    {"dict": {"@0": "__proto__", "@1": "policy"}, "lanes": {"[object Object]": 1, "@1": 2}}, None, "javascript_loses_a_lane_named_like_a_prototype")

for full in [False, True]:
    for _ in range(4):
        names = [f"{base}@t{at}" for base in ("policy", "attention", "style") for at in range(5) if random.random() < 0.9]
        streams = {name: some(random.choice([0, 2, 3, 5]), 0, 1.2) for name in names}
        law = matrix(streams, full)
        ask("pack.interaction_matrix", {"streams": streams, "full": full}, law, law, law)
        law = summaries(law, ascii_number, True)
        ask("pack.matrix_summaries", {"streams": matrix(streams, full)}, law, law, law)
for _ in range(4):
    streams = {f"{base}@{time}": some(3, 0, 1.2) for base in ("policy", "attention") for time in ("early", "mid", "late") if random.random() < 0.8}
    ask("pack.preset_interactions", {"streams": streams}, *[presets(streams)] * 3)
for _ in range(3):
    cells = [(f"policy@t{i}__x__attention@t{j}", some(4, 0, 1)) for i in range(4) for j in range(i, 4)]
    random.shuffle(cells)
    streams = dict(cells)
    insertion = summaries(streams, ascii_number, False)
    ask("pack.matrix_summaries", {"streams": streams}, summaries(streams, ascii_number, True), insertion, insertion, "listings_add_in_the_order_of_insertion")
for odd, name in [("policy@t٣__x__attention@t0", "python_reads_digits_of_every_script"), ("policy@t1__x__attention@t0\n", "python_lets_a_line_end_follow_an_id")]:
    streams = {odd: [0.5], "policy@t1__x__attention@t1": [0.25]}
    law = summaries(streams, ascii_number, True)
    ask("pack.matrix_summaries", {"streams": streams}, law, law, summaries(streams, python_number, True), name)
rough = next(x for x in iter(lambda: random.uniform(0.2, 1.4), None) if math.tanh(x) != exact_tanh(x))
streams = {"policy@t0": [rough], "attention@t0": [1.0]}
ask("pack.interaction_matrix", {"streams": streams}, matrix(streams, False), None, matrix(streams, False, math.tanh), "a_platform_rounds_tanh_in_its_own_way")

for lanes in [{"policy": some(16)}, {lane: some(16, -0.9, 0.9) for lane in LANES[:4]}]:
    pack = container(lanes, 16)
    ask("pack.container", {"lanes": lanes, "dims": 16}, {"hex": pack.hex()}, {"hex": pack.hex()}, None)
lanes = {"policy": [0.25, -0.5, 1.0, 0.0], "attention": [0.125, 0.5, -0.75, 0.1]}
scales = struct.pack("<6f", *[scale for _, scale in CLASSES.values()])
pack = container(lanes, 4, 9, scales)
law = {lane: [q / (32767 * single(CLASSES[lane][1])) for q in quantised(weights, CLASSES[lane][1])] for lane, weights in lanes.items()}
ask("pack.open", {"hex": pack.hex()}, {"decoded": law}, {"decoded": {"attention": read_lane(pack, "@0"), "policy": read_lane(pack, "@1")}}, None,
    "the_lazy_reader_knows_no_scales")
pack = bytearray(container(lanes, 4))
pack[-1] ^= 1
ask_refused("pack.open", {"hex": pack.hex()}, "pack.leaf_hash", read_lane(pack, "@1"), "the_lazy_reader_checks_no_hash")
pack = container(lanes, 4, change=lambda payload: payload[:1] + b"\3\0" + payload[3:])
ask_refused("pack.open", {"hex": pack.hex()}, "pack.count_ne_dims", read_lane(pack, "@0"), "the_lazy_reader_believes_the_count")
pack = container(lanes, 4) + b"\0"
ask_refused("pack.open", {"hex": pack.hex()}, "", read_lane(pack, "@0"), "the_lazy_reader_reads_past_no_end")

for name, lines in (("pack", agreed), ("pack-listings", disagreed)):
    with open(f"{sys.argv[1]}/{name}.ndjson", "w") as file:
        file.writelines(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
