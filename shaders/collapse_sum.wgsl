// Adds, for each document, the vectors that the processor found aligned. One invocation a document, from the first pair to the last.
//
// Numbers are whole multiples of 2^-30 in two's complement, 64 bits of low and high word. Integer addition is defined to the bit, so
// every device gives what the processor gives; there is no floating point here. A row holds one pair of each of sixteen documents.

// Whether high words are given; otherwise a number is its low word with the sign carried on.
override WIDE: bool = false;

@group(0) @binding(0) var<storage, read> x_low: array<u32>;
@group(0) @binding(1) var<storage, read> y_low: array<u32>;
@group(0) @binding(2) var<storage, read> x_high: array<u32>;
@group(0) @binding(3) var<storage, read> y_high: array<u32>;
// A word a row: bit i is set where the pair of document i is aligned.
@group(0) @binding(4) var<storage, read> aligned: array<u32>;
// For each sixteen documents the first row and the number of rows.
@group(0) @binding(5) var<storage, read> tiles: array<vec2<u32>>;
// x low, x high, y low, y high.
@group(0) @binding(6) var<storage, read_write> sums: array<vec4<u32>>;

fn sign(low: u32) -> u32 {
    return select(0u, 0xffffffffu, (low & 0x80000000u) != 0u);
}

fn add(sum: vec2<u32>, low: u32, high: u32) -> vec2<u32> {
    let next = sum.x + low;
    return vec2<u32>(next, sum.y + high + select(0u, 1u, next < low));
}

@compute @workgroup_size(64)
fn collapse_sum(@builtin(global_invocation_id) id: vec3<u32>) {
    let document = id.x;
    if (document >= arrayLength(&sums)) {
        return;
    }
    let lane = document & 15u;
    let tile = tiles[document >> 4u];
    var x = vec2<u32>(0u, 0u);
    var y = vec2<u32>(0u, 0u);
    for (var row = tile.x; row < tile.x + tile.y; row = row + 1u) {
        if (((aligned[row] >> lane) & 1u) != 0u) {
            let at = (row << 4u) | lane;
            let xl = x_low[at];
            let yl = y_low[at];
            if (WIDE) {
                x = add(x, xl, x_high[at]);
                y = add(y, yl, y_high[at]);
            } else {
                x = add(x, xl, sign(xl));
                y = add(y, yl, sign(yl));
            }
        }
    }
    sums[document] = vec4<u32>(x.x, x.y, y.x, y.y);
}
