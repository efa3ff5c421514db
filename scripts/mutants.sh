#!/usr/bin/env bash
# Mutation testing of the code that everything rests on, with cargo-mutants: see README.md beside this file.
set -euo pipefail

usage() {
    cat <<'END'
usage: mutants.sh [--shard K/N] [--again] [--list] [FILE…]
  --shard K/N  only the mutants number K, K+N, K+2N … (K from 0)
  --again      try those again that were missed or took too long
  --list       try nothing, only sum up what is known
  FILE         only mutants of these files (vm/src/decision.rs)
END
}

# The areas, and the files that are theirs. This list is the only one.
areas() {
    cat <<'END'
decision vm/src/decision.rs vm/src/engine.rs vm/src/engine/*.rs vm/src/branching.rs vm/src/prepare.rs
metadata vm/src/metadata/*.rs vm/src/metadata/*/*.rs vm/src/exec/sets.rs
reading vm/src/value/leaves.rs vm/src/value/equality.rs vm/src/exec/questions.rs vm/src/exec/ops.rs vm/src/automata/element.rs
limits vm/src/limits.rs vm/src/limits/*.rs vm/src/value/check.rs vm/src/value/measure.rs vm/src/work.rs
verifier vm/src/bytecode/verify/*.rs vm/src/bytecode/verify/*/*.rs
END
}

# Runs a test binary for `cargo test`: first the recording, then the unit tests of the crate, up to the first failure.
# Left out are the long ones of parts that are not mutated.
run_tests() {
    local binary=$1
    # A mutant that never stops allocating must not take the machine with it.
    ulimit -v 6291456
    # Only nightly's harness can stop at the first failure, or what claims to be one.
    export RUSTC_BOOTSTRAP=1 RUST_BACKTRACE=0 PROPTEST_CASES=32 PROPTEST_MAX_SHRINK_ITERS=0
    "$binary" -Z unstable-options --fail-fast --ignored replay::
    exec "$binary" -Z unstable-options --fail-fast \
        --skip every_changed_byte --skip every_flipped_byte --skip bytecode::names --skip live::model \
        --skip dispatch::tests::agrees --skip dispatch::tests::the_work \
        --skip automata::tests::tables_agree --skip automata::text_set_tests:: --skip datetime:: --skip pattern::tests \
        --skip a_good_part_of_the_random_programs
}

if [ "${1-}" = --run-tests ]; then
    run_tests "$2"
fi

shard=0 shards=1 again=no only_list=no files=()
while [ $# -gt 0 ]; do
    case $1 in
        --shard)
            [[ ${2-} =~ ^([0-9]+)/([1-9][0-9]*)$ ]] || { usage >&2; exit 2; }
            shard=${BASH_REMATCH[1]} shards=${BASH_REMATCH[2]}
            shift ;;
        --again) again=yes ;;
        --list) only_list=yes ;;
        --help) usage; exit 0 ;;
        -*) usage >&2; exit 2 ;;
        *) files+=("$1") ;;
    esac
    shift
done

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)/$(basename "${BASH_SOURCE[0]}")
cd "$(dirname "$here")/.."
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}
work=$CARGO_TARGET_DIR/mutants
equivalent=$PWD/tests/data/mutants/equivalent.txt
mkdir -p "$work"
touch "$work/outcomes"

# What cargo-mutants said in its last run, which may have been interrupted, goes into `outcomes`: a line of file hash,
# outcome and mutant for each, the last one being right.
ingest() {
    [ -d "$work/mutants.out" ] || return 0
    for outcome in caught missed timeout unviable; do
        if [ -f "$work/mutants.out/$outcome.txt" ]; then
            awk -v outcome="$outcome" 'NR == FNR { hash[$2] = $1; next }
                { file = $0; sub(/:.*/, "", file); print hash[file] "\t" outcome "\t" $0 }' \
                "$work/hashes" "$work/mutants.out/$outcome.txt" >>"$work/outcomes"
        fi
    done
    rm -rf "$work/mutants.out" "$work/mutants.out.old"
}

# A copy of the tree that nobody else uses, always in the same place so that builds stay incremental.
copy_tree() {
    rm -rf "$work/tree"
    mkdir -p "$work/tree"
    git ls-files -z --cached --others --exclude-standard |
        tar --create --null --ignore-failed-read --files-from - 2>/dev/null | tar --extract --directory "$work/tree"
    (cd "$work/tree" && find vm/src -name '*.rs' -exec sha256sum {} +) | awk '{ print $1, $2 }' >"$work/hashes"
}

# The mutants of an area, or of those of its files that were asked for.
list_area() {
    local globs=() glob
    for glob in "$@"; do globs+=(--file "$glob"); done
    # What only writes a page is no part of the verifier.
    globs+=(--exclude vm/src/bytecode/verify/reference.rs)
    (cd "$work/tree" && cargo mutants --list --colors never --no-config --package sqrt-vm "${globs[@]}") |
        { if [ ${#files[@]} -gt 0 ]; then grep -F "$(printf '%s:\n' "${files[@]}")" || true; else cat; fi; }
}

ingest
copy_tree
set -f
areas | while read -r area globs; do
    # shellcheck disable=SC2086 # several globs
    list_area $globs | awk -v area="$area" '{ print area "\t" $0 }'
done >"$work/all"
set +f
awk -v shard="$shard" -v shards="$shards" '(NR - 1) % shards == shard' "$work/all" >"$work/wanted"

# Those of the shard of which nothing is known for the file as it is.
awk -F '\t' -v again="$again" '
    FILENAME ~ /hashes$/ { split($0, part, " "); hash[part[2]] = part[1]; next }
    FILENAME ~ /outcomes$/ { known[$1, $3] = $2; next }
    {
        file = $2; sub(/:.*/, "", file)
        outcome = known[hash[file], $2]
        if (outcome == "" || (again == "yes" && (outcome == "missed" || outcome == "timeout"))) print $2
    }' "$work/hashes" "$work/outcomes" "$work/wanted" >"$work/open"

if [ "$only_list" = no ] && [ -s "$work/open" ]; then
    echo "$(wc -l <"$work/open") of $(wc -l <"$work/wanted") mutants are to be tried"
    cargo run --quiet --package sqrt-tests --bin record -- "$work/recording"
    host=$(rustc -vV | sed -n 's/^host: //p' | tr 'a-z-' 'A-Z_')
    export "CARGO_TARGET_${host}_RUNNER=$here --run-tests" SQRT_RECORDING=$work/recording
    export CARGO_PROFILE_DEV_DEBUG=0 CARGO_PROFILE_TEST_DEBUG=0
    cd "$work/tree"
    cargo test --quiet --package sqrt-vm --lib --no-run
    started=$SECONDS
    cargo test --quiet --package sqrt-vm --lib >"$work/baseline" 2>&1 || { cat "$work/baseline"; exit 1; }
    took=$((SECONDS - started))
    {
        echo 'examine_re = ['
        sed "s/[][\\.*^\$()+?{}|]/\\\\&/g; s/.*/'''^&\$''',/" "$work/open"
        echo ']'
    } >"$work/config.toml"
    # The files too: cargo-mutants tries mutants of fields of structs whatever expressions it is given.
    mapfile -t in_files < <(sed 's/:.*//' "$work/open" | sort -u)
    # Missed mutants are no failure of this script; it sums them up.
    cargo mutants --config "$work/config.toml" "${in_files[@]/#/--file=}" --in-place --output "$work" \
        --package sqrt-vm --baseline skip --timeout $((60 + 4 * took)) --no-shuffle --caught --unviable \
        --colors never -- --lib || true
    ingest
fi

# The sums. Mutants of the same words in a file are told apart by numbers, because lines come and go.
awk -F '\t' '
    FILENAME ~ /hashes$/ { split($0, part, " "); hash[part[2]] = part[1]; next }
    FILENAME ~ /outcomes$/ { known[$1, $3] = $2; next }
    FILENAME ~ /equivalent.txt$/ { if ($0 ~ /^vm\//) equivalent[$0] = 1; next }
    {
        file = $2; sub(/:.*/, "", file)
        words = $2; sub(/^[^:]*:[0-9]+:[0-9]+/, file, words)
        if (++same[words] > 1) words = words " #" same[words]
        if (!($1 in mutants)) order[++areas] = $1
        mutants[$1]++
        outcome = known[hash[file], $2]
        if (outcome == "missed" && words in equivalent) outcome = "equivalent"
        if (outcome == "") outcome = "open"
        count[$1, outcome]++
        if (outcome == "missed" || outcome == "timeout") survivors[++survived] = outcome ": " words " (" $2 ")"
    }
    END {
        for (i = 1; i <= areas; i++) {
            area = order[i]
            caught = count[area, "caught"] + count[area, "timeout"]
            viable = caught + count[area, "missed"]
            printf "%s: %d mutants, %d viable: %d caught, %d of them by timeout, %d missed: %.1f %%; %d equivalent, %d do not build, %d not tried\n",
                area, mutants[area], viable, caught, count[area, "timeout"], count[area, "missed"],
                viable ? 100 * caught / viable : 0, count[area, "equivalent"], count[area, "unviable"], count[area, "open"]
        }
        for (i = 1; i <= survived; i++) print survivors[i]
    }' "$work/hashes" "$work/outcomes" "$equivalent" "$work/all"
