// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"
)

// lapsVariable is lap.Variable: nltop then says where its time went.
const lapsVariable = "NLTOP_LAPS"

// starts are the columns. They are run around `true`; a source that cannot follow a
// command is interrupted as soon as it is ready.
var starts = []struct {
	name      string
	argv      []string
	interrupt bool
}{
	{name: "--version", argv: []string{"--version"}},
	{name: "nlmon", argv: []string{"trace", "--source", "nlmon"}, interrupt: true},
	{name: "syscall", argv: []string{"trace", "--source", "syscall", "--", "true"}},
	{name: "kprobe", argv: []string{"trace", "--source", "kprobe", "--", "true"}},
	{name: "fentry", argv: []string{"trace", "--source", "fentry", "--", "true"}},
	{name: "stat", argv: []string{"stat", "--source", "fentry", "--", "true"}},
}

// laps are the rows, in the order in which nltop comes to them. "command" is what
// the traced command took, which is nothing of nltop's.
var laps = []string{"program", "tables", "types", "symbols", "objects", "maps", "load", "verifier", "attach", "sockets", "detach", "rest"}

// lap is what one part took.
type lap struct {
	cpu, waited time.Duration
}

// startTimes measures what nltop takes until it watches, and until it has ended, by part.
func (b bench) startTimes(rounds int) error {
	_ = exec.Command("modprobe", "nlmon").Run()
	columns := make([]map[string]lap, len(starts))
	for i := range starts {
		var runs []map[string]lap
		for n := range rounds + 1 {
			run, err := b.startOnce(starts[i].argv, starts[i].interrupt)
			if err != nil {
				return fmt.Errorf("start %s: %w", starts[i].name, err)
			}
			if n > 0 { // the first fills the caches
				runs = append(runs, run)
			}
			time.Sleep(settle) // whatever the kernel still takes apart
		}
		columns[i] = middle(runs)
	}
	return printStarts(os.Stdout, columns)
}

// startOnce runs nltop once.
func (b bench) startOnce(argv []string, interrupt bool) (map[string]lap, error) {
	cmd := exec.Command(b.nltop, argv...)
	cmd.Env = append(os.Environ(), lapsVariable+"=1")
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	var said bytes.Buffer
	for lines := bufio.NewScanner(stderr); lines.Scan(); {
		said.Write(lines.Bytes())
		said.WriteByte('\n')
		if interrupt && readyPattern.Match(lines.Bytes()) {
			if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
				return nil, err
			}
		}
	}
	if err := cmd.Wait(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, said.Bytes())
	}
	return parseLaps(said.String())
}

// parseLaps reads what lap.Print wrote among other things.
func parseLaps(text string) (map[string]lap, error) {
	run := map[string]lap{}
	for line := range strings.Lines(text) {
		f := strings.Split(strings.TrimSpace(line), "\t")
		if f[0] != "lap" {
			continue
		}
		if len(f) != 4 {
			return nil, fmt.Errorf("%q is no lap", line)
		}
		cpu, err := strconv.Atoi(f[2])
		if err != nil {
			return nil, fmt.Errorf("%q is no lap: %w", line, err)
		}
		waited, err := strconv.Atoi(f[3])
		if err != nil {
			return nil, fmt.Errorf("%q is no lap: %w", line, err)
		}
		if f[1] != "command" && !slices.Contains(laps, f[1]) {
			return nil, fmt.Errorf("%q is no part that is known here", f[1])
		}
		run[f[1]] = lap{time.Duration(cpu) * time.Microsecond, time.Duration(waited) * time.Microsecond}
	}
	if run["program"].cpu == 0 {
		return nil, fmt.Errorf("nltop told no laps: %s", text)
	}
	return run, nil
}

// middle takes the median of each part.
func middle(runs []map[string]lap) map[string]lap {
	sum := map[string]lap{}
	for _, name := range laps {
		var cpu, waited []time.Duration
		for _, r := range runs {
			cpu, waited = append(cpu, r[name].cpu), append(waited, r[name].waited)
		}
		slices.Sort(cpu)
		slices.Sort(waited)
		sum[name] = lap{cpu[len(cpu)/2], waited[len(waited)/2]}
	}
	return sum
}

func printStarts(w io.Writer, columns []map[string]lap) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(tw, "ms\t")
	for _, s := range starts {
		fmt.Fprintf(tw, "%s\t", s.name)
	}
	fmt.Fprintln(tw)
	ms := func(d time.Duration) string {
		if d < 500*time.Microsecond {
			return "-"
		}
		return strconv.FormatInt(d.Round(time.Millisecond).Milliseconds(), 10)
	}
	row := func(name string, of func(map[string]lap) time.Duration) {
		fmt.Fprintf(tw, "%s\t", name)
		for _, c := range columns {
			fmt.Fprintf(tw, "%s\t", ms(of(c)))
		}
		fmt.Fprintln(tw)
	}
	for _, name := range laps {
		row(name, func(c map[string]lap) time.Duration { return c[name].cpu })
	}
	total := func(c map[string]lap) (sum lap) {
		for _, l := range c {
			sum.cpu += l.cpu
			sum.waited += l.waited
		}
		return sum
	}
	row("work", func(c map[string]lap) time.Duration { return total(c).cpu })
	row("waits until it watches", func(c map[string]lap) time.Duration { return total(c).waited - c["detach"].waited })
	row("waits to detach", func(c map[string]lap) time.Duration { return c["detach"].waited })
	row("all", func(c map[string]lap) time.Duration { return total(c).cpu + total(c).waited })
	return tw.Flush()
}
