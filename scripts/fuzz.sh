#!/usr/bin/env bash
# Fuzzes targets of fuzz/, goes on where earlier runs ended, and says in one line for each what came of it.
#
#   scripts/fuzz.sh [--seconds N] [--jobs N] [--work FOLDER] [--sanitizer NAME] [--trace-compares] [--seeds] [TARGET...]
#   scripts/fuzz.sh --keep [--work FOLDER] TARGET...
#
#   --seconds N       how long each target runs (default 60); 0 only reports
#   --jobs N          how many processes run at a time (default 1); a target that is named twice has two of them
#   --work FOLDER     where corpora, crashes and figures are kept (default: $SQRT_FUZZ_WORK, else target/fuzz)
#   --sanitizer NAME  none (default: all code of ours is safe Rust) or address, which is half as fast
#   --trace-compares  let libFuzzer see the operands of comparisons, which finds magic numbers and is several times slower
#   --seeds           begin with the inputs of the tests, too; needs a build of the tests
#   --keep            instead of fuzzing, put the smallest part of the found corpus that covers as much into fuzz/corpus/TARGET
#
# Without TARGET: all. Exits with 1 if any target ever crashed, ran out of memory or time in this work folder.
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=60 jobs=1 work=${SQRT_FUZZ_WORK:-target/fuzz} sanitizer=none compares=--no-trace-compares seeds= keep= targets=()
while [ $# -gt 0 ]; do
    case $1 in
        --seconds) seconds=$2; shift 2 ;;
        --jobs) jobs=$2; shift 2 ;;
        --work) work=$2; shift 2 ;;
        --sanitizer) sanitizer=$2; shift 2 ;;
        --trace-compares) compares=; shift ;;
        --seeds) seeds=1; shift ;;
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

# Puts the smallest part of all inputs that covers as much into fuzz/corpus/TARGET.
keep() {
    local target=$1 small=$work/$1/small arguments
    rm -rf "$small" && mkdir -p "$small" "fuzz/corpus/$target"
    mapfile -t arguments < <(settings "$target")
    "$binaries/$target" "${arguments[@]}" -merge=1 "$small" "fuzz/corpus/$target" "$work/$target/corpus" > /dev/null 2>&1
    rm -f "fuzz/corpus/$target"/*
    cp "$small"/* "fuzz/corpus/$target/"
    echo "$target: $(find "$small" -type f | wc -l) inputs, $(du -cb "$small"/* | tail -n 1 | cut -f 1) bytes"
}

[ "$seconds" -eq 0 ] && [ -z "$keep" ] || build
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
