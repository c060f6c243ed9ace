// SPDX-License-Identifier: Apache-2.0

// Package lap tells where the time of a start goes, part by part, for
// `scripts/bench start`. It does nothing unless the environment asks for it
// (Variable); it is no interface for users, and nothing depends on what it says.
package lap

import (
	"fmt"
	"io"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// Variable is the environment variable that turns it on, if it is not empty.
const Variable = "NLTOP_LAPS"

// part is what was spent on one part of the program's work.
type part struct {
	name string
	wall time.Duration
	cpu  time.Duration // of all threads
}

var (
	on    = os.Getenv(Variable) != ""
	parts []part
	// The clocks at the last Mark. What the process took before this package was
	// initialised belongs to the first part: of that, only CPU time is known.
	wall = clock(unix.CLOCK_MONOTONIC) - clock(unix.CLOCK_PROCESS_CPUTIME_ID)
	cpu  time.Duration
)

// On says whether anybody asks.
func On() bool { return on }

// Mark ends a part: what was spent since the last Mark is its. Parts are named by
// one goroutine, the main one; a name that comes again is the same part.
func Mark(name string) {
	if !on {
		return
	}
	w, c := clock(unix.CLOCK_MONOTONIC), clock(unix.CLOCK_PROCESS_CPUTIME_ID)
	add(name, w-wall, c-cpu)
	wall, cpu = w, c
}

// Move takes CPU time from one part, and gives it to another.
func Move(from, to string, d time.Duration) {
	if on {
		add(to, d, d)
		add(from, -d, -d)
	}
}

func add(name string, wall, cpu time.Duration) {
	for i := range parts {
		if parts[i].name == name {
			parts[i].wall += wall
			parts[i].cpu += cpu
			return
		}
	}
	parts = append(parts, part{name, wall, cpu})
}

// Print writes a line for each part: "lap", its name, CPU time and waiting, both in
// microseconds.
func Print(w io.Writer) {
	for _, p := range parts {
		fmt.Fprintf(w, "lap\t%s\t%d\t%d\n", p.name, p.cpu.Microseconds(), max(p.wall-p.cpu, 0).Microseconds())
	}
}

func clock(id int32) time.Duration {
	var t unix.Timespec
	if !on || unix.ClockGettime(id, &t) != nil {
		return 0
	}
	return time.Duration(t.Nano())
}
