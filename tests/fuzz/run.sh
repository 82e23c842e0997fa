#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Shows each fuzz target its corpus. usage: run.sh FOLDER_OF_THE_PROGRAMS CORPUS
passed=0
failed=0
for program in "$1"/fuzz_*; do
	case $program in *.o | *.c) continue ;; esac
	[ -x "$program" ] || continue
	name=${program##*/fuzz_}
	if out=$("$program" "$2/$name" 2>&1); then
		n=${out##*
}
		n=${n%% *}
		passed=$((passed + n))
	else
		echo "$name: $out"
		failed=$((failed + 1))
	fi
done
[ $passed -gt 0 ] || failed=$((failed + 1))
echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
