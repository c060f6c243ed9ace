// SPDX-License-Identifier: Apache-2.0

package export

import (
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nltest"
	"github.com/nltop/nltop/internal/words"
)

// Every fact of a process is in its JSON, and every one of those that are told once in
// its line of text, which the view shows too.
func TestFactsOfProcess(t *testing.T) {
	notWritten := map[string]string{
		"Life":     "means nothing to people",
		"CgroupID": "the path of the cgroup stands for it",
	}
	written := func(p capture.Proc) string {
		var j JSON
		j.proc(&p)
		return string(j.buf)
	}
	whole := nltest.Whole(capture.Proc{})
	for name, p := range nltest.Without(whole) {
		if same, why := written(p) == written(whole), notWritten[name]; same != (why != "") {
			t.Errorf("JSON without %s is the same: %v (%s)", name, same, why)
		}
		if words.Identity(&p) == words.Identity(&whole) && p.Identity != whole.Identity {
			t.Errorf("words.Identity does not tell %s", name)
		}
	}
}
