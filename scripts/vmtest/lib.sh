# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
#
# What the scripts of the kernel lab share: messages, the cache's place and the
# check for tools. Sourced, not run.

# Exit statuses of the lab itself; anything else is the command's own.
# shellcheck disable=SC2034 # used by the scripts that source this file
readonly EX_USAGE=2 EX_UNSERVED=3 EX_TIMELIMIT=124 EX_LAB=125

say() { printf 'vmtest: %s\n' "$*" >&2; }

# die STATUS MESSAGE...
die() {
	local status=$1
	shift
	say "$@"
	exit "$status"
}

cache_dir() {
	printf '%s\n' "${NLTOP_VMCACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/nltop/vmtest}"
}

# need TOOL...: sbin is looked at too, an ordinary user's PATH often lacks it.
need() {
	local tool missing=()
	[[ :$PATH: == *:/usr/sbin:* ]] || PATH=$PATH:/usr/sbin:/sbin
	for tool in "$@"; do
		command -v "$tool" >/dev/null || missing+=("$tool")
	done
	[[ ${#missing[@]} -eq 0 ]] || die "$EX_LAB" "missing: ${missing[*]} (scripts/vmtest/deps installs or names the packages)"
}

# static_busybox prints the path of a busybox that runs without libraries: it is
# the only program in the initramfs.
static_busybox() {
	local path
	for path in $(type -ap busybox) /bin/busybox /usr/lib/initramfs-tools/bin/busybox; do
		[[ -x $path ]] || continue
		# ldd fails on a program that needs no loader.
		if ! ldd "$path" >/dev/null 2>&1; then
			readlink -f "$path"
			return
		fi
	done
	die "$EX_LAB" "no static busybox (scripts/vmtest/deps installs or names the packages)"
}
