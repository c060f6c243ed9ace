// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/pcapng"
)

// lastMoment is when a test gives up waiting: just before go test ends it. No other
// bound is true of a machine that is slow, or busy with something else.
func lastMoment(t *testing.T) time.Time {
	if end, ok := t.Deadline(); ok {
		return end.Add(-5 * time.Second)
	}
	return time.Now().AddDate(1, 0, 0)
}

// await looks again and again until it sees what it waits for.
func await(t *testing.T, seen func() bool, never func() string) {
	t.Helper()
	for end := lastMoment(t); !seen(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal(never())
		}
	}
}

// inVM says that the test runs in the lab, where nothing may be skipped.
func inVM() bool { return os.Getenv("NLTOP_VM") == "1" }

// full says that the kernel gets the whole workload, not only a capture check.
func full() bool { return os.Getenv("NLTOP_VMMODE") != "check" }

func needVM(t *testing.T) {
	t.Helper()
	if !inVM() {
		t.Skip("needs hooks and modules of a lab kernel: make vmtest runs it")
	}
}

// needHost skips in the lab what no kernel differs in: this machine shows it.
func needHost(t *testing.T) {
	t.Helper()
	if inVM() {
		t.Skip("no kernel differs in it: tried on this machine's")
	}
}

func needRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
}

// needTool fails in the lab and in `make test`, which installs the tools.
func needTool(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, err := exec.LookPath(name); err != nil {
			if inVM() || os.Getenv("NLTOP_LIVE") == "1" {
				t.Fatalf("%s is missing: scripts/deps test installs it", name)
			}
			t.Skipf("%s is not installed: scripts/deps test installs it", name)
		}
	}
}

var build struct {
	once sync.Once
	path string
	err  error
}

// nltop returns the program under test: the one that make built, or one built
// here.
func nltop(t *testing.T) string {
	t.Helper()
	build.once.Do(func() {
		if build.path = os.Getenv("NLTOP_BIN"); build.path != "" {
			_, build.err = os.Stat(build.path)
			return
		}
		dir, err := os.MkdirTemp("", "nltop-e2e-*")
		if err != nil {
			build.err = err
			return
		}
		build.path = filepath.Join(dir, "nltop")
		out, err := exec.Command("go", "build", "-o", build.path, "../../cmd/nltop").CombinedOutput()
		if err != nil {
			build.err = errors.New(string(out))
		}
	})
	if build.err != nil {
		t.Fatalf("no nltop to test: %v", build.err)
	}
	return build.path
}

func TestMain(m *testing.M) {
	if os.Getenv("NLTOP_E2E_BAD_REQUEST") != "" { // as the command of TestExtackTraced
		if err := badRequest(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	if os.Getenv(keyArgEnv) != "" { // as the command of TestKeyInArgumentsLive
		if err := sendKey(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	code := m.Run()
	if build.path != "" && os.Getenv("NLTOP_BIN") == "" {
		_ = os.RemoveAll(filepath.Dir(build.path))
	}
	_ = os.RemoveAll(olds.dir)
	os.Exit(code)
}

// process is a program that runs beside a test.
type process struct {
	*exec.Cmd
	stdout io.Writer // where what it wrote is, when it has ended
	mu     sync.Mutex
	text   bytes.Buffer // standard error
	done   chan error
}

// Write collects standard error.
func (p *process) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.Write(b)
}

func (p *process) stderr() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}

// start starts a program and waits until its standard error says ready.
func start(t *testing.T, stdout io.Writer, ready, name string, args ...string) *process {
	t.Helper()
	p := spawn(t, stdout, name, args...)
	p.says(t, ready)
	return p
}

// says waits until standard error has said what.
func (p *process) says(t *testing.T, what string) {
	t.Helper()
	await(t, func() bool {
		select {
		case err := <-p.done:
			t.Fatalf("%s ended early: %v\n%s", p.Path, err, p.stderr())
		default:
		}
		return strings.Contains(p.stderr(), what)
	}, func() string { return fmt.Sprintf("%s never said %q:\n%s", p.Path, what, p.stderr()) })
}

// stop sends a signal and waits for the end.
func (p *process) stop(t *testing.T, sig syscall.Signal) error {
	t.Helper()
	if err := p.Process.Signal(sig); err != nil {
		t.Fatalf("signal %s: %v", p.Path, err)
	}
	return p.wait(t)
}

func (p *process) wait(t *testing.T) error {
	t.Helper()
	select {
	case err := <-p.done:
		return err
	case <-time.After(time.Until(lastMoment(t))):
		t.Fatalf("%s does not end:\n%s", p.Path, p.stderr())
		return nil
	}
}

// run runs a program to its end.
func run(t *testing.T, name string, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	ctx, cancel := context.WithDeadline(context.Background(), lastMoment(t))
	defer cancel()
	var out, errs bytes.Buffer
	c := exec.CommandContext(ctx, name, args...)
	c.Stdout, c.Stderr = &out, &errs
	err := c.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatalf("run %s: %v", name, err)
	}
	return out.String(), errs.String(), c.ProcessState.ExitCode()
}

// must runs a program that has to succeed.
func must(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, errs, code := run(t, name, args...)
	if code != 0 {
		t.Fatalf("%s %s: status %d\n%s%s", name, strings.Join(args, " "), code, out, errs)
	}
	return out
}

// readFile returns all records of a capture file.
func readFile(t *testing.T, path string) []pcapng.Record {
	t.Helper()
	r, err := pcapng.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = r.Close() }()
	var recs []pcapng.Record
	for {
		rec, err := r.Next()
		if errors.Is(err, io.EOF) {
			return recs
		}
		if err != nil {
			t.Fatalf("%s: record %d: %v", path, len(recs), err)
		}
		recs = append(recs, rec)
	}
}
