// SPDX-License-Identifier: Apache-2.0

package probe

// The flags are those of gen.go.

//go:generate go tool bpf2go -cc clang-14 -strip llvm-strip-14 -target amd64,arm64 -no-global-types -type symbols_one symbols ../../bpf/symbols.bpf.c -- -Wall -Wextra -Werror -mcpu=v2 -idirafter /usr/include/x86_64-linux-gnu -idirafter /usr/include/aarch64-linux-gnu
