#!/usr/bin/env bash
# Fuzzes targets of fuzz/, goes on where earlier runs ended, and says in one line for each what came of it.
#
#   scripts/fuzz.sh [--seconds N] [--jobs N] [--work FOLDER] [--sanitizer NAME] [--trace-compares] [--seeds] [--no-build] [TARGET...]
#   scripts/fuzz.sh --keep [--most N] [--work FOLDER] [--no-build] TARGET...
#
#   --seconds N       how long each target runs (default 60); 0 only reports
#   --jobs N          how many processes run at a time (default 1); a target that is named twice has two of them
#   --work FOLDER     where corpora, crashes and figures are kept (default: $SQRT_FUZZ_WORK, else target/fuzz)
#   --sanitizer NAME  none (default: all code of ours is safe Rust) or address, which is half as fast
#   --trace-compares  let libFuzzer see the operands of comparisons, which finds magic numbers and is several times slower
#   --seeds           begin with the inputs of the tests, too; needs a build of the tests
#   --no-build        run what was built before
#   --keep            instead of fuzzing, put a small part of the found corpus into fuzz/corpus/TARGET
#   --most N          how many inputs to keep at most (default 60)
#
# Without TARGET: all. Exits with 1 if any target ever crashed, ran out of memory or time in this work folder.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=60 jobs=1 work=${SQRT_FUZZ_WORK:-target/fuzz} sanitizer=none compares=--no-trace-compares seeds= keep= build=1 most=60 targets=()
while [ $# -gt 0 ]; do
    case $1 in
        --seconds) seconds=$2; shift 2 ;;
        --jobs) jobs=$2; shift 2 ;;
        --work) work=$2; shift 2 ;;
        --sanitizer) sanitizer=$2; shift 2 ;;
        --trace-compares) compares=; shift ;;
        --seeds) seeds=1; shift ;;
        --most) most=$2; shift 2 ;;
        --no-build) build=; shift ;;
        --keep) keep=1; shift ;;
        -h | --help) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p}' "$0"; exit 0 ;;
        -*) echo "unknown option $1; --help shows them" >&2; exit 2 ;;
        *) targets+=("$1"); shift ;;
    esac
done
mapfile -t known < <(cut -f 1 fuzz/targets.tsv)
[ ${#targets[@]} -gt 0 ] || targets=("${known[@]}")
for target in "${targets[@]}"; do
    grep -q "^$target	" fuzz/targets.tsv || { echo "no target is called $target; there are: ${known[*]}" >&2; exit 2; }
done
mkdir -p "$work"
work=$(cd "$work" && pwd)
host=$(rustc -vV | sed -n 's/^host: //p')
binaries=$work/build-$sanitizer/$host/release
export PATH=$work/tools/bin:$PATH

# Builds the named targets at once, or all of them.
build() {
    cargo +nightly --version > /dev/null 2>&1 || rustup toolchain install nightly --profile minimal
    command -v cargo-fuzz > /dev/null || cargo install cargo-fuzz --locked --version '^0.13' --root "$work/tools"
    local options=(--sanitizer "$sanitizer" --codegen-units 16 --target-dir "$work/build-$sanitizer") target
    [ -z "$compares" ] || options+=("$compares")
    if [ "$(printf '%s\n' "${targets[@]}" | sort -u | wc -l)" -eq ${#known[@]} ]; then
        cargo +nightly fuzz build "${options[@]}"
    else
        for target in $(printf '%s\n' "${targets[@]}" | sort -u); do
            cargo +nightly fuzz build "${options[@]}" "$target"
        done
    fi
}

# The settings of a target, as arguments of libFuzzer.
settings() {
    local longest dictionary
    IFS=$'\t' read -r _ longest dictionary < <(grep "^$1	" fuzz/targets.tsv)
    printf '%s\n' "-max_len=$longest" -timeout=20 -rss_limit_mb=2048
    [ "$dictionary" = - ] || printf '%s\n' "-dict=fuzz/dictionaries/$dictionary.dict"
}

# Runs a target in one process and adds a line to its runs: executions, seconds, seconds of CPU, cov, ft.
fuzz() {
    local target=$1 folder=$work/$1 log arguments inputs
    mkdir -p "$folder/corpus" "$folder/artifacts" "$folder/logs"
    log=$folder/logs/$(date +%Y%m%dT%H%M%S).$2
    mapfile -t arguments < <(settings "$target")
    inputs=("$folder/corpus")
    for extra in "fuzz/corpus/$target" "fuzz/regressions/$target" "$work/seeds/$target"; do
        [ ! -d "$extra" ] || inputs+=("$extra")
    done
    local TIMEFORMAT='%R %U %S'
    { time "$binaries/$target" "${arguments[@]}" "-max_total_time=$seconds" -print_final_stats=1 \
        "-artifact_prefix=$folder/artifacts/" "${inputs[@]}" > "$log" 2>&1; } 2> "$log.time" || true
    awk -v time="$(cat "$log.time")" '
        /^stat::number_of_executed_units:/ { executions = $2 }
        { for (at = 1; at < NF; at++) { if ($at == "cov:") cov = $(at + 1); if ($at == "ft:") ft = $(at + 1) } }
        END { split(time, part, " "); printf "%d\t%.1f\t%.1f\t%d\t%d\n", executions, part[1], part[2] + part[3], cov, ft }
    ' "$log" >> "$folder/runs.tsv"
    rm "$log.time"
}

# One line of what all runs of a target came to.
report() {
    local folder=$work/$1 crashes
    crashes=$(find "$folder/artifacts" -type f ! -name 'slow-unit-*' 2> /dev/null | wc -l)
    awk -F '\t' -v name="$1" -v crashes="$crashes" -v corpus="$(find "$folder/corpus" -type f 2> /dev/null | wc -l)" '
        { executions += $1; cpu += $3; if ($4 > cov) cov = $4; if ($5 > ft) ft = $5 }
        END { printf "%-18s %12d executions %9.0f s of CPU  cov %6d  ft %7d  corpus %6d  crashes %d\n",
              name, executions, cpu, cov, ft, corpus, crashes }
    ' "$folder/runs.tsv" 2> /dev/null || echo "$1: no runs"
    [ "$crashes" -eq 0 ]
}

# Where a target crashed, and how to go on from there.
tell_crashes() {
    local file
    find "$work/$1/artifacts" -type f ! -name 'slow-unit-*' | sort | head -n 10 | while read -r file; do
        echo "  show it:      cargo +nightly fuzz run --sanitizer $sanitizer $1 $file"
        echo "  make it small: cargo +nightly fuzz tmin --sanitizer $sanitizer $1 $file"
    done
    echo "  then keep it as fuzz/regressions/$1/WHAT-IT-SHOWS; cargo test -p sqrt-tests --test fuzz_corpora replays it"
}

# Puts a small part of all inputs that takes as many edges into fuzz/corpus/TARGET: some of every length, 24 kB at most.
keep() {
    local target=$1 small=$work/$1/small arguments inputs=()
    for extra in "fuzz/corpus/$target" "$work/seeds/$target" "$work/$target/corpus"; do
        [ ! -d "$extra" ] || inputs+=("$extra")
    done
    rm -rf "$small" && mkdir -p "$small" "fuzz/corpus/$target"
    mapfile -t arguments < <(settings "$target")
    "$binaries/$target" "${arguments[@]}" -set_cover_merge=1 -use_counters=0 "$small" "${inputs[@]}" \
        > "$work/$target/keep.log" 2>&1
    rm -f "fuzz/corpus/$target"/*
    local every=$(($(find "$small" -type f | wc -l) / most + 1))
    find "$small" -type f -printf '%s\t%f\n' | sort -n | awk -F '\t' -v every="$every" '
        NR % every == 0 && (bytes += $1) <= 24000 { print $2 }
    ' | while read -r name; do cp "$small/$name" "fuzz/corpus/$target/"; done
    echo "$target: $(find "fuzz/corpus/$target" -type f | wc -l) of $(find "$small" -type f | wc -l) inputs"
}

if [ -n "$build" ] && { [ "$seconds" -gt 0 ] || [ -n "$keep" ]; }; then build; fi
if [ -n "$keep" ]; then
    for target in "${targets[@]}"; do keep "$target"; done
    exit 0
fi
if [ -n "$seeds" ]; then
    SQRT_FUZZ_SEEDS=$work/seeds cargo test -q -p sqrt-tests --test fuzz_corpora seeds_are_written
fi
# An interrupt ends the running targets, which say what they did.
trap 'seconds=0' INT
if [ "$seconds" -gt 0 ]; then
    number=0
    for target in "${targets[@]}"; do
        while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do wait -n || true; done
        [ "$seconds" -gt 0 ] || break
        number=$((number + 1))
        fuzz "$target" $number &
    done
    wait || true
fi
echo
failed=0
for target in $(printf '%s\n' "${targets[@]}" | awk '!seen[$0]++'); do
    report "$target" || { failed=1; tell_crashes "$target"; }
done
exit $failed
