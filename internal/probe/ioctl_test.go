// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// A request is a plain number, or one that _IO(), _IOR(), _IOW() or _IOWR() makes: number,
// type and direction (include/uapi/asm-generic/ioctl.h), and a size that is not compared.
var ioctlLine = regexp.MustCompile(`(?m)^#define\s+(\w+)\s+(?:(0x[0-9A-Fa-f]+)|_IO([RW]*)\s*\(\s*'(.)',\s*(0x[0-9A-Fa-f]+|\d+))`)

// The names of ioctls are those of the UAPI headers.
func TestIoctlHeaders(t *testing.T) {
	const sizeBits = 0x3fff << 16
	known := map[string]uint32{}
	for _, header := range []string{"linux/sockios.h", "linux/if_tun.h", "linux/ppp-ioctl.h", "linux/wireless.h", "asm-generic/ioctls.h"} {
		text, err := os.ReadFile("/usr/include/" + header)
		if err != nil {
			t.Skipf("no UAPI headers: %v", err)
		}
		for _, m := range ioctlLine.FindAllStringSubmatch(string(text), -1) {
			digits := m[2] + m[5]
			n, err := strconv.ParseUint(digits, 0, 32)
			if err != nil {
				t.Fatalf("%s: %s: %v", header, m[1], err)
			}
			if m[4] != "" {
				n |= uint64(m[4][0]) << 8
				if strings.Contains(m[3], "W") {
					n |= 1 << 30
				}
				if strings.Contains(m[3], "R") {
					n |= 2 << 30
				}
			}
			known[m[1]] = uint32(n)
		}
	}
	for n, name := range ioctls {
		want, ok := known[name]
		if !ok {
			t.Errorf("%s is in no header", name)
		}
		if n&^sizeBits != want&^sizeBits {
			t.Errorf("%s is %#x, not %#x", name, want, n)
		}
	}
	for n, want := range map[uint32]string{0x8914: "SIOCSIFFLAGS", 0x400454ca: "TUNSETIFF", 0x89f0: "SIOCDEVPRIVATE", 0x89f1: "SIOCDEVPRIVATE+1", 0x89ff: "SIOCDEVPRIVATE+15", 0x8a00: "", 0: ""} {
		if got := ioctlName(n); got != want {
			t.Errorf("%#x is called %q, not %q", n, got, want)
		}
	}
}
