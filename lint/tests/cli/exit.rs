//! Exit codes: 0 nothing at error level, 1 findings, 2 could not run.

use std::process::Stdio;

use crate::{descriptor, lawful, program, run_in, untrue};

#[test]
fn a_lawful_workspace_exits_0() {
    let run = lawful().lint(&[]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{}", run.stdout);
    assert!(run.stdout.contains("no findings in"), "{}", run.stdout);
}

#[test]
fn an_untrue_hash_exits_1() {
    let workspace = untrue();
    for arguments in [&[][..], &["."], &["check"], &["check", "a.object.json"], &["--quiet"]] {
        let run = workspace.lint(arguments);
        assert_eq!(run.code, 1, "{arguments:?}: {}{}", run.stdout, run.stderr);
    }
}

#[test]
fn warnings_count_only_when_asked() {
    // The same id twice with equal hashes is a warning (`DECISIONS` 41).
    let workspace = lawful();
    workspace.write("b.object.json", descriptor(None));
    assert_eq!(workspace.lint(&[]).code, 0);
    assert_eq!(workspace.lint(&["--max-warnings", "1"]).code, 0);
    assert_eq!(workspace.lint(&["--max-warnings", "0"]).code, 1);
    assert_eq!(workspace.lint(&["--strict"]).code, 1);
    workspace.write("mx2lm.toml", "strict = true\n");
    assert_eq!(workspace.lint(&[]).code, 1);
}

#[test]
fn what_cannot_run_exits_2_and_says_why_in_a_line() {
    let workspace = lawful();
    workspace.write("broken.toml", "strict = \n");
    for arguments in [
        &["no/such/folder"][..],
        &["--config", "no-such.toml"],
        &["--config", "broken.toml"],
        &["canon", "no-such.json"],
        &["hash", "no-such.json"],
        &["rule", "object/no-such-rule"],
        &["schema", "no-such-kind"],
        &["init"],
        &["--output-file", "no/such/folder/report", "."],
    ] {
        let run = workspace.lint(arguments);
        assert_eq!(run.code, 2, "{arguments:?}: {}{}", run.stdout, run.stderr);
        assert_eq!(run.stderr.lines().count(), 1, "{arguments:?}: {}", run.stderr);
        assert_eq!(run.stdout, "", "{arguments:?}");
    }
}

#[test]
fn a_bad_option_exits_2() {
    let workspace = lawful();
    for arguments in [&["--no-such-option"][..], &["--format", "yaml"], &["--threads", "0"], &["--stdin"], &["--max-warnings", "-1"]] {
        let run = workspace.lint(arguments);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(run.stderr.starts_with("error:"), "{arguments:?}: {}", run.stderr);
    }
}

#[test]
fn a_configuration_that_is_no_toml_exits_2() {
    let workspace = lawful();
    workspace.write("mx2lm.toml", "strict = = true\n");
    let run = workspace.lint(&[]);
    assert_eq!(run.code, 2, "{}{}", run.stdout, run.stderr);
    assert_eq!(run.stderr.lines().count(), 1, "{}", run.stderr);
    assert!(run.stderr.contains("mx2lm.toml"), "{}", run.stderr);
}

#[test]
fn help_and_version_exit_0() {
    let folder = std::env::temp_dir();
    for arguments in [&["--help"][..], &["--version"], &["help"], &["check", "--help"], &["help", "fix"]] {
        let run = run_in(&folder, arguments, b"");
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{arguments:?}");
        assert!(!run.stdout.is_empty(), "{arguments:?}");
    }
}

#[cfg(unix)]
#[test]
fn an_unreadable_path_is_a_finding_on_the_walk_and_exit_2_when_named() {
    use std::os::unix::fs::PermissionsExt;
    let workspace = lawful();
    workspace.write("secret.object.json", "{}");
    let path = workspace.root().join("secret.object.json");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).expect("our own file");
    if std::fs::read(&path).is_ok() {
        return; // The superuser reads everything.
    }
    let run = workspace.lint(&["--format", "json"]);
    assert_eq!(run.code, 1);
    assert!(run.stdout.contains("secret.object.json"));
    assert_eq!(workspace.lint(&["secret.object.json"]).code, 2);
}

#[cfg(unix)]
#[test]
fn what_is_neither_file_nor_folder_cannot_be_checked() {
    let workspace = lawful();
    let socket = std::os::unix::net::UnixListener::bind(workspace.root().join("x.object.json")).expect("a socket");
    assert_eq!(workspace.lint(&["."]).code, 0, "on the walk it is no object");
    let run = workspace.lint(&["x.object.json"]);
    assert_eq!((run.code, run.stderr.lines().count()), (2, 1), "{}", run.stderr);
    drop(socket);
}

#[test]
fn a_closed_pipe_is_silent() {
    let workspace = untrue();
    for arguments in [&["."][..], &["--format", "json"], &["rule", "--all"], &["eval"], &["--help"]] {
        let mut command = program();
        command.args(arguments).current_dir(workspace.root()).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the program starts");
        drop(child.stdout.take());
        if arguments == ["eval"] {
            use std::io::Write;
            let mut stdin = child.stdin.take().expect("it was asked for");
            // The program may have gone already.
            let _ = stdin.write_all(b"{}\n{}\n");
        }
        let output = child.wait_with_output().expect("the program ends");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{arguments:?}");
        assert!(matches!(output.status.code(), Some(0 | 1)), "{arguments:?}: {:?}", output.status);
    }
}
