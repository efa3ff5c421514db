//! The two groups of tables: what runs, and behind it what only explanations need.
//!
//! The compiler emits explanations last, so their procedures, code and source positions are the ends of tables that they
//! share with the rest. Invariant: where these are divided follows from the tables alone ([`Division::of`]), and whatever is
//! read is refused if it was divided elsewhere, so that a program has one image.

use super::error::ImageError;
use super::sections::{SectionReader, SectionWriter, Table, describe_field, extend, write_records};
use crate::bytecode::explanations::ExplanationTables;
use crate::bytecode::program::Program;

/// Lists the tables of a program, each in its group: a table that is added to the program is added here.
macro_rules! groups {
    (first { $($first:ident),* $(,)? } divided { $($divided:ident),* $(,)? } second { $($second:ident),* $(,)? }) => {
        /// How many records of each table that both groups have a part of are in the first.
        #[derive(Debug, PartialEq, Eq)]
        pub(super) struct Division {
            $($divided: usize,)*
        }

        impl Division {
            /// All records are in the first group.
            pub(super) fn whole(program: &Program) -> Division {
                Division { $($divided: program.$divided.len()),* }
            }
        }

        pub(super) fn write_program(program: &Program, division: &Division, out: &mut SectionWriter) {
            // No table but these.
            let Program { $($first,)* $($divided,)* $($second: _),* } = program;
            $(Table::write($first, stringify!($first), out);)*
            $(write_records($divided.get(..division.$divided).unwrap_or_default(), out);)*
        }

        pub(super) fn write_explanations(program: &Program, division: &Division, out: &mut SectionWriter) {
            $(write_records(program.$divided.get(division.$divided..).unwrap_or_default(), out);)*
            $(Table::write(&program.$second, stringify!($second), out);)*
        }

        /// The program without what the second group adds.
        pub(super) fn read_program(sections: &mut SectionReader<'_>) -> Result<Program, ImageError> {
            Ok(Program {
                $($first: Table::read(stringify!($first), sections)?,)*
                $($divided: Table::read(stringify!($divided), sections)?,)*
                $($second: ExplanationTables::default(),)*
            })
        }

        /// Adds what is in the second group.
        pub(super) fn read_explanations(
            program: &mut Program,
            sections: &mut SectionReader<'_>,
        ) -> Result<(), ImageError> {
            $(extend(&mut program.$divided, stringify!($divided), sections)?;)*
            $(program.$second = Table::read(stringify!($second), sections)?;)*
            Ok(())
        }

        impl Program {
            /// Gives back the memory that its tables have beyond their records: what grew while it was made.
            pub fn shrink_to_fit(&mut self) {
                let Program { $($first,)* $($divided,)* $($second,)* } = self;
                $(Table::shrink($first);)*
                $(Table::shrink($divided);)*
                $(Table::shrink($second);)*
            }
        }

        /// Appends the sections of both groups.
        pub(super) fn describe(out: &mut String) {
            *out += "group of the program\n";
            $(describe_field(|program: Program| program.$first, stringify!($first), out);)*
            $(describe_field(|program: Program| program.$divided, stringify!($divided), out);)*
            *out += "group of the explanations\n";
            $(describe_field(|program: Program| program.$divided, stringify!($divided), out);)*
            $(describe_field(|program: Program| program.$second, stringify!($second), out);)*
        }
    };
}

groups! {
    first {
        text,
        strings,
        tags,
        args,
        late_args,
        tools,
        names,
        scalars,
        const_sets,
        word_pool,
        element_sets,
        string_pool,
        number_pool,
        number_ranges,
        date_ranges,
        sized_texts,
        pattern_pool,
        patterns,
        automata,
        files,
        blocks,
        dispatch,
        rules,
        settings,
    }
    divided { procedures, code, code_positions, positions }
    second { explanations }
}

impl Division {
    /// Where the tables of a program are divided: at its first procedure of explanations.
    pub(super) fn of(program: &Program) -> Division {
        let procedures = &program.procedures;
        let first = procedures.iter().enumerate().find(|(_, procedure)| procedure.explains);
        let Some((first, procedure)) = first else { return Division::whole(program) };
        let code = (procedure.code.start as usize).min(program.code.len());
        let runs = &program.code_positions;
        let code_positions = runs.iter().position(|&(first, _)| first as usize >= code).unwrap_or(runs.len());
        let named = runs.iter().take(code_positions).map(|&(_, position)| position as usize + 1).max();
        let positions = named.unwrap_or(0).min(program.positions.len());
        Division { procedures: first, code, code_positions, positions }
    }

    /// Makes sure that this is how the program is divided.
    pub(super) fn check(&self, program: &Program) -> Result<(), ImageError> {
        if *self == Division::of(program) {
            Ok(())
        } else {
            Err(ImageError::malformed("header", "program and explanations are divided at another place"))
        }
    }
}
