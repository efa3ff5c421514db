//! `documents RESULTS DOCUMENT…` renews the tables of documents from a file of results.

use std::path::Path;

use sqrt_peers::documents::renew;
use sqrt_peers::report::Results;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (file, documents) = args.split_first().expect("documents RESULTS DOCUMENT…");
    let results = Results::read(Path::new(file));
    documents.iter().for_each(|document| renew(Path::new(document), &results));
}
