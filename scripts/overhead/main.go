// SPDX-License-Identifier: Apache-2.0

// Command overhead measures what watching Netlink costs: the watched machine
// (`overhead guest`, in a VM whose clock counts instructions), nltop itself at a
// given rate (`overhead rate`), its live view at such a rate (`overhead view`), and its start
// (`overhead start`, in such a VM).
// scripts/bench builds and calls it; see docs/performance.md for what it found.
//
// It compares with goals and says whether they are met, but a missed goal is no
// failure: it fails when a workload did not run or a watcher saw nothing.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "overhead:", err)
		if errors.Is(err, errUsage) {
			os.Exit(2)
		}
		os.Exit(1)
	}
}

var errUsage = errors.New("usage: overhead guest|rate|view|start [-nltop FILE] [-rounds N] [-source NAME] [-for DURATION] [-rate N] [-watchers NAMES] [-workloads NAMES] [-pages NAMES]")

func run(args []string) error {
	if len(args) == 0 {
		return errUsage
	}
	fs := flag.NewFlagSet(args[0], flag.ContinueOnError)
	nltop := fs.String("nltop", "bin/nltop", "the program to measure")
	rounds := fs.Int("rounds", 3, "how often everything is measured, in turn")
	source := fs.String("source", "auto", "nltop's source, for rate and view")
	during := fs.Duration("for", 10*time.Second, "how long each mode is measured, for rate and view")
	rate := fs.Int("rate", 10_000, "messages a second, for rate and view")
	only := fs.String("watchers", "", "names of watchers, with commas; all by default, for guest")
	works := fs.String("workloads", "", "names of workloads, with commas; all by default, for guest")
	pages := fs.String("pages", "", "names of pages, with semicolons; all by default, for view")
	if err := fs.Parse(args[1:]); err != nil || fs.NArg() > 0 || *rounds < 1 || *rate < 2 || *during <= 0 {
		return errUsage
	}
	if os.Geteuid() != 0 {
		return errors.New("needs root")
	}
	dir, err := os.MkdirTemp("", "nltop-overhead.")
	if err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	defer os.RemoveAll(dir)
	b := bench{nltop: *nltop, dir: dir}
	switch args[0] {
	case "guest":
		return b.sideBySide(*rounds, *only, *works)
	case "rate":
		return b.atRate(*source, *rate, *during)
	case "view":
		return b.viewAtRate(*source, *rate, *during, *pages)
	case "start":
		return b.startTimes(*rounds)
	}
	return errUsage
}

// bench is what all measurements share.
type bench struct {
	nltop string // path
	dir   string // for whatever is written; in memory
}

// sample is one workload beside one watcher.
type sample struct {
	busy time.Duration // of the machine
	own  time.Duration // of which the watcher's process
	idle time.Duration // of that process, while nothing happened for settle
}

// sideBySide measures every workload beside every watcher, in turn, and prints
// the tables.
func (b bench) sideBySide(rounds int, only, which string) error {
	works, err := b.workloads()
	if err != nil {
		return err
	}
	if works, err = choose(works, which, func(l *workload) string { return l.name }); err != nil {
		return err
	}
	bare := watchers[0]
	if watchers, err = choose(watchers[1:], only, func(w *watcher) string { return w.name }); err != nil {
		return err
	}
	watchers = slices.Insert(watchers, 0, bare)
	// nlmon is a module; where it is built in, or absent, `ip link add` tells.
	_ = exec.Command("modprobe", "nlmon").Run()
	r := newReport(works)
	if _, _, err := b.beside(&bare, works); err != nil { // fills the caches
		return err
	}
	for n := range rounds {
		for i := range watchers {
			w := &watchers[i]
			samples, saw, err := b.beside(w, works)
			if err != nil {
				return fmt.Errorf("round %d, %s: %w", n+1, w.name, err)
			}
			r.add(w, samples, saw)
		}
		fmt.Fprintf(os.Stderr, "overhead: round %d of %d is done\n", n+1, rounds)
	}
	return r.print(os.Stdout)
}

// choose returns the items that are named, in their order; "" names all.
func choose[T any](items []T, names string, name func(*T) string) ([]T, error) {
	if names == "" {
		return items, nil
	}
	left := strings.Split(names, ",")
	var chosen []T
	for i := range items {
		if at := slices.Index(left, name(&items[i])); at >= 0 {
			chosen = append(chosen, items[i])
			left = slices.Delete(left, at, at+1)
		}
	}
	if len(left) > 0 {
		return nil, fmt.Errorf("there is no %s to measure", strings.Join(left, ", "))
	}
	return chosen, nil
}

// beside runs every workload once beside a watcher.
func (b bench) beside(w *watcher, works []workload) ([]sample, account, error) {
	p, err := b.start(w)
	if err != nil {
		return nil, account{}, err
	}
	defer p.kill()
	samples := make([]sample, len(works))
	for i := range works {
		if samples[i], err = b.measure(p, w, &works[i]); err != nil {
			return nil, account{}, fmt.Errorf("%s: %w", works[i].name, err)
		}
	}
	saw, err := p.stop()
	if err != nil {
		return nil, account{}, err
	}
	if err := saw.plausible(works); err != nil {
		return nil, account{}, err
	}
	return samples, saw, nil
}

func (b bench) measure(p *process, w *watcher, l *workload) (sample, error) {
	begin, err := now(p)
	if err != nil {
		return sample{}, err
	}
	if err := l.run(b, w); err != nil {
		return sample{}, err
	}
	// Whoever watches may do so in batches: what the workload made it do is part
	// of the bill, what it does when nothing happens is not.
	time.Sleep(settle)
	end, err := now(p)
	if err != nil {
		return sample{}, err
	}
	time.Sleep(settle)
	idle, err := now(p)
	if err != nil {
		return sample{}, err
	}
	if l.check != nil {
		if err := l.check(b); err != nil {
			return sample{}, err
		}
		time.Sleep(settle) // the check is watched too
	}
	return sample{
		busy: 2*end.busy - begin.busy - idle.busy,
		own:  2*end.own - begin.own - idle.own,
		idle: idle.own - end.own,
	}, nil
}

// settle is longer than any watcher lets things lie: tcpdump looks at least once
// a second, and so often nltop flushes a file.
const settle = 1200 * time.Millisecond
