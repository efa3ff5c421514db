//! Writes a recording of the engine's answers, which `scripts/mutants.sh` replays: `record FILE`.

use sqrt_tests::recording::Recording;
use std::process::ExitCode;

fn main() -> ExitCode {
    let Some(path) = std::env::args_os().nth(1) else {
        eprintln!("usage: record FILE");
        return ExitCode::from(2);
    };
    let written = Recording::new().and_then(|recording| {
        std::fs::write(&path, recording.bytes()).map_err(|error| error.to_string())?;
        Ok(recording)
    });
    match written {
        Ok(recording) => {
            println!("recorded {} lines of {} policies", recording.lines, recording.policies);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
