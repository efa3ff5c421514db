//! Which tests are to run: by parts of their names, and by their tags.

use sqrt_authoring::nearest::{nearest, nearest_part};
use sqrt_authoring::testing::Case;
use sqrt_vm::visible::quote;

use crate::args::TestArgs;
use crate::output::Failure;

/// The tests that are asked for.
pub(crate) struct Selection<'a> {
    filters: Vec<String>,
    tags: &'a [String],
}

impl<'a> Selection<'a> {
    pub(crate) fn new(args: &'a TestArgs) -> Self {
        Self { filters: args.filters.iter().map(|filter| filter.to_lowercase()).collect(), tags: &args.tags }
    }

    /// Whether a case is to run: its name fits one of the filters, and it has one of the tags, where there are some.
    pub(crate) fn has(&self, case: &Case) -> bool {
        let name = case.name.to_lowercase();
        (self.filters.is_empty() || self.filters.iter().any(|filter| fits(filter, &name)))
            && (self.tags.is_empty() || case.tags.iter().any(|tag| self.tags.contains(tag)))
    }

    /// A filter with a mistake must not look like tests that pass. `all` are the tests that could have been chosen.
    pub(crate) fn nothing_chosen(&self, all: &[Case]) -> Failure {
        if self.filters.is_empty() && self.tags.is_empty() {
            return Failure::new("there are no tests in these files");
        }
        let near_filters = self.filters.iter().filter_map(|filter| {
            let is_wrong = !all.iter().any(|case| fits(filter, &case.name.to_lowercase()));
            nearest_part(filter.trim_matches('*'), all.iter().map(|case| case.name.as_str()))
                .filter(|_| is_wrong)
        });
        let near_tags = self.tags.iter().filter_map(|tag| {
            let tags = || all.iter().flat_map(|case| &case.tags).map(String::as_str);
            nearest(tag, tags()).filter(|near| near != tag && !tags().any(|other| other == tag))
        });
        let near: Vec<String> = near_filters.chain(near_tags).map(quote).collect();
        let meant = match near.as_slice() {
            [] => String::new(),
            [one] => format!("is {one} meant? "),
            several => format!("are {} meant? ", several.join(" and ")),
        };
        Failure::new("no test is called so, or has such a tag").help(format!(
            "{meant}`sqrt test --list` names the tests; a filter is a part of a name, and `*` stands for any text"
        ))
    }
}

/// Whether the parts of a filter between its `*` are in the name, one after the other.
fn fits(filter: &str, name: &str) -> bool {
    let mut rest = name;
    filter.split('*').all(|part| match rest.split_once(part) {
        Some((_, after)) => {
            rest = after;
            true
        }
        None => part.is_empty(),
    })
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn a_filter_is_a_part_of_the_name() {
        for filter in ["", "*", "mail", "leaves", "mail*house", "*the*", "the house"] {
            assert!(fits(filter, "mail leaves the house"), "{filter}");
        }
        for filter in ["post", "house*mail", "the*the", "leaves  the"] {
            assert!(!fits(filter, "mail leaves the house"), "{filter}");
        }
    }
}
