//! The language server on standard input and output.

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const USAGE: &str = "mx2lm-lsp: language server for object authors, on standard input and output

usage: mx2lm-lsp [--stdio]
       mx2lm-lsp --version | --help

Editors start it; see `editors/` for how. Settings live in `mx2lm.toml` of the workspace.";

fn main() -> ExitCode {
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            // what editors add to say how they talk to a server and who they are
            "--stdio" => {}
            other if other.starts_with("--clientProcessId=") => {}
            "--version" | "-V" => return say(concat!("mx2lm-lsp ", env!("CARGO_PKG_VERSION"))),
            "--help" | "-h" => return say(USAGE),
            other => {
                eprintln!("mx2lm-lsp: unknown option `{other}`; it takes `--stdio`, `--version` and `--help`");
                return ExitCode::from(2);
            }
        }
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("mx2lm-lsp: cannot start: {error}");
            return ExitCode::from(2);
        }
    };
    let orderly = runtime.block_on(mx2lm_lsp::server::run(tokio::io::stdin(), tokio::io::stdout()));
    // a read of standard input may still be waiting: it must not keep the process
    runtime.shutdown_background();
    if orderly { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn say(text: &str) -> ExitCode {
    use std::io::Write;
    match writeln!(std::io::stdout(), "{text}") {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::from(2),
    }
}
