// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
)

// event is what go test -json and go tool test2json print ("go doc test2json").
type event struct {
	Action     string
	Package    string
	ImportPath string // of build-output
	Test       string
	Elapsed    float64
	Output     string
}

// result is a line of the log: a test; without a test a package; without a package
// the ring.
type result struct {
	Ring    string
	Package string `json:",omitempty"`
	Test    string `json:",omitempty"`
	Where   string `json:",omitempty"` // the kernel of a VM
	Seconds float64
	Failed  bool `json:",omitempty"`
	Skipped bool `json:",omitempty"`
}

// printer tells what came of the packages, one at a time.
type printer struct {
	ring string

	mu     sync.Mutex
	out    io.Writer
	log    io.Writer
	failed int
	err    error
}

// pkg is what was said of a package so far.
type pkg struct {
	said   []event
	passed map[string]bool // tests that passed or were skipped
	ended  bool
}

// read reads the events of a job to the end, and says whether one told of a failure.
func (p *printer) read(in io.Reader) (failed bool) {
	pkgs := map[string]*pkg{}
	where := ""
	r := bufio.NewReader(in)
	for {
		line, err := r.ReadString('\n')
		var e event
		switch {
		case line == "":
		case !strings.HasPrefix(line, "{") || json.Unmarshal([]byte(line), &e) != nil || e.Action == "":
			if w, ok := strings.CutPrefix(strings.TrimSpace(line), "where "); ok {
				where = w // of what follows
			} else {
				p.print(line)
			}
		case e.Action == "build-output":
			p.print(e.Output)
		case e.Action == "build-fail":
			failed = true
		default:
			if pkgs[e.Package] == nil {
				pkgs[e.Package] = &pkg{passed: map[string]bool{}}
			}
			failed = p.take(pkgs[e.Package], e, where) || failed
		}
		if err != nil {
			break
		}
	}
	for name, k := range pkgs {
		if !k.ended { // its machine died
			failed = p.take(k, event{Action: "fail", Package: name}, where) || failed
		}
	}
	return failed
}

// take takes one event, and prints what is to be known of its package at its end.
func (p *printer) take(k *pkg, e event, where string) (failed bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e.Action {
	case "output":
		k.said = append(k.said, e)
		return false
	case "pass", "fail", "skip":
	default:
		return false
	}
	failed = e.Action == "fail"
	p.result(result{p.ring, e.Package, e.Test, where, e.Elapsed, failed, e.Action == "skip"})
	if e.Test != "" {
		k.passed[e.Test] = !failed
		return failed
	}
	k.ended = true
	if failed {
		p.failed++
	}
	p.tell(k, e, where)
	return failed
}

// tell prints a package's end as go test does: what failed, or did not end, with all
// that it said, and one line.
func (p *printer) tell(k *pkg, end event, where string) {
	line := ""
	for _, e := range k.said {
		text := strings.TrimSuffix(e.Output, "\n")
		switch {
		case e.Test == "" && (strings.HasPrefix(text, "ok  \t") || strings.HasPrefix(text, "FAIL\t") || strings.HasPrefix(text, "?   \t")):
			line = text // go test's own
		case end.Action != "fail" || k.passed[e.Test] || e.Test == "" && text == "PASS":
		case strings.HasPrefix(text, "=== "):
		default:
			fmt.Fprint(p.out, e.Output)
		}
	}
	switch {
	case line != "":
	case end.Action == "fail":
		line = fmt.Sprintf("FAIL\t%s\t%.3fs", end.Package, end.Elapsed)
	case end.Action == "skip":
		line = fmt.Sprintf("?   \t%s\t[no test files]", end.Package)
	default:
		line = fmt.Sprintf("ok  \t%s\t%.3fs", end.Package, end.Elapsed)
	}
	if where != "" {
		line += "\t(Linux " + where + ")"
	}
	fmt.Fprintln(p.out, line)
}

func (p *printer) print(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprint(p.out, text)
}

// result adds a line to the log.
func (p *printer) result(r result) {
	line, err := json.Marshal(r)
	if err == nil {
		_, err = p.log.Write(append(line, '\n'))
	}
	if err != nil && p.err == nil {
		p.err = fmt.Errorf("write log: %w", err)
		fmt.Fprintln(os.Stderr, p.err)
	}
}
