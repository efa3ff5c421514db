//! Counting allocations, and naming the places that make them.

use serde_json::Value;

/// How often memory was allocated, or allocated anew, on any thread.
pub(crate) fn allocations(run: impl FnOnce()) -> u64 {
    let _profiler = dhat::Profiler::builder().testing().build();
    run();
    dhat::HeapStats::get().total_blocks
}

/// The places that allocate, each with its callers in our crates, most often first.
pub(crate) fn places(run: impl FnOnce()) -> String {
    let mut profiler = dhat::Profiler::builder().trim_backtraces(None).build();
    run();
    let report = profiler.drop_and_get_memory_output();
    // It has been dropped as far as it knows, and panics when it is dropped again.
    std::mem::forget(profiler);
    let report: Value = serde_json::from_str(&report).expect("a report of dhat");
    let frames: Vec<_> =
        report["ftbl"].as_array().expect("frames").iter().filter_map(Value::as_str).collect();
    let mut points: Vec<_> = report["pps"].as_array().expect("points").iter().collect();
    points.sort_by_key(|point| std::cmp::Reverse(point["tbk"].as_u64()));
    let line = |point: &&Value| {
        let stack = point["fs"].as_array().into_iter().flatten().filter_map(Value::as_u64);
        let ours =
            stack.filter_map(|frame| frames.get(frame as usize)).filter(|frame| frame.contains("sqrt_"));
        let ours: Vec<_> =
            ours.take(6).map(|frame| frame.split_once(": ").map_or(*frame, |(_, frame)| frame)).collect();
        format!("    {} times: {}", point["tbk"], ours.join("\n        "))
    };
    points.iter().take(5).map(line).collect::<Vec<_>>().join("\n")
}
