#!/usr/bin/env python3
"""The collapse in NumPy and in C over the very pairs that the example `collapse_speed` wrote with --dump, to compare in one sitting.

usage: collapse_speed.py FILE [ROUNDS]        (pip install numpy; a C compiler as `cc`)
"""
import ctypes, pathlib, subprocess, sys, tempfile, time
import numpy as np

PAIRS, T = 64, float(np.cos(0.5))
data = np.fromfile(sys.argv[1], dtype="<f8").reshape(-1, PAIRS, 4)
rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 11
ax, ay, bx, by = (np.ascontiguousarray(data[:, :, i]) for i in range(4))


def numpy():
    d = ax * bx + ay * by
    n = (ax * ax + ay * ay) * (bx * bx + by * by)
    with np.errstate(all="ignore"):
        keep = (n > 0) & (np.clip(d / np.sqrt(n), -1, 1) >= T)
    x, y = (ax * keep).sum(axis=1), (ay * keep).sum(axis=1)
    m = x * x + y * y
    return np.divide(x, np.sqrt(m), out=np.zeros_like(x), where=m > 0)


SOURCE = r"""
#include <math.h>
#include <stddef.h>
void collapse(const float *v, double *score, size_t documents, size_t pairs, double t) {
    for (size_t i = 0; i < documents; i++) {
        double x = 0, y = 0;
        for (size_t j = 0; j < pairs; j++) {
            const float *p = v + 4 * (i * pairs + j);
            double ax = p[0], ay = p[1], bx = p[2], by = p[3];
            double d = ax * bx + ay * by, n = (ax * ax + ay * ay) * (bx * bx + by * by);
            double q = d / sqrt(n);
            q = q > 1 ? 1 : q < -1 ? -1 : q;
            double w = n > 0 && q >= t ? 1 : 0;
            x += ax * w;
            y += ay * w;
        }
        double m = x * x + y * y;
        score[i] = m == 0 ? 0 : x / sqrt(m);
    }
}
"""
folder = pathlib.Path(tempfile.mkdtemp())
(folder / "c.c").write_text(SOURCE)
subprocess.run(["cc", "-O3", "-march=native", "-ffp-contract=off", "-fno-math-errno", "-shared", "-fPIC", "-o", folder / "c.so", folder / "c.c", "-lm"], check=True)
native = ctypes.CDLL(str(folder / "c.so"))
packed, out = data.astype("<f4"), np.zeros(len(data))


def c():
    native.collapse(packed.ctypes.data_as(ctypes.c_void_p), out.ctypes.data_as(ctypes.c_void_p), ctypes.c_size_t(len(data)), ctypes.c_size_t(PAIRS), ctypes.c_double(T))
    return out


for name, work in [("NumPy, float64", numpy), ("C -O3 -march=native, one thread, f32 widened", c)]:
    best = min(_ for _ in (lambda: [(lambda s: (work(), time.perf_counter() - s)[1])(time.perf_counter()) for _ in range(rounds)])())
    print(f"{name}: {best * 1e3:.2f} ms")
print("NumPy and C agree on", int((np.abs(numpy() - c()) < 1e-9).sum()), "of", len(data), "documents")
