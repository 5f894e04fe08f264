// The kernel of §25.3 in floats, for reference only: what counts is added in integers by shaders/collapse_sum.wgsl.
struct Vector2D {
    x: f32,
    y: f32,
}

@group(0) @binding(0) var<storage, read> vecA: array<Vector2D>;
@group(0) @binding(1) var<storage, read> weight: array<f32>;
@group(0) @binding(2) var<storage, read_write> out: array<f32>;

@compute @workgroup_size(1)
fn collapse() {
    var accX: f32 = 0.0;
    var accY: f32 = 0.0;
    for (var i: u32 = 0u; i < arrayLength(&vecA); i = i + 1u) {
        let w = weight[i];
        accX = accX + vecA[i].x * w;
        accY = accY + vecA[i].y * w;
    }
    out[0] = accX;
    out[1] = accY;
}
