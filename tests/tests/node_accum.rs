//! The kernel of `node_accum` as a compiler reads it, and the buffers it is given. No graphics processor is needed.

use std::path::Path;

use mx2lm_core::tensor::{
    accumulate,
    graph::Graph,
    model::{Element, FULL_OPACITY, Model, ONE},
    structure,
};
use naga::{
    AddressSpace, Block, Expression, Literal, Module, ScalarKind, Statement, StorageAccess, TypeInner,
    valid::{Capabilities, ValidationFlags, Validator},
};
use proptest::prelude::*;

fn kernel() -> (String, Module) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shaders/node_accum.wgsl");
    let text = std::fs::read_to_string(path).expect("the kernel");
    let module = naga::front::wgsl::parse_str(&text).unwrap_or_else(|error| panic!("{}", error.emit_to_string(&text)));
    if let Err(error) = Validator::new(ValidationFlags::all(), Capabilities::empty()).validate(&module) {
        panic!("{}", error.emit_to_string(&text));
    }
    (text, module)
}

/// Where a module has to do with floating point.
fn floats(module: &Module) -> Vec<String> {
    let is_float = |kind: ScalarKind| matches!(kind, ScalarKind::Float | ScalarKind::AbstractFloat);
    let mut found: Vec<String> = module
        .types
        .iter()
        .filter(|(_, ty)| ty.inner.scalar_kind().is_some_and(is_float) || matches!(ty.inner, TypeInner::Matrix { .. }))
        .map(|(handle, _)| format!("type {handle:?}"))
        .collect();
    let functions = module.functions.iter().map(|(_, function)| function).chain(module.entry_points.iter().map(|entry| &entry.function));
    for function in functions {
        for (handle, expression) in function.expressions.iter().chain(module.global_expressions.iter()) {
            let float = match expression {
                Expression::Literal(Literal::F16(_) | Literal::F32(_) | Literal::F64(_) | Literal::AbstractFloat(_)) => true,
                Expression::As { kind, .. } => is_float(*kind),
                Expression::Math { .. } | Expression::Derivative { .. } | Expression::ImageSample { .. } => true,
                _ => false,
            };
            if float {
                found.push(format!("expression {handle:?}"));
            }
        }
    }
    found
}

// rows: B204 B205 B206 B207 B208 B209 B210
#[test]
fn the_kernel_has_no_floating_point_and_no_function_beyond_plain_operators() {
    let (text, module) = kernel();
    assert_eq!(floats(&module), [""; 0]);
    for word in ["f32", "f16", "f64", "fma(", "sqrt(", "exp(", "sin(", "cos(", "log(", "pow(", "tanh("] {
        assert!(!text.contains(word), "{word}");
    }
}

#[test]
fn the_look_for_floating_point_finds_it() {
    let kernel = |body: &str| {
        let text =
            format!("@group(0) @binding(0) var<storage, read_write> o: array<u32>;\n@compute @workgroup_size(1) fn main() {{ {body} }}");
        floats(&naga::front::wgsl::parse_str(&text).expect("a kernel"))
    };
    for body in [
        "var x = 1.5; o[0] = u32(x);",
        "o[0] = bitcast<u32>(bitcast<f32>(o[1]) * 2.0);",
        "o[0] = u32(f32(o[1]));",
        "o[0] = pack2x16float(vec2(0.0, 1.0));",
    ] {
        assert_ne!(kernel(body), [""; 0], "{body}");
    }
    assert_eq!(kernel("o[0] = (o[1] >> 16u) * 3u + select(0u, 1u, o[2] == 0u);"), [""; 0]);
}

fn statements(block: &Block, see: &mut impl FnMut(&Statement)) {
    for statement in block.iter() {
        see(statement);
        match statement {
            Statement::Block(inner) => statements(inner, see),
            Statement::If { accept, reject, .. } => [accept, reject].into_iter().for_each(|inner| statements(inner, see)),
            Statement::Switch { cases, .. } => cases.iter().for_each(|case| statements(&case.body, see)),
            Statement::Loop { body, continuing, .. } => [body, continuing].into_iter().for_each(|inner| statements(inner, see)),
            _ => {}
        }
    }
}

// rows: B195 B196 B197 B199 B214 B356 B394
#[test]
fn only_the_result_is_written_and_each_node_by_one_invocation() {
    let (_, module) = kernel();
    let mut buffers: Vec<_> =
        module.global_variables.iter().filter_map(|(_, variable)| Some((variable.binding.as_ref()?.binding, variable))).collect();
    buffers.sort_by_key(|(binding, _)| *binding);
    let told: Vec<_> = buffers
        .iter()
        .map(|(_, variable)| {
            let written = matches!(variable.space, AddressSpace::Storage { access } if access.contains(StorageAccess::STORE));
            (variable.name.as_deref().unwrap_or_default(), written)
        })
        .collect();
    let wanted = ["nodes", "edges", "attribs", "first", "order", "now", "next", "counts"].map(|name| (name, name == "next"));
    assert_eq!(told, wanted);
    for (_, variable) in &buffers {
        if let TypeInner::Array { base, stride, .. } = &module.types[variable.ty].inner {
            assert_eq!((*stride, module.types[*base].inner.scalar_kind()), (4, Some(ScalarKind::Uint)), "no padding: words alone");
        }
    }
    for entry in &module.entry_points {
        assert_eq!(entry.workgroup_size, [64, 1, 1]);
        statements(&entry.function.body, &mut |statement| {
            assert!(!matches!(statement, Statement::Atomic { .. } | Statement::ControlBarrier(_) | Statement::MemoryBarrier(_)));
        });
    }
}

/// The kernel's product, from halves of 16 bits.
fn halves(a: u32, b: u32) -> u32 {
    let low = a & 0xffff;
    (a >> 16).wrapping_mul(b).wrapping_add(low.wrapping_mul(b >> 16)).wrapping_add(low.wrapping_mul(b & 0xffff) >> 16)
}

/// The kernel's step over the bytes it is given, word for word as it is written there.
fn step(bytes: &[u8], now: &[u32]) -> Vec<u32> {
    let words: Vec<u32> = bytes.as_chunks::<4>().0.iter().map(|word| u32::from_le_bytes(*word)).collect();
    let (node_count, edge_count) = (words[2] as usize, words[3] as usize);
    let (nodes, rest) = words[4..].split_at(node_count * 4);
    let (edges, attribs) = rest.split_at(edge_count * 4);
    let rootless = (0..node_count).all(|node| nodes[node * 4 + 3] & 1 == 0);
    (0..node_count)
        .map(|node| {
            let is_root = nodes[node * 4 + 3] & 1 == 1 || rootless && node == 0;
            let entering = (0..edge_count).filter(|edge| edges[edge * 4 + 1] as usize == node);
            entering.fold(if is_root { 65_536 } else { 0 }, |sum: u32, edge| {
                let own = (node_count + edge) * 10;
                let weight = halves(halves(halves(attribs[own + 3], attribs[own + 5]), attribs[own + 8]), attribs[own + 9]);
                sum.wrapping_add(halves(now[edges[edge * 4] as usize], weight))
            })
        })
        .collect()
}

fn drawing() -> impl Strategy<Value = Model> {
    let point = (0..=3i32, 0..=3i32).prop_map(|(x, y)| (x * 20_000 + y, y * 21_845));
    let element = (proptest::collection::vec(point, 2..9), any::<bool>(), 0..i32::MAX, 1..i32::MAX, 0..=FULL_OPACITY);
    proptest::collection::vec(element, 1..6).prop_map(|drawn| {
        let mut model = Model { sx: ONE, sy: ONE, ..Model::default() };
        for (at, (mut points, closed, stroke_width, transform_mag, opacity_q11)) in drawn.into_iter().enumerate() {
            points.dedup();
            let start = model.points.len() as u32;
            model.points.extend(&points);
            let end = model.points.len() as u32;
            let id4 = (at as u32).to_le_bytes();
            let closed = closed && points.len() > 2 && points.first() != points.last();
            model.elements.push(Element { id4, start, end, stroke_width, transform_mag, rank: 0, opacity_q11, closed });
        }
        model
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    // rows: B226
    #[test]
    fn products_of_halves_are_the_products(a in any::<u32>(), b in any::<u32>()) {
        prop_assert_eq!(halves(a, b), accumulate::mul(a, b));
        prop_assert_eq!(u64::from(halves(a, b)), ((u64::from(a) * u64::from(b)) >> 16) & 0xffff_ffff);
    }

    // rows: B200 B201 B212 B213 B217 B218 B220 B224 B226 B249 B251
    #[test]
    fn what_the_kernel_does_with_the_buffers_is_what_the_processor_computes(model in drawing(), steps in 0u32..6) {
        let graph = Graph::of(&model);
        let bytes = structure::to_vec(&model, &graph);
        prop_assert_eq!(bytes.len(), 16 + graph.len() * 56 + model.segments() * 56, "tightly packed");
        let mut now = step(&bytes, &vec![0; graph.len()]);
        for _ in 0..steps {
            now = step(&bytes, &now);
        }
        prop_assert_eq!(Some(now), accumulate::accumulate(&model, &graph, steps));
    }
}

// rows: B211
#[test]
fn no_flag_loosens_arithmetic() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    for name in ["Cargo.toml", "core/Cargo.toml", ".cargo/config.toml"] {
        let text = std::fs::read_to_string(root.join(name)).unwrap_or_default();
        assert!(!text.contains("fast-math") && !text.contains("fast_math"), "{name}");
    }
}
