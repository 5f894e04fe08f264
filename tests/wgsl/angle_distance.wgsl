// The shorter way round between angles (§28.6), for reference only.
const PI: f32 = 3.141592653589793;

@group(0) @binding(0) var<storage, read> anglesA: array<f32>;
@group(0) @binding(1) var<storage, read> anglesB: array<f32>;
@group(0) @binding(2) var<storage, read_write> distances: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if (id.x < arrayLength(&anglesA)) {
        let straight = abs(anglesA[id.x] - anglesB[id.x]);
        distances[id.x] = min(straight, 2.0 * PI - straight);
    }
}
