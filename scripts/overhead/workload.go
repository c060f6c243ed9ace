// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Sizes of the workloads.
const (
	changes = 10_000 // of routes, in one batch
	routes  = 10_000 // in the table that is dumped
	rules   = 2_000  // of nftables, in one transaction
)

// workload is something that people do to a machine, repeated until it takes
// long enough to be compared.
type workload struct {
	name, what string
	argv       []string
	repeat     int
	messages   int // at least so many, if all that are sent are seen
	// check says whether the command did what it says it did. It is not measured.
	check func(b bench) error
}

// stdout is where the commands' output goes: a file, so that nobody else spends
// time on it.
func (b bench) stdout() string { return filepath.Join(b.dir, "stdout") }

func (l *workload) run(b bench, w *watcher) error {
	argv := append(w.wrapped(b), l.argv...)
	for range l.repeat {
		out, err := os.Create(b.stdout())
		if err != nil {
			return fmt.Errorf("create output: %w", err)
		}
		var stderr bytes.Buffer
		c := exec.Command(argv[0], argv[1:]...)
		c.Stdout, c.Stderr = out, &stderr
		err = c.Run()
		out.Close()
		if err != nil {
			return fmt.Errorf("run %s: %w: %s", strings.Join(argv, " "), err, bytes.TrimSpace(stderr.Bytes()))
		}
		if w.wrap != nil {
			if err := w.wrote(b); err != nil {
				return err
			}
		}
	}
	return nil
}

// workloads writes the files that the commands read and fills the table that is
// dumped.
func (b bench) workloads() ([]workload, error) {
	batch, many, ruleset := filepath.Join(b.dir, "batch"), filepath.Join(b.dir, "many"), filepath.Join(b.dir, "rules")
	for file, text := range map[string]string{
		// As many are deleted as were added, so that a batch can be repeated.
		batch:   routeLines("add", 10, changes/2, 7) + routeLines("del", 10, changes/2, 7),
		many:    routeLines("add", 11, routes, 8),
		ruleset: ruleLines(rules),
	} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			return nil, fmt.Errorf("write workload: %w", err)
		}
	}
	if out, err := exec.Command("ip", "-batch", many).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("fill table: %w: %s", err, bytes.TrimSpace(out))
	}
	return []workload{
		{
			name: "routes", what: fmt.Sprintf("ip -batch with %d route changes, twice", changes),
			argv: []string{"ip", "-batch", batch}, repeat: 2, messages: 2 * 2 * changes,
		},
		{
			name: "dump", what: fmt.Sprintf("ip route show of %d routes, ten times", routes),
			argv: []string{"ip", "route", "show", "table", "8"}, repeat: 10, messages: 10 * 2,
			check: func(b bench) error { return b.countLines(routes) },
		},
		{
			name: "nft", what: fmt.Sprintf("nft -f with %d rules, four times", rules),
			argv: []string{"nft", "-f", ruleset}, repeat: 4, messages: 4 * 2,
			check: func(bench) error { return countRules(rules) },
		},
	}, nil
}

func routeLines(verb string, net, n, table int) string {
	var s strings.Builder
	for i := range n {
		fmt.Fprintf(&s, "route %s unreachable %d.%d.%d.%d/32 table %d\n", verb, net, i>>16, i>>8&255, i&255, table)
	}
	return s.String()
}

// ruleLines replaces the table, so that it can be loaded again.
func ruleLines(n int) string {
	var s strings.Builder
	s.WriteString("table inet bench\ndelete table inet bench\ntable inet bench {\n\tchain c {\n")
	for i := range n {
		fmt.Fprintf(&s, "\t\tip saddr 10.%d.%d.0/24 tcp dport %d counter accept\n", i>>8, i&255, 1+i)
	}
	s.WriteString("\t}\n}\n")
	return s.String()
}

// countLines checks what the last command printed.
func (b bench) countLines(want int) error {
	text, err := os.ReadFile(b.stdout())
	if err != nil {
		return fmt.Errorf("read output: %w", err)
	}
	if n := bytes.Count(text, []byte("\n")); n != want {
		return fmt.Errorf("the command printed %d lines, not %d", n, want)
	}
	return nil
}

func countRules(want int) error {
	text, err := exec.Command("nft", "list", "table", "inet", "bench").Output()
	if err != nil {
		return fmt.Errorf("list rules: %w", err)
	}
	if n := bytes.Count(text, []byte("accept")); n != want {
		return fmt.Errorf("there are %d rules, not %d", n, want)
	}
	return nil
}
