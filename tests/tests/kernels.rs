//! Kernels read as a compiler reads them; no graphics processor is needed.

use std::path::{Path, PathBuf};

use naga::valid::{Capabilities, ModuleInfo, ValidationFlags, Validator};
use naga::{AddressSpace, Expression, Function, MathFunction, Module, ScalarKind, Statement, StorageAccess};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn checked(text: &str) -> Result<(Module, ModuleInfo), String> {
    let module = naga::front::wgsl::parse_str(text).map_err(|error| error.emit_to_string(text))?;
    let info =
        Validator::new(ValidationFlags::all(), Capabilities::empty()).validate(&module).map_err(|error| error.emit_to_string(text))?;
    Ok((module, info))
}

fn reference(name: &str) -> Module {
    let text = std::fs::read_to_string(folder("wgsl").join(name)).expect("a kernel");
    checked(&text).unwrap_or_else(|error| panic!("{name}: {error}")).0
}

fn is_float(kind: ScalarKind) -> bool {
    matches!(kind, ScalarKind::Float | ScalarKind::AbstractFloat)
}

/// Every place where a kernel has to do with floating point: types, constants, and what each expression evaluates to.
fn floats(module: &Module, info: &ModuleInfo) -> Vec<String> {
    let mut found = Vec::new();
    for (handle, ty) in module.types.iter() {
        if ty.inner.scalar_kind().is_some_and(is_float) {
            found.push(format!("type {handle:?}"));
        }
    }
    for (handle, _) in module.global_expressions.iter() {
        if info[handle].inner_with(&module.types).scalar_kind().is_some_and(is_float) {
            found.push(format!("constant expression {handle:?}"));
        }
    }
    let functions = module.functions.iter().map(|(handle, function)| (&info[handle], function));
    let entries = module.entry_points.iter().enumerate().map(|(index, entry)| (info.get_entry_point(index), &entry.function));
    for (info, function) in functions.chain(entries) {
        for (handle, _) in function.expressions.iter() {
            let ty = info[handle].ty.inner_with(&module.types);
            if ty
                .scalar_kind()
                .or_else(|| ty.pointer_base_type().and_then(|ty| ty.inner_with(&module.types).scalar_kind()))
                .is_some_and(is_float)
            {
                found.push(format!("expression {handle:?} of `{}`", function.name.as_deref().unwrap_or("the entry point")));
            }
        }
    }
    found
}

/// What would let the order of additions vary: memory shared by a work group, atomics, barriers.
fn unordered(module: &Module) -> Vec<String> {
    let mut found = Vec::new();
    for (_, variable) in module.global_variables.iter() {
        if variable.space == AddressSpace::WorkGroup {
            found.push(format!("{:?} is shared by a work group", variable.name));
        }
    }
    for function in module.functions.iter().map(|(_, function)| function).chain(module.entry_points.iter().map(|entry| &entry.function)) {
        walk(&function.body, &mut |statement| {
            if matches!(statement, Statement::ControlBarrier(_) | Statement::MemoryBarrier(_) | Statement::Atomic { .. }) {
                found.push(format!("{statement:?}"));
            }
        });
    }
    found
}

fn walk(block: &naga::Block, visit: &mut impl FnMut(&Statement)) {
    for statement in block.iter() {
        visit(statement);
        match statement {
            Statement::Block(inner) => walk(inner, visit),
            Statement::If { accept, reject, .. } => {
                walk(accept, visit);
                walk(reject, visit);
            }
            Statement::Switch { cases, .. } => cases.iter().for_each(|case| walk(&case.body, visit)),
            Statement::Loop { body, continuing, .. } => {
                walk(body, visit);
                walk(continuing, visit);
            }
            _ => {}
        }
    }
}

// rows: C174 C175 C180 C194 C200 C201 C202 C203
#[test]
fn kernels_that_count_hold_no_floating_point_and_no_race() {
    let mut seen = 0;
    for entry in std::fs::read_dir(folder("../shaders")).expect("kernels") {
        let path = entry.expect("an entry").path();
        if path.extension().is_none_or(|extension| extension != "wgsl") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("a kernel");
        let (module, info) = checked(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(floats(&module, &info), [""; 0], "{}", path.display());
        assert_eq!(unordered(&module), [""; 0], "{}", path.display());
        assert_eq!(module.entry_points.len(), 1, "{}", path.display());
        seen += 1;
    }
    assert!(seen > 0, "no kernel was found");
}

#[test]
fn the_look_for_floating_point_finds_it_wherever_it_hides() {
    let hidden = [
        "let x = 1.5; o[0] = u32(x);",
        "o[0] = bitcast<u32>(bitcast<f32>(o[1]) + bitcast<f32>(o[2]));",
        "o[0] = pack4x8unorm(vec4(0.0, 1.0, 0.5, 0.0));",
        "var x: array<f32, 4>; x[0] = f32(o[0]); o[1] = u32(x[0]);",
        "o[0] = u32(dot(unpack4x8unorm(o[0]), unpack4x8unorm(o[1])));",
        "let m = mat2x2<f32>(1, 0, 0, 1); o[0] = u32(m[0].x);",
    ];
    let kernel = |body: &str| {
        format!("@group(0) @binding(0) var<storage, read_write> o: array<u32>;\n@compute @workgroup_size(1) fn main() {{ {body} }}")
    };
    for body in hidden {
        let (module, info) = checked(&kernel(body)).unwrap_or_else(|error| panic!("{error}"));
        assert_ne!(floats(&module, &info), [""; 0], "{body}");
    }
    let (module, info) = checked(&kernel("o[0] = o[1] * 3u + countOneBits(o[2]);")).unwrap();
    assert_eq!(floats(&module, &info), [""; 0]);
    let race = "var<workgroup> s: array<u32, 4>;\n@group(0) @binding(0) var<storage, read_write> o: array<u32>;\n@compute @workgroup_size(4) fn main(@builtin(local_invocation_index) i: u32) { s[i] = i; workgroupBarrier(); o[0] = s[0]; }";
    assert!(unordered(&checked(race).unwrap().0).len() >= 2);
}

/// Binding, name, whether it is only read, and bytes an element of each buffer of group 0.
fn layout(module: &Module) -> Vec<(u32, String, bool, u32)> {
    let mut found: Vec<_> = module
        .global_variables
        .iter()
        .filter_map(|(_, variable)| {
            let AddressSpace::Storage { access } = variable.space else { return None };
            let binding = variable.binding.as_ref().expect("a binding");
            assert_eq!(binding.group, 0);
            let naga::TypeInner::Array { stride, .. } = module.types[variable.ty].inner else { panic!("not an array") };
            Some((binding.binding, variable.name.clone().expect("a name"), access == StorageAccess::LOAD, stride))
        })
        .collect();
    found.sort();
    found
}

fn row(binding: u32, name: &str, read: bool, stride: u32) -> (u32, String, bool, u32) {
    (binding, name.to_owned(), read, stride)
}

// rows: C182 C183 C184 C186 C187 C188 C189 C190 C191 C195
#[test]
fn the_reference_kernel_of_emission_has_the_layout_of_the_text() {
    let module = reference("emission.wgsl");
    assert_eq!(layout(&module), [row(0, "vecA", true, 8), row(1, "weight", true, 4), row(2, "out", false, 4)]);
    let vector = module.types.iter().find(|(_, ty)| ty.name.as_deref() == Some("Vector2D")).expect("the structure").1;
    let naga::TypeInner::Struct { members, span } = &vector.inner else { panic!("not a structure") };
    assert_eq!(members.iter().map(|member| (member.name.as_deref(), member.offset)).collect::<Vec<_>>(), [(Some("x"), 0), (Some("y"), 4)]);
    assert_eq!(*span, 8);
    let entry = &module.entry_points[0];
    assert_eq!((entry.name.as_str(), entry.workgroup_size), ("collapse", [1, 1, 1]));
    assert!(entry.function.expressions.iter().any(|(_, expression)| matches!(expression, Expression::ArrayLength(_))));
    assert_eq!(math(&entry.function), []);
    assert_eq!(unordered(&module), [""; 0]);
}

// rows: C595 C597 C598 C599 C603 C604
#[test]
fn the_reference_kernels_of_signals_have_the_layout_of_the_text() {
    let distance = reference("angle_distance.wgsl");
    assert_eq!(layout(&distance), [row(0, "anglesA", true, 4), row(1, "anglesB", true, 4), row(2, "distances", false, 4)]);
    let interference = reference("interference.wgsl");
    let wanted = [
        row(0, "anglesA", true, 4),
        row(1, "anglesB", true, 4),
        row(2, "magnitudesA", true, 4),
        row(3, "magnitudesB", true, 4),
        row(4, "output", false, 4),
    ];
    assert_eq!(layout(&interference), wanted);
    for module in [&distance, &interference] {
        let entry = &module.entry_points[0];
        assert_eq!((entry.name.as_str(), entry.workgroup_size), ("main", [64, 1, 1]));
        assert!(
            entry.function.expressions.iter().any(|(_, expression)| matches!(expression, Expression::ArrayLength(_))),
            "it checks bounds"
        );
    }
    // A device's cosine is not exact: this kernel can never be one that counts.
    assert_eq!(math(&interference.entry_points[0].function), [MathFunction::Cos]);
}

fn math(function: &Function) -> Vec<MathFunction> {
    let of = |expression: &Expression| if let Expression::Math { fun, .. } = expression { Some(*fun) } else { None };
    function.expressions.iter().filter_map(|(_, expression)| of(expression)).collect()
}

// rows: A287 A288 A303 A304 C596 C602
#[test]
fn three_ways_of_writing_that_the_texts_use_are_not_wgsl() {
    let entry = "@compute @workgroup_size(1) fn main() {}";
    for (wrong, right) in [
        ("struct Vector { x: f32; y: f32; }", "struct Vector { x: f32, y: f32, }"),
        ("fn f() -> f32 { let ref = 1.0; return ref; }", "fn f() -> f32 { let axis = 1.0; return axis; }"),
        ("@group(0) @binding(0) var<storage, write> o: array<f32>;", "@group(0) @binding(0) var<storage, read_write> o: array<f32>;"),
    ] {
        assert!(checked(&format!("{wrong}\n{entry}")).is_err(), "{wrong}");
        assert!(checked(&format!("{right}\n{entry}")).is_ok(), "{right}");
    }
}

// rows: A283 A284 A285 A286 A289 A290 A291 A292 A293 A295 A297 A299 A301
#[test]
fn the_five_stages_are_wgsl_once_their_faults_are_mended() {
    let module = reference("stages.wgsl");
    let wanted = [
        row(0, "vecA", true, 8),
        row(1, "vecB", true, 8),
        row(2, "phase", false, 4),
        row(3, "weight", false, 4),
        row(4, "accum", false, 8),
    ];
    assert_eq!(layout(&module), wanted);
    let stages: Vec<_> = module.entry_points.iter().map(|entry| (entry.name.as_str(), entry.workgroup_size[0])).collect();
    assert_eq!(stages, [("measure", 64), ("align", 64), ("suppress", 64), ("accumulate", 1), ("collapse", 1)]);
    let literal = |handle| match module.global_expressions[handle] {
        Expression::Literal(naga::Literal::F32(value)) => value.to_bits(),
        ref other => panic!("{other:?}"),
    };
    let pi = module.constants.iter().find(|(_, constant)| constant.name.as_deref() == Some("PI")).expect("PI").1.init;
    assert_eq!(literal(pi), 0x4049_0fdb);
    let of = |name| module.overrides.iter().find(|(_, value)| value.name.as_deref() == Some(name)).and_then(|(_, value)| value.init);
    assert_eq!(of("EPSILON").map(literal), Some(0x3e32_b8c1));
    assert_eq!(of("SUPPRESS_K").map(literal), Some(0.25_f32.to_bits()));
    // None of the stages could be one that counts.
    assert!(!math(&module.entry_points[0].function).is_empty());
}
