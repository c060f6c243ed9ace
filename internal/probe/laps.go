// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"strconv"
	"strings"
	"time"

	"github.com/cilium/ebpf"

	"github.com/nltop/nltop/internal/lap"
)

// programOptions has the verifier tell its time if that is measured.
func programOptions() (o ebpf.ProgramOptions) {
	if lap.On() {
		o.LogLevel = ebpf.LogLevelStats
	}
	return o
}

// markLoad accounts for the time that loading took, and the verifier in it, which
// says "verification time 4711 usec" (print_verification_stats()).
func markLoad(coll *ebpf.Collection) {
	lap.Mark("load")
	if !lap.On() {
		return
	}
	for _, p := range coll.Programs {
		_, rest, _ := strings.Cut(p.VerifierLog, "verification time ")
		usec, _, _ := strings.Cut(rest, " ")
		n, err := strconv.Atoi(usec)
		if err == nil {
			lap.Move("load", "verifier", time.Duration(n)*time.Microsecond)
		}
	}
}
