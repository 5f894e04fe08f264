//! `pack`: from streams to a pack, and everything that is asked of one.

use serde_json::{Value, json};

use crate::{Run, Workspace, run_in};

/// Two lanes with samples enough that every window has some.
fn streams() -> String {
    let samples = |step: u32| (0..120).map(|at| f64::from(at * step % 17) / 17.0).collect::<Vec<_>>();
    json!({ "policy": samples(3), "style": samples(5) }).to_string()
}

fn compiled(options: &[&str]) -> Workspace {
    let workspace = Workspace::new(&[("streams.json", &streams())]);
    let run = workspace.lint(&[&["pack", "compile", "streams.json", "-o", "a.v2c-bin"], options].concat());
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "within the budget nothing is said");
    workspace
}

fn bytes(workspace: &Workspace, name: &str) -> Vec<u8> {
    std::fs::read(workspace.root().join(name)).expect("a file")
}

fn inspect(workspace: &Workspace, options: &[&str]) -> Run {
    workspace.lint(&[&["pack", "inspect", "a.v2c-bin"], options].concat())
}

// rows: D631 D668 D669 D699 D700 D703 D704 D705 D658 D667
#[test]
fn inspect_prints_the_manifest_and_its_parts() {
    let workspace = compiled(&[]);
    let whole = inspect(&workspace, &[]);
    assert!(whole.stdout.starts_with("{\n  \"schema\": \"asx.pack.manifest.v1\",\n") && whole.stdout.ends_with('}'), "no line end");
    let manifest = whole.json();
    let names = |value: &Value| value.as_object().expect("an object").keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&manifest), ["schema", "derived_from", "core", "lane_classes", "temporal_layout", "saturation_audit", "lanes"]);
    let ids = |value: &Value| {
        value["lanes"].as_array().expect("a list").iter().map(|lane| lane["id"].as_str().expect("an id").to_owned()).collect::<Vec<_>>()
    };
    // policy first, by id; styles with a time name are presets
    let order =
        ["policy@early", "policy@late", "policy@mid", "policy@t*", "policy@t0", "policy@t1", "policy@t2", "policy@t3", "style@early"];
    assert_eq!(ids(&manifest), order[..8]);
    assert_eq!(ids(&inspect(&workspace, &["--lanes", "9"]).json()), order);
    assert_eq!(inspect(&workspace, &["--lanes", "0"]).json().get("lanes"), None);
    assert_eq!(inspect(&workspace, &["--no-lanes"]).stdout, inspect(&workspace, &["--lanes", "0"]).stdout);
    assert_eq!(inspect(&workspace, &["--pretty"]).stdout, whole.stdout);
    let line = inspect(&workspace, &["--json"]);
    assert!(!line.stdout.contains('\n') && line.json() == manifest);
    assert_eq!(names(&inspect(&workspace, &["--summary"]).json()), ["core", "lane_classes", "saturation_audit", "compatibility"]);
    let compat = inspect(&workspace, &["--compat"]).json();
    assert_eq!(names(&compat), ["schema", "version", "dims", "lane_law", "quant_law", "fold_law", "compatibility"]);
    assert_eq!((&compat["schema"], &compat["compatibility"]["level"]), (&json!("asx.pack.compat.v1"), &Value::Null));
    let same = inspect(&workspace, &["--compat", "--compare", "a.v2c-bin"]).json();
    assert_eq!(same["compatibility"], json!({ "level": 0, "merge_allowed": true }));
    assert_eq!(inspect(&workspace, &["--out", "m.json"]).stdout, "");
    let pack = bytes(&workspace, "a.v2c-bin");
    assert_eq!(inspect(&workspace, &["--out", "a.v2c-bin"]).code, 1);
    assert_eq!(workspace.lint(&["pack", "manifest", "a.v2c-bin", "-o", "./a.v2c-bin"]).code, 2);
    assert_eq!(bytes(&workspace, "a.v2c-bin"), pack, "a pack is not written over by its manifest");
    assert_eq!(workspace.read("m.json"), whole.stdout);
    assert_eq!(inspect(&workspace, &["--help"]).code, 0);
    assert_eq!(inspect(&workspace, &["--version"]).code, 0);
}

// rows: D392 D400 D701 D702
#[test]
fn inspect_has_exit_codes_of_its_own() {
    let workspace = compiled(&[]);
    let pack = bytes(&workspace, "a.v2c-bin");
    let code = |change: &dyn Fn(&mut Vec<u8>), options: &[&str]| {
        let mut bytes = pack.clone();
        change(&mut bytes);
        workspace.write("a.v2c-bin", &bytes);
        inspect(&workspace, options).code
    };
    assert_eq!(code(&|_| {}, &["--verify"]), 0);
    assert_eq!(code(&|bytes| bytes.truncate(20), &[]), 2);
    assert_eq!(code(&|bytes| bytes[0] = b'X', &[]), 2);
    assert_eq!(code(&|bytes| bytes[9] = 2, &[]), 4);
    assert_eq!(code(&|bytes| bytes.push(0), &[]), 2);
    // the last byte is the root's, and the data is not decoded unless it is to be verified
    let last = pack.len() - 1;
    assert_eq!(code(&|bytes| bytes[last] ^= 1, &[]), 0);
    assert_eq!(code(&|bytes| bytes[last] ^= 1, &["--verify"]), 3);
    let payload = pack.windows(3).position(|three| three == [1, 64, 0]).expect("the first payload") + 5;
    assert_eq!(code(&|bytes| bytes[payload] ^= 1, &[]), 0);
    assert_eq!(code(&|bytes| bytes[payload] ^= 1, &["--verify"]), 3);
    std::fs::remove_file(workspace.root().join("a.v2c-bin")).expect("our own file");
    assert_eq!(inspect(&workspace, &[]).code, 1);
}

// rows: D398 D402 D409 D426 D527
#[test]
fn a_lane_is_proved_to_belong_to_its_pack() {
    let workspace = compiled(&[]);
    let proof = workspace.lint(&["pack", "prove", "a.v2c-bin", "style@mid"]);
    workspace.write("proof.json", &proof.stdout);
    let check = || workspace.lint(&["pack", "check-proof", "a.v2c-bin", "proof.json"]);
    assert_eq!((check().code, check().stdout.as_str()), (0, "proved: `style@mid` (@A) belongs to `a.v2c-bin`\n"));
    let honest = proof.json();
    let manifest_root = inspect(&workspace, &[]).json()["derived_from"]["merkle_root"].as_str().expect("a root").to_owned();
    for (place, value) in [
        ("/leaf_hash", json!("00".repeat(32))),
        ("/path/0/dir", json!(0)),
        ("/path/1/sibling_hash", json!("11".repeat(32))),
        ("/lane_sym", json!("@0")),
        ("/path", json!([])),
    ] {
        let mut forged = honest.clone();
        *forged.pointer_mut(place).expect("a place") = value;
        workspace.write("proof.json", forged.to_string());
        let run = check();
        assert!(run.code == 1 && run.stdout.starts_with("not proved: "), "{place}: {}", run.stdout);
    }
    for (member, truth, other) in [("lane_id", "style@mid", "style@late"), ("merkle_root", manifest_root.as_str(), "00")] {
        for (value, code) in [(truth, 0), (other, 1)] {
            let mut named = honest.clone();
            named[member] = json!(value);
            workspace.write("proof.json", named.to_string());
            assert_eq!(check().code, code, "{member} {value}: {}", check().stdout);
        }
    }
    workspace.write("proof.json", proof.stdout.replacen('{', "{\"lane_sym\": \"@0\",", 1));
    assert_eq!(check().code, 2, "a member that stands there twice says nothing");
    workspace.write("proof.json", "{}");
    assert_eq!(check().code, 2);
    assert_eq!(workspace.lint(&["pack", "prove", "a.v2c-bin", "nobody"]).code, 2);
    let lane = |options: &[&str]| workspace.lint(&[&["pack", "verify", "a.v2c-bin", "--lane", "style@mid"], options].concat());
    assert!(lane(&[]).code == 0 && lane(&[]).stdout.contains("which leads to the root; unsigned"), "{}", lane(&[]).stdout);
    assert_eq!(lane(&["--key", &format!("ed25519:{}", "11".repeat(32))]).code, 1, "a key that was asked for is asked");
    let whole = bytes(&workspace, "a.v2c-bin");
    let mut other_root = whole.clone();
    *other_root.last_mut().expect("a root") ^= 1;
    workspace.write("a.v2c-bin", other_root);
    assert!(lane(&[]).code == 1 && lane(&[]).stdout.contains("which does not lead to the root"), "{}", lane(&[]).stdout);
    workspace.write("a.v2c-bin", whole);
    let hashes = workspace.lint(&["hash", "--format", "json", "a.v2c-bin"]).json();
    let manifest = inspect(&workspace, &[]).json();
    let root = manifest["derived_from"]["merkle_root"].as_str().expect("a root").to_owned();
    assert_eq!(hashes["files"][0]["merkle_root"], json!(format!("sha256:{root}")), "{hashes}");
    assert_eq!(hashes["files"][0]["pack_hash"], hashes["files"][0]["stored_bytes_sha256"], "without a signature the pack is all of it");
    let one = workspace.lint(&["pack", "decode", "a.v2c-bin", "--lane", "style@mid"]).json();
    let all = workspace.lint(&["pack", "decode", "a.v2c-bin"]).json();
    assert_eq!(one["style@mid"], all["style@mid"]);
    assert_eq!((one.as_object().map(|lanes| lanes.len()), all.as_object().map(|lanes| lanes.len())), (Some(1), Some(16)));
}

// rows: D411 D425 D614 D626
#[test]
fn a_signature_is_checked_by_the_keys_of_the_workspace() {
    const PUBLIC: &str = "ed25519:3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29";
    let workspace = compiled(&[]);
    // the private key of 32 zero bytes has the public key above
    workspace.write("private", format!("{}\n", "0".repeat(64)));
    assert_eq!(workspace.lint(&["pack", "sign", "a.v2c-bin", "--key", "private", "-o", "s.v2c-bin"]).code, 0);
    let verify = |options: &[&str]| workspace.lint(&[&["pack", "verify", "s.v2c-bin"], options].concat());
    assert!(verify(&[]).stdout.contains("unverifiable"));
    assert_eq!(verify(&["--key", PUBLIC]).code, 0);
    assert_eq!(workspace.lint(&["pack", "verify", "a.v2c-bin", "--key", PUBLIC]).code, 1, "an unsigned pack is not the key's");
    workspace.write("mx2lm.toml", format!("[keys.\"harbour\"]\npublic = \"{PUBLIC}\"\n"));
    assert!(verify(&[]).stdout.contains("signed by `harbour`"), "{}", verify(&[]).stdout);
    let mut damaged = bytes(&workspace, "s.v2c-bin");
    let last = damaged.len() - 1;
    damaged[last] ^= 1;
    workspace.write("s.v2c-bin", damaged);
    assert_eq!(verify(&["--key", PUBLIC]).code, 1);
    workspace.write("private", "not a key");
    let refused = workspace.lint(&["pack", "sign", "a.v2c-bin", "--key", "private", "-o", "t.v2c-bin"]);
    assert!(refused.code == 2 && !refused.stderr.contains("not a key"), "what the file holds is not repeated");
}

// rows: D595 D610 D612 D618 D627 D673 D674
#[test]
fn two_packs_are_compared_and_merged_by_lane_ids() {
    let workspace = compiled(&[]);
    let other = json!({ "style": vec![0.5; 60], "alpha": vec![0.25; 60] }).to_string();
    workspace.write("other.json", &other);
    assert_eq!(workspace.lint(&["pack", "compile", "other.json", "-o", "b.v2c-bin"]).code, 0);
    let pair = |command: &str| workspace.lint(&["pack", command, "a.v2c-bin", "b.v2c-bin"]);
    assert!(pair("compat").stdout.starts_with("level 2, "), "{}", pair("compat").stdout);
    assert_eq!(workspace.lint(&["pack", "diff", "a.v2c-bin", "a.v2c-bin"]).stdout, "the packs are the same\n");
    let diff = pair("diff");
    assert!(diff.code == 1 && diff.stdout.contains("/lanes/alpha@t0: only the second has it"), "{}", diff.stdout);
    // a manifest that lies changes neither loading nor merging
    workspace.write("a.manifest.json", "{\"schema\": \"asx.pack.manifest.v1\", \"core\": {\"dims\": 3}}");
    let merged = workspace.lint(&["pack", "merge", "a.v2c-bin", "b.v2c-bin", "-o", "m.v2c-bin"]);
    assert_eq!(merged.code, 0, "{}", merged.stderr);
    assert!(merged.stderr.contains("level 2"), "what was done is told: {}", merged.stderr);
    let lanes = |name: &str| workspace.lint(&["pack", "decode", name]).json();
    let (a, b, m) = (lanes("a.v2c-bin"), lanes("b.v2c-bin"), lanes("m.v2c-bin"));
    assert_eq!(m.as_object().map(|lanes| lanes.len()), Some(24));
    assert_eq!(m["policy@t1"], a["policy@t1"]);
    let (from, to) = (b["alpha@t2"][5].as_f64().expect("a weight"), m["alpha@t2"][5].as_f64().expect("a weight"));
    assert!((from - to).abs() < 4e-5, "{from} {to}");
    let refused = workspace.lint(&["pack", "merge", "a.v2c-bin", "b.v2c-bin", "--mode", "blend", "--lambda", "1.5", "-o", "n.v2c-bin"]);
    assert_eq!(refused.code, 2);
    let refused = workspace.lint(&["pack", "merge", "a.v2c-bin", "b.v2c-bin", "--lambda", "0.5", "-o", "n.v2c-bin"]);
    assert!(refused.code == 2 && refused.stderr.contains("--mode blend"), "a share without a blend is not passed over: {}", refused.stderr);
    assert!(!workspace.root().join("n.v2c-bin").exists());
    assert_eq!(workspace.lint(&["pack", "compile", "other.json", "--no-scales", "-o", "n.v2c-bin"]).code, 0);
    let none = workspace.lint(&["pack", "compat", "a.v2c-bin", "n.v2c-bin"]);
    assert!(none.code == 1 && none.stdout.starts_with("level 3, "), "{}", none.stdout);
}

// rows: D273 D429 D442 D670 D671 D672
#[test]
fn compile_tells_what_it_decided_and_what_is_over_budget() {
    let workspace = Workspace::new(&[("s.json", &json!({ "policy": vec![0.5; 300], "attention": vec![0.25; 300] }).to_string())]);
    let run = workspace.lint(&["pack", "compile", "s.json", "-o", "a.v2c-bin", "--explain"]);
    assert_eq!(run.code, 0);
    assert!(run.stderr.contains("interactions: 10 of `policy` with `attention`") && run.stderr.contains("over budget: "), "{}", run.stderr);
    assert!(bytes(&workspace, "a.v2c-bin").len() > 5120);
    let fitting = workspace.lint(&["pack", "compile", "s.json", "-o", "a.v2c-bin", "--fit"]);
    assert_eq!(fitting.stderr, "");
    assert!(bytes(&workspace, "a.v2c-bin").len() <= 5120);
    assert_eq!(workspace.lint(&["pack", "manifest", "a.v2c-bin", "-o", "a.manifest.json"]).code, 0);
    let check = || workspace.lint(&["pack", "manifest", "a.v2c-bin", "--check", "a.manifest.json"]);
    assert_eq!(check().code, 0);
    let generated = workspace.read("a.manifest.json");
    workspace.write("a.manifest.json", generated.replace("\"fold_weight\": 1.3,", "\"fold_weight\": 1.300,"));
    assert_eq!(check().code, 0, "another spelling of a number, as the linter has it");
    for (from, to) in [("{\n  \"schema\"", "\u{feff}{\n  \"schema\""), ("\"core\": {", "\"core\": {}, \"core\": {")] {
        workspace.write("a.manifest.json", generated.replacen(from, to, 1));
        assert_eq!(check().code, 2, "{to}");
    }
    workspace.write("a.manifest.json", generated);
    workspace.write(
        "a.manifest.json",
        workspace
            .read("a.manifest.json")
            .replace("\"count\": 5", "\"count\": 6")
            .replace("\"fold_weight\": 1.3,", "\"fold_weight\": 1.31,"),
    );
    let run = check();
    assert!(run.code == 1 && run.stdout.contains("/lane_classes/policy/fold_weight: 1.31 where the pack says 1.3"), "{}", run.stdout);
    assert_eq!(workspace.lint(&["pack", "plot", "a.v2c-bin", "-o", "a.svg"]).code, 0);
    let picture = workspace.read("a.svg");
    assert!(picture.contains("DICT ") && picture.contains("bytes are left") && picture.contains(">policy@t0<"));
    let input = workspace.read("s.json");
    let run = workspace.lint(&["pack", "compile", "s.json", "-o", "./s.json"]);
    assert!(run.code == 2 && workspace.read("s.json") == input, "the input is not written over: {}", run.stderr);
    assert_eq!(workspace.lint(&["pack", "compile", "s.json", "-o", "b.v2c-bin", "--amp", "policy=1.5"]).code, 2);
    workspace.write("e.svg", "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\"><text>words</text></svg>");
    let run = workspace.lint(&["pack", "compile", "e.svg", "-o", "e.v2c-bin"]);
    assert!(run.code == 0 && run.stderr.contains("`e.svg` has no lanes"), "an empty pack is not made without a word: {}", run.stderr);
    for (text, wanted) in [("[]", "a JSON object"), ("", "empty"), ("\u{feff}{}", "byte order mark")] {
        workspace.write("s.json", text);
        let run = workspace.lint(&["pack", "compile", "s.json", "-o", "b.v2c-bin"]);
        assert!(run.code == 2 && run.stderr.contains(wanted), "{text:?}: {}", run.stderr);
    }
    for text in ["{\"a@b\": []}", "{\"a\": [1, \"x\"]}", "{\"a\": [1e999]}", "{\"a\": 1}", "{\"a\": [], \"a\": []}", "<html/>", "<svg"] {
        workspace.write("s.json", text);
        let run = workspace.lint(&["pack", "compile", "s.json", "-o", "b.v2c-bin"]);
        assert!(run.code == 2 && run.stderr.contains("`s.json`"), "{text}: {}", run.stderr);
    }
    assert!(!workspace.root().join("b.v2c-bin").exists());
}

// rows: D274 D275 D309 D681
#[test]
fn compile_takes_its_windows_from_a_brain() {
    let workspace = Workspace::new(&[("s.json", &streams())]);
    let compile = |options: &[&str]| workspace.lint(&[&["pack", "compile", "s.json", "-o", "a.v2c-bin", "--explain"], options].concat());
    let lanes = || workspace.lint(&["pack", "decode", "a.v2c-bin"]).json().as_object().expect("lanes").keys().cloned().collect::<Vec<_>>();
    workspace.write(
        "brain.xml",
        "<brain><temporal enabled=\"true\" interactions=\"matrix4x4\" a=\"policy\" b=\"style\">\
         <window id=\"t0\" a=\"0\" b=\"0.9\"/><window id=\"t1\" a=\"0.9\" b=\"1\" inclusive=\"true\"/></temporal></brain>",
    );
    let told = compile(&["--windows", "brain.xml"]).stderr;
    assert!(told.contains("windows: 2 (t0 t1)"), "{told}");
    assert!(
        told.contains("interactions: 4 of `policy` with `style`, all of 2 by 2 windows"),
        "the full matrix is asked for by name: {told}"
    );
    assert!(lanes().iter().any(|id| id == "policy@t0__x__style@t1"), "{:?}", lanes());
    assert!(compile(&["--windows", "brain.xml", "--matrix", "upper"]).stderr.contains("interactions: 3 of `policy` with `style`"));
    // what is asked for at the prompt wins
    assert!(compile(&["--windows", "brain.xml", "--b", "policy"]).stderr.contains("of `policy` with `policy`"));
    assert!(!compile(&["--windows", "brain.xml", "--matrix", "none"]).stderr.contains("interactions"));
    workspace.write("brain.xml", "<brain><temporal enabled=\"false\" interactions=\"false\"/></brain>");
    assert!(compile(&["--windows", "brain.xml"]).stderr.contains("windows: none"));
    assert_eq!(lanes(), ["policy", "style"]);
    workspace.write("brain.xml", "<brain><temporal><window id=\"t0\" a=\"0.5\" b=\"0.2\"/></temporal></brain>");
    let refused = compile(&["--windows", "brain.xml"]);
    assert!(refused.code == 2 && refused.stderr.contains("`brain.xml`: /brain/temporal[1]: the window `t0`"), "{}", refused.stderr);
    assert_eq!(compile(&["--windows", "4097"]).code, 2);
}

#[test]
fn the_workspace_says_how_packs_are_compiled_and_the_command_line_wins() {
    let workspace = Workspace::new(&[("in/s.json", &streams())]);
    let compile = |options: &[&str]| workspace.lint(&[&["pack", "compile", "in/s.json", "-o", "a.v2c-bin", "--explain"], options].concat());
    let lanes = || workspace.lint(&["pack", "decode", "a.v2c-bin"]).json().as_object().expect("lanes").keys().cloned().collect::<Vec<_>>();
    workspace
        .write("mx2lm.toml", "[pack]\nwindows = 0\ndims = 24\naudit = false\nfit = true\namp = { policy = 0.5 }\nseed = \"workspace\"\n");
    let run = compile(&[]);
    assert!(run.code == 0 && run.stderr.contains("settings: as `"), "{}", run.stderr);
    assert!(run.stderr.contains("windows: none") && run.stderr.contains("dims: 24, as asked for"), "{}", run.stderr);
    assert_eq!(lanes(), ["policy", "style"]);
    let configured = bytes(&workspace, "a.v2c-bin");
    let by_hand = ["--windows", "0", "--dims", "24", "--no-audit", "--fit", "--amp", "policy=0.5", "--seed", "workspace"];
    workspace.write("mx2lm.toml", "");
    assert!(!compile(&by_hand).stderr.contains("settings"));
    assert_eq!(bytes(&workspace, "a.v2c-bin"), configured, "the file and the options say the same");
    // from a file, whose path counts from the root
    workspace.write("in/brain.xml", "<brain><temporal windows=\"2\" interactions=\"false\"/></brain>");
    workspace.write("mx2lm.toml", "[pack]\nwindows = \"in/brain.xml\"\naudit = false\n");
    assert!(compile(&[]).stderr.contains("windows: 2 (t0 t1)"));
    let run = compile(&["--windows", "3", "--no-audit=false"]);
    assert!(run.stderr.contains("windows: 3 (t0 t1 t2)"), "{}", run.stderr);
    assert!(!inspect(&workspace, &[]).json()["saturation_audit"].is_null(), "`--no-audit=false` takes back what the file says");
    for wrong in ["[pack]\nwidows = 4\n", "[pack]\ndims = 0\n", "[pack\n"] {
        workspace.write("mx2lm.toml", wrong);
        let run = compile(&[]);
        assert!(run.code == 2 && run.stderr.contains("mx2lm.toml"), "{wrong}: {}", run.stderr);
    }
}

// rows: D391 D411 D425
#[test]
fn a_folder_of_packs_is_verified_pack_by_pack() {
    const PUBLIC: &str = "ed25519:3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29";
    let workspace = compiled(&[]);
    let pack = bytes(&workspace, "a.v2c-bin");
    for name in ["all/b.v2c-bin", "all/deep/er/c.v2c-bin"] {
        workspace.write(name, &pack);
    }
    workspace.write("all/not-a-pack.txt", "x");
    let run = workspace.lint(&["pack", "verify", "all", "a.v2c-bin"]);
    let told: Vec<&str> = run.stdout.lines().map(|line| line.split(':').next().unwrap_or_default()).collect();
    assert_eq!((run.code, told), (0, vec!["all/b.v2c-bin", "all/deep/er/c.v2c-bin", "a.v2c-bin", "3 packs"]));
    assert!(run.stdout.ends_with("3 packs: 3 hold, 0 do not\n"));
    let mut damaged = pack.clone();
    let last = damaged.len() - 1;
    damaged[last] ^= 1;
    workspace.write("all/deep/d.v2c-bin", damaged);
    let run = workspace.lint(&["pack", "verify", "--quiet", "all"]);
    assert_eq!((run.code, run.stdout.lines().count()), (1, 2), "{}", run.stdout);
    assert!(run.stdout.starts_with("`all/deep/d.v2c-bin` is no lawful pack: ") && run.stdout.contains("MERKLE"), "{}", run.stdout);
    std::fs::create_dir(workspace.root().join("none")).expect("a folder");
    assert_eq!(workspace.lint(&["pack", "verify", "none"]).code, 2);
    // the keys are those of the workspace above the pack, wherever the program was started
    workspace.write("private", "0".repeat(64));
    workspace.write("mx2lm.toml", format!("[keys.\"harbour\"]\npublic = \"{PUBLIC}\"\n"));
    assert_eq!(workspace.lint(&["pack", "sign", "a.v2c-bin", "--key", "private", "-o", "all/deep/er/c.v2c-bin"]).code, 0);
    let run = run_in(&workspace.root().join("all/deep"), &["pack", "verify", "er/c.v2c-bin"], b"");
    assert!(run.stdout.contains("signed by `harbour`"), "{}", run.stdout);
}

// rows: D442 D612
#[test]
fn a_merged_pack_over_its_budget_names_the_lanes_to_leave_out() {
    let samples = |lane: &str| (0..20).map(|at| (format!("{lane}{at}"), json!(vec![0.5; 9]))).collect::<serde_json::Map<_, _>>();
    let workspace = Workspace::new(&[]);
    for (name, lane) in [("a", "policy"), ("b", "style")] {
        workspace.write(&format!("{name}.json"), Value::Object(samples(lane)).to_string());
        let (from, to) = (format!("{name}.json"), format!("{name}.v2c-bin"));
        assert_eq!(workspace.lint(&["pack", "compile", &from, "--windows", "0", "--dims", "64", "-o", &to]).code, 0);
    }
    let run = workspace.lint(&["pack", "merge", "a.v2c-bin", "b.v2c-bin", "-o", "m.v2c-bin"]);
    let told = run.stderr.lines().find(|line| line.contains("over budget")).expect("40 lanes of 64 slots are over the budget");
    let lanes: Vec<&str> = told.split(' ').filter(|word| word.starts_with("style") || word.starts_with("policy")).collect();
    assert!(lanes.first().is_some_and(|lane| lane.starts_with("style9")), "the last by class and id goes first: {told}");
    // without these it is within the budget, and with one of them more it is not
    let weights = workspace.lint(&["pack", "decode", "m.v2c-bin"]).json();
    let size_without = |gone: &[&str]| {
        let rest = weights.as_object().expect("lanes").keys().filter(|id| !gone.contains(&id.trim_end_matches(',')));
        let rest: serde_json::Map<_, _> = rest.map(|id| (id.clone(), json!([0.5]))).collect();
        workspace.write("rest.json", Value::Object(rest).to_string());
        workspace.lint(&["pack", "compile", "rest.json", "--windows", "0", "--dims", "64", "-o", "rest.v2c-bin"]);
        bytes(&workspace, "rest.v2c-bin").len()
    };
    let lanes: Vec<&str> = lanes.iter().map(|lane| lane.trim_end_matches(',')).collect();
    assert!(size_without(&lanes) <= 5120 && size_without(&lanes[..lanes.len() - 1]) > 5120, "{told}");
}

// rows: D630 D631
#[test]
fn a_manifest_with_a_byte_order_mark_is_told_of_the_mark_alone() {
    let workspace = compiled(&[]);
    assert_eq!(workspace.lint(&["pack", "manifest", "a.v2c-bin", "-o", "a.v2c.manifest.json"]).code, 0);
    assert_eq!(workspace.findings(&["."]), Vec::<Value>::new());
    let text = workspace.read("a.v2c.manifest.json");
    workspace.write("a.v2c.manifest.json", format!("\u{feff}{text}"));
    let found: Vec<Value> = workspace.findings(&["."]).iter().map(|finding| finding["rule"].clone()).collect();
    assert_eq!(found, [json!("syntax/json-byte-order-mark")]);
}
