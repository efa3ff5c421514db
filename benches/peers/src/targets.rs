//! The targets beside what a run measured: each is a figure of the results, or the worst of several, and a bound for it.

use serde_json::Value;

use crate::report::{Results, figure};

/// What a figure must not pass.
enum Bound {
    AtMost(f64),
    AtLeast(f64),
}

/// What a figure is of.
#[derive(Clone, Copy)]
enum Of {
    Ratio,
    /// Of these units.
    Unit(&'static str),
}

/// One target.
struct Target {
    name: &'static str,
    bound: Bound,
    of: Of,
    /// The figures, by what each is about; the worst of them counts.
    figures: Vec<(String, f64)>,
}

/// The table.
pub(crate) fn targets(results: &Results) -> String {
    let figures = Figures(results);
    let mut text = "| | target | measured | |\n| --- | ---: | ---: | --- |\n".to_owned();
    for target in all(&figures) {
        text.push_str(&target.row());
    }
    text
}

impl Target {
    fn row(&self) -> String {
        let Target { name, ref bound, of, ref figures } = *self;
        let worse = |one: f64, other: f64| match bound {
            Bound::AtMost(_) => one > other,
            Bound::AtLeast(_) => one < other,
        };
        let worst = figures.iter().reduce(|worst, it| if worse(it.1, worst.1) { it } else { worst });
        let show = |number: f64| match of {
            Of::Ratio => format!("{} ×", figure(number)),
            Of::Unit(unit) => format!("{} {unit}", figure(number)),
        };
        let (limit, words) = match *bound {
            Bound::AtMost(limit) => (limit, "at most"),
            Bound::AtLeast(limit) => (limit, "at least"),
        };
        let Some((about, number)) = worst else {
            return format!("| {name} | {words} {} | – | |\n", show(limit));
        };
        let verdict = if worse(*number, limit) { "**missed**" } else { "met" };
        let about = if figures.len() > 1 { format!(" ({about})") } else { String::new() };
        format!("| {name} | {words} {} | {}{about} | {verdict} |\n", show(limit), show(*number))
    }
}

/// Figures out of results. What was not measured is left out.
struct Figures<'r>(&'r Results);

impl Figures<'_> {
    fn case(&self, kind: &str, name: &str) -> Option<&Value> {
        self.0.cases(kind).find(|(case, _)| *case == name).map(|(_, result)| result)
    }

    /// The rows of a case and a competitor.
    fn rows(&self, kind: &str, case: &str, competitor: &str) -> Vec<&Value> {
        let rows = self.case(kind, case).and_then(|result| result["rows"].as_array());
        rows.into_iter().flatten().filter(|row| row["competitor"] == competitor).collect()
    }

    /// The time of a competitor with an input, or with the only one it takes.
    fn ns(&self, case: &str, competitor: &str, input: &str) -> Option<f64> {
        let rows = self.rows("times", case, competitor);
        let row = rows.iter().find(|row| row["input"] == input).or(rows.first())?;
        row["ns"].as_f64()
    }

    /// In each case, one time for another.
    fn ratios<'n>(
        &self,
        cases: impl IntoIterator<Item = &'n str>,
        one: impl Fn(&str) -> Option<f64>,
        other: impl Fn(&str) -> Option<f64>,
    ) -> Vec<(String, f64)> {
        let ratio = |case: &'n str| Some((case.to_owned(), one(case)? / other(case)?));
        cases.into_iter().filter_map(ratio).collect()
    }

    /// Our engine for the bound.
    fn of_bound<'n>(
        &self,
        cases: impl IntoIterator<Item = &'n str>,
        bound: &str,
        input: &str,
    ) -> Vec<(String, f64)> {
        self.ratios(cases, |case| self.ns(case, "sqrt", input), |case| self.ns(case, bound, input))
    }

    /// The best engine of others for ours.
    fn of_peers<'n>(&self, cases: impl IntoIterator<Item = &'n str>) -> Vec<(String, f64)> {
        let best = |case: &str| {
            let peers = ["cel", "regorus", "cedar"];
            peers.into_iter().filter_map(|peer| self.ns(case, peer, "ready")).reduce(f64::min)
        };
        self.ratios(cases, best, |case| self.ns(case, "sqrt", "ready"))
    }

    /// What a case has of something, in a unit.
    fn amount(&self, case: &str, competitor: &str, amount: &str) -> Option<f64> {
        let of_unit = self.case("times", case)?["unit"][amount].as_f64()?;
        Some(of_unit / self.ns(case, competitor, "strings")?)
    }

    /// Bytes that a loaded policy holds.
    fn held(&self, case: &str, competitor: &str) -> Option<f64> {
        self.rows("allocations", case, competitor).first()?["held"].as_f64()
    }

    /// How much more two threads do than one.
    fn scaling(&self, case: &str, competitor: &str) -> Option<f64> {
        let ns = &self.rows("times", case, competitor).first()?["ns"];
        Some(ns[0].as_f64()? / ns[1].as_f64()?)
    }

    /// All allocations of ours while deciding.
    fn allocations(&self) -> Vec<(String, f64)> {
        let mut all = Vec::new();
        for (case, result) in self.0.cases("allocations").filter(|(case, _)| !case.starts_with("Load")) {
            let rows = result["rows"].as_array().into_iter().flatten();
            let ours = rows.filter(|row| row["competitor"].as_str().is_some_and(|it| it.starts_with("sqrt")));
            all.extend(ours.filter_map(|row| Some((case.to_owned(), row["allocations"].as_f64()?))));
        }
        all
    }
}

const W1: [&str; 2] = ["W1 email, allowed", "W1 email, denied"];
const W2: [&str; 3] = ["W2 order, last fires", "W2 order, none fires", "W2 order, first fires"];
const RANDOM: [&str; 4] = [
    "W3 dispatch 100, random",
    "W3 dispatch 1000, random",
    "W3 dispatch 10000, random",
    "W3 dispatch 100000, random",
];
const THREADS: [&str; 3] =
    ["Threads: W1 email, denied", "Threads: W2 order, none fires", "Threads: W3 dispatch 1000, exact"];
const PLAIN: [&str; 2] = ["Load plain 1000, denied", "Load plain 100000, denied"];
const TOOLS: &str = "Load 10000, exact";

fn all(figures: &Figures<'_>) -> Vec<Target> {
    let mut all = decisions(figures);
    all.extend(dispatch_and_updates(figures));
    all.extend(values(figures));
    all.extend(policies(figures));
    all
}

fn target(name: &'static str, bound: Bound, of: Of, figures: Vec<(String, f64)>) -> Target {
    Target { name, bound, of, figures }
}

fn decisions(figures: &Figures<'_>) -> Vec<Target> {
    let small = || W1.into_iter().chain(W2);
    let ours = |case: &str| figures.ns(case, "sqrt", "ready");
    let over =
        |other: &'static str| figures.ratios(small(), ours, |case: &str| figures.ns(case, other, "ready"));
    vec![
        target(
            "W1 and W2, names resolved ahead: of the bound",
            Bound::AtMost(1.5),
            Of::Ratio,
            figures.of_bound(small(), "bound, DFA", "ready"),
        ),
        target("The same: of plain Rust", Bound::AtMost(1.0), Of::Ratio, over("plain Rust")),
        target("The same: of wirefilter", Bound::AtMost(1.0), Of::Ratio, over("wirefilter")),
        target(
            "W1 and W2, from strings: of the bound",
            Bound::AtMost(1.5),
            Of::Ratio,
            figures.of_bound(small(), "bound, DFA", "strings"),
        ),
        target(
            "W1: the best of cedar, regorus and cel takes",
            Bound::AtLeast(40.0),
            Of::Ratio,
            figures.of_peers(W1),
        ),
        target("W2: the same", Bound::AtLeast(100.0), Of::Ratio, figures.of_peers(W2)),
        target(
            "W3 of 10,000 tools: the same",
            Bound::AtLeast(10_000.0),
            Of::Ratio,
            figures.of_peers(["W3 dispatch 10000, exact", "W3 dispatch 10000, pattern"]),
        ),
        target(
            "Allocations of a call, all workloads",
            Bound::AtMost(0.0),
            Of::Unit("allocations"),
            figures.allocations(),
        ),
    ]
}

fn dispatch_and_updates(figures: &Figures<'_>) -> Vec<Target> {
    let growth = ["exact", "pattern", "unknown"].into_iter().filter_map(|tool| {
        let at = |tools: u32| figures.ns(&format!("W3 dispatch {tools}, {tool}"), "sqrt", "strings");
        Some((tool.to_owned(), at(100_000)? / at(100)?))
    });
    let threads = THREADS.into_iter().filter_map(|case| {
        let bound = ["bound, DFA", "bound"].into_iter().find_map(|bound| figures.scaling(case, bound))?;
        Some((case.to_owned(), figures.scaling(case, "sqrt")? / bound))
    });
    vec![
        target(
            "W3, one tool again and again: 100,000 tools, of 100",
            Bound::AtMost(1.2),
            Of::Ratio,
            growth.collect(),
        ),
        target(
            "W3, tools at random: of the bound",
            Bound::AtMost(1.5),
            Of::Ratio,
            figures.of_bound(RANDOM, "bound, trie", "strings"),
        ),
        target(
            "Updates of small sets: of the bound",
            Bound::AtMost(2.0),
            Of::Ratio,
            figures.of_bound(["Updates 3, allowed", "Updates 100, allowed"], "bound", "strings"),
        ),
        target("Two threads: of the bound's scaling", Bound::AtLeast(0.95), Of::Ratio, threads.collect()),
    ]
}

fn values(figures: &Figures<'_>) -> Vec<Target> {
    let speed = |cases: &[&str]| -> Vec<(String, f64)> {
        let speed = |case: &&str| Some(((*case).to_owned(), figures.amount(case, "sqrt", "bytes")?));
        cases.iter().filter_map(speed).collect()
    };
    let near = ["Long 50 words, near misses", "Long 10000 words, near misses"];
    let dense = figures.ratios(
        near,
        |case| figures.amount(case, "sqrt", "bytes"),
        |case| figures.amount(case, "bound, DFA", "bytes"),
    );
    let json = "JSON, 1 KiB";
    let scanned = figures.ns(json, "scan for validity", "strings");
    let most = scanned.map_or(1000.0, |scan| (3.0 * scan).max(1000.0));
    let call = figures.ns(json, "sqrt", "strings").map(|ns| (json.to_owned(), ns));
    let eval = "Eval, 100000 small calls";
    let lines = figures.amount(eval, "sqrt", "lines").map(|lines| (eval.to_owned(), lines * 1e3));
    vec![
        target(
            "Long values, ordinary text",
            Bound::AtLeast(1.0),
            Of::Unit("GB/s"),
            speed(&["Long 50 words, ordinary", "Long 10000 words, ordinary", "Long 10000 strings, ordinary"]),
        ),
        target("Long values, near misses: of a dense automaton", Bound::AtLeast(0.9), Of::Ratio, dense),
        target(
            "From 1 KiB of JSON: 1 µs, or 3 × scanning for validity",
            Bound::AtMost(most),
            Of::Unit("ns"),
            call.into_iter().collect(),
        ),
        target(
            "`sqrt eval`, small calls of a file",
            Bound::AtLeast(1.0),
            Of::Unit("M lines/s"),
            lines.into_iter().collect(),
        ),
    ]
}

fn policies(figures: &Figures<'_>) -> Vec<Target> {
    let speed = |case: &'static str| {
        let bytes = figures.amount(case, "sqrt, text", "text")?;
        Some((case.to_owned(), bytes * 1e3))
    };
    let ms = |case: &str, competitor| figures.ns(case, competitor, "strings");
    let (image, text) = (ms(TOOLS, "sqrt, image"), ms(TOOLS, "sqrt, text"));
    let one = |figure: Option<f64>| figure.map(|figure| (TOOLS.to_owned(), figure)).into_iter().collect();
    let size = figures.case("allocations", TOOLS).and_then(|result| result["unit"]["image"].as_f64());
    let held = figures.held(TOOLS, "sqrt, image");
    let ratio = |one: Option<f64>, other: Option<f64>| Some(one? / other?);
    vec![
        target(
            "Compile and load, text without patterns",
            Bound::AtLeast(20.0),
            Of::Unit("MB/s"),
            PLAIN.into_iter().filter_map(speed).collect(),
        ),
        target(
            "Compile and load 10,000 tools: of the bound's load",
            Bound::AtMost(1.5),
            Of::Ratio,
            one(ratio(text, ms(TOOLS, "bound, DFA"))),
        ),
        target(
            "Load the image of 10,000 tools",
            Bound::AtMost(3.0),
            Of::Unit("ms"),
            one(image.map(|ns| ns / 1e6)),
        ),
        target("The same: compiling takes", Bound::AtLeast(10.0), Of::Ratio, one(ratio(text, image))),
        target(
            "Memory of a loaded policy of 10,000 tools: of its image",
            Bound::AtMost(1.5),
            Of::Ratio,
            one(ratio(held, size)),
        ),
        target("The same", Bound::AtMost(8.0), Of::Unit("MB"), one(held.map(|bytes| bytes / 1e6))),
    ]
}
