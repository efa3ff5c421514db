//! `sqrt compile`: policies in, an image out, as a whole or not at all.

use std::path::Path;

use sqrt_vm::policy::Policy;

use crate::args::CompileArgs;
use crate::input;
use crate::limits;
use crate::output::{Failure, Output, Status, Stop, tell_failure};
use crate::program::{PolicyInputs, cannot_run};
use crate::replace::{replace_file, same_file};

/// Compiles the policy and writes its image.
pub(crate) fn run(args: &CompileArgs, output: &mut Output) -> Result<(), Stop> {
    let inputs = args.policies.iter().chain(&args.settings.x_policy);
    input::stdin_at_most_once(inputs.clone())?;
    let target = &args.output;
    if input::is_stdin(target) {
        let failure = Failure::new("`-` is standard input, and an image is written to a file");
        return Err(failure.help("name the file after `-o` (`./-` is a file called `-`)").into());
    }
    for input in inputs {
        if !input::is_stdin(input) && same_file(input, target) {
            let failure =
                Failure::new(format!("the image would replace its source {}", input::quoted(input)));
            return Err(failure.help("give `-o` another name, such as one that ends in `.sqrtc`").into());
        }
    }
    let limits = limits::asked(&args.limits)?;
    let Some(inputs) = PolicyInputs::read(&args.policies, args.settings.x_policy.as_deref(), limits, output)?
    else {
        return Ok(());
    };
    if let Some(image) = inputs.image() {
        let name = input::quoted(Path::new(&image.name));
        let failure = Failure::new(format!("{name} is a compiled image already"));
        return Err(failure.help("compile the policy files that it was made from").into());
    }
    let Some(program) = inputs.program(&args.settings, !args.no_explanations, output)? else { return Ok(()) };
    let image = program.to_image();
    // What cannot be loaded is not written.
    if let Err(error) = Policy::load_with_explanations(&image, limits) {
        tell_failure(&cannot_run(&error));
        output.worsen(Status::NotFine);
        return Ok(());
    }
    replace_file(target, &image)?;
    Ok(())
}
