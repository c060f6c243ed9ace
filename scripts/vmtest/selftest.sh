#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# selftest.sh [--fetch] [KERNEL...]
#
# Proves what scripts/vmtest/run promises, on each kernel (default: all four):
# exit status, output byte by byte, directory and environment, the results
# folder, a host root that stays as it is, modules on demand, BTF, the time
# limit. On the first kernel also: panic, signals, kill -9, and go test -exec
# where go is at hand. With --fetch, instead: the cache, from the archive, with
# two callers at once, and a signature that does not verify.
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
# shellcheck source=scripts/vmtest/lib.sh
. "$here/lib.sh"
need pgrep cmp setpriv

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
failed=0 passed=0

ok() {
	passed=$((passed + 1))
	printf 'ok    %-7s %s\n' "$kernel" "$1"
}

bad() {
	failed=$((failed + 1))
	printf 'FAIL  %-7s %s\n' "$kernel" "$1"
}

# check WHAT COMMAND...
check() {
	local what=$1
	shift
	if "$@"; then ok "$what"; else bad "$what"; fi
}

equal() {
	[[ $1 == "$2" ]] || { printf '      have %q\n      want %q\n' "$1" "$2" && false; }
}

# Our guests alone: others may be running theirs. A killed process stays in the
# table until its new parent reaps it, but has no command line any more.
none_left() {
	for _ in {1..50}; do
		pgrep -f "qemu-system-x86_64.*$tmp/|tail.*$tmp/" >/dev/null || return 0
		sleep 0.1
	done
	pgrep -af "$tmp/"
	return 1
}

# What runs in the guest of test_command: one line per fact, and two floods.
write_guest_script() {
	cat >"$1" <<-'GUEST'
		say() { echo "$*" >>"$VMTEST_RESULTS/facts"; }
		say "pwd=$(pwd)"
		say "env=$NLTOP_SELFTEST"
		say "uid=$(id -u)"
		say "release=$(uname -r)=$VMTEST_RELEASE"
		say "args=$#:$1:$2"
		echo changed >"$HOST_FILE" && say "overlay=$(cat "$HOST_FILE")"
		: >"$HOST_FILE.new"
		for m in nlmon netlink_diag nf_tables nf_conntrack_netlink wireguard dummy veth bridge vxlan; do
			modprobe "$m" && [ -d "/sys/module/$m" ] && say "module=$m"
		done
		ip link add nlmon0 type nlmon && say "autoload=$(ip -o link show nlmon0 | wc -l)"
		[ -s /sys/kernel/btf/vmlinux ] && say btf
		[ -r "/boot/config-$(uname -r)" ] && say config
		ip -o link show up dev lo | grep -q LOOPBACK,UP && say loopback
		for m in /proc:proc /sys:sysfs /sys/fs/cgroup:cgroup2fs /sys/kernel/debug:debugfs \
			/sys/kernel/tracing:tracefs /sys/fs/bpf:bpf_fs /dev/pts:devpts /dev/shm:tmpfs /run:tmpfs; do
			say "mount=${m%:*}=$(stat -f -c %T "${m%:*}")"
		done
		grep -q . && say "stdin is not empty"
		sleep 1000 & # must not hold the output open
		cat blob
		cat blob >&2
		echo last
		exit 37
	GUEST
}

test_command() {
	local work="$tmp/a dir, it's" results="$tmp/results-$kernel" status=0 have want
	mkdir -p "$work"
	head -c 1048576 /dev/urandom >"$work/blob"
	write_guest_script "$work/guest.sh"
	echo original >"$tmp/host"
	status=0
	(cd "$work" && HOST_FILE=$tmp/host NLTOP_SELFTEST=$'two\nlines \'"' TMPDIR=$tmp \
		"$here/run" -v -k "$kernel" -t 300 -o "$results" -- sh ./guest.sh "an arg" '*' >"$tmp/out" 2>"$tmp/err") || status=$?
	grep '^vmtest: .* was ready' "$tmp/err" || true

	check "exit status" equal "$status" 37
	check "1 MiB on stdout" cmp "$tmp/out" <(cat "$work/blob" && echo last)
	check "1 MiB on stderr" cmp <(head -c 1048576 "$tmp/err") "$work/blob"
	check "no QEMU left" none_left
	check "the host's file unchanged" equal "$(<"$tmp/host")" original
	check "no new file on the host" test ! -e "$tmp/host.new"

	have=$(cat "$results/facts") || true
	release=$(<"$("$here/kernel" "$kernel")/release")
	want="pwd=$work"$'\nenv=two\nlines \'"\nuid=0\n'"release=$release=$release"$'\nargs=2:an arg:*\noverlay=changed'
	for m in nlmon netlink_diag nf_tables nf_conntrack_netlink wireguard dummy veth bridge vxlan; do
		want+=$'\n'"module=$m"
	done
	want+=$'\nautoload=1\nbtf\nconfig\nloopback\nmount=/proc=proc\nmount=/sys=sysfs\nmount=/sys/fs/cgroup=cgroup2fs'
	want+=$'\nmount=/sys/kernel/debug=debugfs\nmount=/sys/kernel/tracing=tracefs\nmount=/sys/fs/bpf=bpf_fs'
	want+=$'\nmount=/dev/pts=devpts\nmount=/dev/shm=tmpfs\nmount=/run=tmpfs'
	check "results folder, directory, environment, overlay, modules, BTF, mounts" equal "$have" "$want"
}

test_limit() {
	local status=0
	TMPDIR=$tmp "$here/run" -k "$kernel" -t 20 -- sh -c 'echo up; sleep 1000' >"$tmp/out" 2>"$tmp/err" || status=$?
	check "time limit: status" equal "$status" 124
	check "time limit: message names kernel, command and console" \
		grep -qzE "time limit of 20 s reached on kernel $kernel .*sh -c echo up; sleep 1000.*from its console:.*  [|] " "$tmp/err"
	check "time limit: no QEMU left" none_left
}

test_panic() {
	local status=0
	TMPDIR=$tmp "$here/run" -k "$kernel" -- sh -c 'echo c >/proc/sysrq-trigger' >"$tmp/out" 2>"$tmp/err" || status=$?
	check "panic: status" equal "$status" 125
	check "panic: message and console" grep -qz "panicked, for: sh -c echo c.*Kernel panic - not syncing" "$tmp/err"
	check "panic: no QEMU left" none_left
}

# test_signal SIGNAL STATUS
test_signal() {
	local status=0 run
	: >"$tmp/out"
	# bash starts its background jobs with SIGINT ignored, which no script can undo.
	TMPDIR=$tmp env --default-signal=INT "$here/run" -k "$kernel" -- sh -c 'echo up; sleep 1000' >"$tmp/out" 2>"$tmp/err" &
	run=$!
	until grep -q up "$tmp/out" || ! kill -0 $run 2>/dev/null; do sleep 0.1; done
	check "SIG$1: the guest was up" grep -q up "$tmp/out"
	kill -s "$1" $run
	wait $run 2>/dev/null || status=$?
	check "SIG$1: status" equal "$status" "$2"
	check "SIG$1: no QEMU left" none_left
	[[ $1 == KILL ]] || check "SIG$1: no temporary folder left" test -z "$(find "$tmp" -maxdepth 1 -name 'vmtest.*')"
}

# A tree as dpkg -x leaves it.
test_path() {
	local kdir release tree=$tmp/unpacked
	kdir=$(readlink -f "$("$here/kernel" "$kernel")")
	release=$(<"$kdir/release")
	mkdir -p "$tree/boot" "$tree/usr/lib/modules"
	ln -s "$kdir/vmlinuz" "$tree/boot/vmlinuz-$release"
	ln -s "$kdir/lib/modules/$release" "$tree/usr/lib/modules/$release"
	check "-k PATH" equal "$("$here/run" -k "$tree" -- sh -c 'uname -r; modprobe nlmon && echo nlmon')" "$release"$'\nnlmon'
	rm -r "$("$here/kernel" "$tree")"
}

test_icount() {
	check "--icount: one processor" equal "$("$here/run" -k "$kernel" --icount -- nproc)" 1
}

test_go() {
	command -v go >/dev/null || { say "no go, so go test -exec is not tried" && return; }
	mkdir -p "$tmp/pkg/testdata"
	echo content >"$tmp/pkg/testdata/file"
	printf 'module m\n' >"$tmp/pkg/go.mod"
	cat >"$tmp/pkg/m_test.go" <<-'GO'
		package m

		import (
			"os"
			"testing"
		)

		func TestGuest(t *testing.T) {
			if b, err := os.ReadFile("testdata/file"); err != nil || string(b) != "content\n" {
				t.Fatalf("read testdata: %q, %v", b, err)
			}
			if os.Getenv("VMTEST") != "1" {
				t.Fatal("not in the guest")
			}
			os.WriteFile(os.Getenv("VMTEST_RESULTS")+"/go", []byte(t.TempDir()), 0o644)
		}

		func TestFails(t *testing.T) { t.Fail() }
	GO
	# go does without a toolchain or network of its own here.
	local go=(env GOFLAGS=-mod=mod GOTOOLCHAIN=local GOWORK=off VMTEST_RESULTS="$tmp/gores" go test -exec "$here/run -k $kernel --")
	check "go test -exec passes" go_in_pkg "${go[@]}" -run TestGuest .
	check "go test -exec: results folder" test -s "$tmp/gores/go"
	check "go test -exec fails" not go_in_pkg "${go[@]}" -run TestFails .
}

go_in_pkg() { (cd "$tmp/pkg" && "$@" >"$tmp/go.log" 2>&1); }
not() { ! "$@"; }

# The cache itself, from the archive.
test_fetch() {
	local status=0 first second removed=/usr/share/keyrings/debian-archive-removed-keys.gpg
	export NLTOP_VMCACHE=$tmp/cache
	"$here/kernel" "$kernel" >"$tmp/first" 2>"$tmp/first.err" &
	first=$!
	"$here/kernel" "$kernel" >"$tmp/second" 2>"$tmp/second.err" &
	second=$!
	check "two callers at once" wait $first
	check "two callers at once, the other" wait $second
	check "both have the same" cmp "$tmp/first" "$tmp/second"
	check "fetched once" equal "$(cat "$tmp"/{first,second}.err | grep -c 'vmtest: fetching')" 1
	check "offline from the cache" equal "$(APT_CONFIG=/nonexistent http_proxy=http://127.0.0.1:9 "$here/kernel" "$kernel")" "$(<"$tmp/first")"
	check "nothing left behind" test -z "$(find "$NLTOP_VMCACHE" -maxdepth 1 -name 'work.*')"

	# A keyring that did not sign this archive: nothing may come in.
	[[ -r $removed ]] || { say "no $removed, so a wrong keyring is not tried" && return; }
	mkdir -p "$tmp/etc/sources.list.d"
	"$here/kernel" --print-sources |
		awk -F'\t' -v k="$removed" '{ printf "deb [signed-by=%s] %s %s main\n", k, $2, $1 }' >"$tmp/etc/sources.list"
	printf 'Dir::Etc "%s/etc";\nDir::Etc::parts "/etc/apt/apt.conf.d";\n' "$tmp" >"$tmp/apt.conf"
	export NLTOP_VMCACHE=$tmp/cache2
	APT_CONFIG=$tmp/apt.conf "$here/kernel" "$kernel" >"$tmp/out" 2>"$tmp/err" || status=$?
	check "wrong keyring: status" equal "$status" 125
	check "wrong keyring: says so" grep -qiE 'NO_PUBKEY|not signed|verif' "$tmp/err"
	check "wrong keyring: no kernel" test ! -e "$NLTOP_VMCACHE/$kernel"
}

fetch=''
if [[ ${1:-} == --fetch ]]; then
	fetch=yes
	shift
fi
[[ $# -gt 0 ]] || if [[ -n $fetch ]]; then set -- 6.1; else set -- 5.10 6.1 6.12 newest; fi

first=yes
for kernel in "$@"; do
	if [[ -n $fetch ]]; then
		test_fetch
		continue
	fi
	status=0
	"$here/kernel" "$kernel" >/dev/null || status=$?
	if [[ $status -eq 3 ]]; then
		printf 'skip  %-7s not served by the archive\n' "$kernel"
		continue
	fi
	check "kernel in the cache" equal "$status" 0
	test_command
	test_limit
	if [[ -n $first ]]; then
		first=''
		test_panic
		test_signal TERM 143
		test_signal INT 130
		test_signal KILL 137
		test_path
		test_icount
		test_go
	fi
done
printf '%d passed, %d failed\n' "$passed" "$failed"
[[ $failed -eq 0 && $passed -gt 0 ]]
