// SPDX-License-Identifier: Apache-2.0

// Command testring runs test binaries side by side and tells what came of them as
// go test does: a line for each package, the output of what failed, and nothing of
// the rest. What it measured goes into a log, of which it prints the sum at the end.
//
//	testring run -ring NAME -log FILE [-j N] <JOBS    a job a line: a shell command that
//	                                                  prints test2json's events
//	testring sum FILE STATUS                          the time of each ring, its slowest tests;
//	                                                  a status above 0 is a failure, too
//
// It knows nothing of kernels, of the selection of tests or of building: scripts/rings does.
package main

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
)

var errFailed = errors.New("tests failed")

func main() {
	err := run(os.Args[1:], os.Stdin, os.Stdout)
	if err != nil && !errors.Is(err, errFailed) {
		fmt.Fprintln(os.Stderr, "testring:", err)
	}
	if err != nil {
		os.Exit(1)
	}
}

func run(args []string, in io.Reader, out io.Writer) error {
	switch {
	case len(args) > 0 && args[0] == "run":
		fs := flag.NewFlagSet("run", flag.ContinueOnError)
		ring := fs.String("ring", "tests", "name of the ring")
		log := fs.String("log", os.DevNull, "file that the results are added to")
		n := fs.Int("j", 1, "jobs side by side")
		if err := fs.Parse(args[1:]); err != nil {
			return err
		}
		return runRing(*ring, *log, *n, in, out)
	case len(args) == 3 && args[0] == "sum":
		return sum(args[1], args[2] != "0", out)
	}
	return errors.New("usage: testring run -ring NAME -log FILE [-j N] <JOBS | testring sum FILE STATUS")
}

// runRing runs the jobs, and logs the time that all of them took.
func runRing(ring, log string, n int, in io.Reader, out io.Writer) error {
	f, err := os.OpenFile(log, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("open log: %w", err)
	}
	defer f.Close()
	begin := time.Now()
	p := &printer{ring: ring, out: out, log: f}
	jobs := make(chan string)
	var workers sync.WaitGroup
	for range max(n, 1) {
		workers.Go(func() {
			for j := range jobs {
				p.job(j)
			}
		})
	}
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		if j := strings.TrimSpace(lines.Text()); j != "" {
			jobs <- j
		}
	}
	close(jobs)
	workers.Wait()
	p.result(result{Ring: ring, Seconds: time.Since(begin).Seconds(), Failed: p.failed > 0})
	if err := errors.Join(lines.Err(), p.err); err != nil {
		return err
	}
	if p.failed > 0 {
		return errFailed
	}
	return nil
}

// job runs a shell command and reads its events.
func (p *printer) job(command string) {
	cmd := exec.Command("/bin/bash", "-c", command)
	var said strings.Builder
	cmd.Stderr = &said
	events, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		p.ended(command, "", false, err)
		return
	}
	told := p.read(events)
	p.ended(command, said.String(), told, cmd.Wait())
}

// ended tells what a job said on standard error, and an end that no event told of.
func (p *printer) ended(command, said string, toldFailed bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if said != "" {
		fmt.Fprint(p.out, said)
	}
	if err == nil {
		return
	}
	p.failed++
	if !toldFailed {
		fmt.Fprintf(p.out, "FAIL\t%s: %v\n", command, err)
	}
}
