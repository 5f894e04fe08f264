// The five stages of §11.1 in floats, for reference only: what counts is decided on the processor and added in integers.
//
// Written so that it is WGSL: members end in commas, the axis is not called by a reserved word, every stage minds its bounds, sums are
// made by one invocation, and what has no length has phase π and score 0.
const PI: f32 = 3.141592653589793;
override EPSILON: f32 = 0.1745329;
override SUPPRESS_K: f32 = 0.25;

struct Vector {
    x: f32,
    y: f32,
}

@group(0) @binding(0) var<storage, read> vecA: array<Vector>;
@group(0) @binding(1) var<storage, read> vecB: array<Vector>;
@group(0) @binding(2) var<storage, read_write> phase: array<f32>;
@group(0) @binding(3) var<storage, read_write> weight: array<f32>;
@group(0) @binding(4) var<storage, read_write> accum: array<Vector>;

@compute @workgroup_size(64)
fn measure(@builtin(global_invocation_id) id: vec3<u32>) {
    if (id.x >= arrayLength(&vecA)) {
        return;
    }
    let a = vec2<f32>(vecA[id.x].x, vecA[id.x].y);
    let b = vec2<f32>(vecB[id.x].x, vecB[id.x].y);
    let lengths = length(a) * length(b);
    phase[id.x] = select(acos(clamp(dot(a, b) / lengths, -1.0, 1.0)), PI, lengths == 0.0);
}

@compute @workgroup_size(64)
fn align(@builtin(global_invocation_id) id: vec3<u32>) {
    if (id.x < arrayLength(&phase)) {
        weight[id.x] = select(0.0, 1.0, abs(phase[id.x]) <= EPSILON);
    }
}

// Zero times anything is zero: this stage changes nothing, whatever the constant is.
@compute @workgroup_size(64)
fn suppress(@builtin(global_invocation_id) id: vec3<u32>) {
    if (id.x < arrayLength(&weight) && weight[id.x] == 0.0) {
        weight[id.x] = weight[id.x] * SUPPRESS_K;
    }
}

@compute @workgroup_size(1)
fn accumulate() {
    var sum = vec2<f32>(0.0, 0.0);
    for (var i = 0u; i < arrayLength(&vecA); i = i + 1u) {
        sum = sum + vec2<f32>(vecA[i].x, vecA[i].y) * weight[i];
    }
    accum[0] = Vector(sum.x, sum.y);
}

@compute @workgroup_size(1)
fn collapse() {
    let axis = vec2<f32>(1.0, 0.0);
    let sum = vec2<f32>(accum[0].x, accum[0].y);
    let magnitude = length(sum);
    weight[0] = select(dot(sum / magnitude, axis), 0.0, magnitude == 0.0);
}
