// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"fmt"
	"os"
	"os/exec"
	"slices"
	"testing"
)

// Only events of nltops that are gone are removed.
func TestLeftReturns(t *testing.T) {
	gone := exec.Command("true")
	if err := gone.Run(); err != nil {
		t.Fatal(err)
	}
	text := fmt.Sprintf(`p:kprobes/myprobe netlink_sendmsg
r1024:nltop_%[1]d_0123456789abcdef/netlink_sendmsg netlink_sendmsg
r1024:nltop_%[2]d_0123456789abcdef/netlink_sendmsg netlink_sendmsg
p:nltop_%[1]d_0123456789abcdef/netlink_dump netlink_dump
r1024:nltop_%[1]d_0123456789abcdef/netlink_dump netlink_dump arg=$retval
r:nltop_x_1/a a
r:nltop_%[1]d_1 a
r:nltop__1/a a
r:nltop_-1_1/a a
r:nltop_0_1/a a
r:nltopped_%[1]d_1/a a

r`, gone.Process.Pid, os.Getpid())
	want := []string{
		fmt.Sprintf("nltop_%d_0123456789abcdef/netlink_sendmsg", gone.Process.Pid),
		fmt.Sprintf("nltop_%d_0123456789abcdef/netlink_dump", gone.Process.Pid),
	}
	if got := leftReturns([]byte(text)); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := leftReturns(nil); got != nil {
		t.Errorf("nothing: %q", got)
	}
}
