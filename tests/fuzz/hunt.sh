#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Lets libFuzzer look for inputs that break a fuzz target, under AddressSanitizer and UndefinedBehaviorSanitizer.
# usage: hunt.sh FOLDER SECONDS [TARGET ...]     FOLDER is for the build and for what is found; without TARGET: all of them
#
# Each target gets so many seconds, one after the other, from the corpus of the tests on. What breaks one is left in
# FOLDER/found; what reaches new code in FOLDER/grown/TARGET, minimised, to be looked through and taken over by hand.
set -eu
src=$(cd "$(dirname "$0")/../.." && pwd)
[ $# -ge 2 ] || { sed -n '4s/^# //p' "$0" >&2; exit 2; }
mkdir -p "$1"
folder=$(cd "$1" && pwd)
seconds=$2
shift 2
[ $# -gt 0 ] || set -- $(cd "$src/tests/fuzz" && ls fuzz_*.c | sed 's/^fuzz_\(.*\)\.c$/\1/')
sanitize="-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer -DFLOWD_SANITIZED"

cd "$folder"
[ -e Makefile ] || "$src/configure" -q CC="${FUZZ_CC:-clang}" CFLAGS="-O1 -g" >configure.log
programs=
for target; do programs="$programs tests/fuzz/hunt_$target"; done
# shellcheck disable=SC2086 # one word each
make -s -j"$(nproc)" SANITIZE="-fsanitize=fuzzer-no-link $sanitize" $programs >build.log 2>&1 || {
	tail -n 20 build.log >&2
	exit 1
}

passed=0
failed=0
for target; do
	mkdir -p "found/$target" "work/$target" "grown/$target"
	log=found/$target.log
	# The system's own allocations at start-up are nobody's leak; those of an input are.
	if "tests/fuzz/hunt_$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=4096 \
		-print_final_stats=1 -artifact_prefix="found/$target/" "work/$target" \
		"$src/tests/fuzz/corpus/$target" >"$log" 2>&1; then
		passed=$((passed + 1))
		"tests/fuzz/hunt_$target" -merge=1 -max_len=4096 "grown/$target" "$src/tests/fuzz/corpus/$target" \
			"work/$target" >"$log.merge" 2>&1 || true
		runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
		echo "$target: nothing in ${runs:-?} runs; $(ls "grown/$target" | wc -l) inputs reach all that was reached"
	else
		failed=$((failed + 1))
		echo "$target: broken, see $folder/$log"
		grep -E '^(==|SUMMARY|.*runtime error|.*Assertion)' "$log" | tail -n 5
	fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
