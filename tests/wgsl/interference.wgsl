// Cosine of the difference of angles, by magnitude (§28.6), for reference only: a device's cosine is not exact.
@group(0) @binding(0) var<storage, read> anglesA: array<f32>;
@group(0) @binding(1) var<storage, read> anglesB: array<f32>;
@group(0) @binding(2) var<storage, read> magnitudesA: array<f32>;
@group(0) @binding(3) var<storage, read> magnitudesB: array<f32>;
@group(0) @binding(4) var<storage, read_write> output: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    if (id.x < arrayLength(&anglesA)) {
        output[id.x] = cos(anglesA[id.x] - anglesB[id.x]) * magnitudesA[id.x] * magnitudesB[id.x];
    }
}
