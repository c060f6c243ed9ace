// SPDX-License-Identifier: Apache-2.0

package probe

// The flags fix everything that could make two machines produce different
// bytes: compiler and strip by version, instruction set, include order. The
// two idirafter folders hold asm/types.h on Debian's two architectures.

//go:generate go tool bpf2go -cc clang-14 -strip llvm-strip-14 -target amd64,arm64 -no-global-types -type nl_record -type nl_kind -type nl_dir -type nl_verdict -type nl_flag -type nl_loss -type nl_limit -type nl_task -type nl_owner -type nl_who -type nl_full -type nl_chunk -type nl_config -type nl_comm -type nl_lock_key -type nl_lock_row -type nl_plane -type nl_row_flag -type nl_what -type nl_row -type nl_about -type nl_brief -type nl_knows -type nl_args -type nl_process -type nl_alive -type nl_home -type nl_named -type nl_trigger -type nl_waits -type nl_settled -type nl_route -type nl_told -type nl_unheard fentry ../../bpf/fentry.bpf.c -- -Wall -Wextra -Werror -mcpu=v2 -idirafter /usr/include/x86_64-linux-gnu -idirafter /usr/include/aarch64-linux-gnu
//go:generate go tool bpf2go -cc clang-14 -strip llvm-strip-14 -target amd64,arm64 -no-global-types kprobe ../../bpf/kprobe.bpf.c -- -Wall -Wextra -Werror -mcpu=v2 -idirafter /usr/include/x86_64-linux-gnu -idirafter /usr/include/aarch64-linux-gnu
