// SPDX-License-Identifier: Apache-2.0

package words

import (
	"strings"
	"testing"

	"github.com/nltop/nltop/internal/capture"
)

// What is proved to be a secret after a process was told of is told no more, of it and of
// its parent.
func TestIdentityWithoutSecrets(t *testing.T) {
	o := &capture.Origin{Proc: capture.Proc{PID: 7, Name: "tool", Identity: capture.Identity{Exe: "/bin/tool", CmdLine: "tool\x00identity-16-byte\x00",
		Parent: capture.Parent{PID: 1, Name: "sh", CmdLine: "sh\x00-c\x00tool identity-16-byte\x00"}}}}
	if s := Identity(&o.Proc); !strings.Contains(s, "identity-16-byte") {
		t.Errorf("before: %s", s)
	}
	o.Prove([]byte("identity-16-byte"))
	if got, want := Identity(&o.Proc), "/bin/tool: tool '<redacted>', started by sh[1] (sh -c 'tool <redacted>')"; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}
