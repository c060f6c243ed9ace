// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// watcher is a way of watching: a process beside the workload, or a command
// that the workload is run with.
type watcher struct {
	name string
	argv []string // NLTOP, FILE and DIR are filled in; nil: none
	wrap []string // likewise
	view bool     // argv needs a terminal, and makes no account
	// before and after are run outside of the measurement.
	before, after [][]string
	// saw makes an account of what the process said at its end.
	saw func(stdout, stderr []byte) (account, error)
}

// watchers are the columns. The first is what the others are compared with.
var watchers = []watcher{
	{name: "bare"},
	{name: "counters", argv: []string{"NLTOP", "stat", "--source", "fentry", "-o", "json"}, saw: sawCounters},
	{name: "messages", argv: []string{"NLTOP", "record", "--source", "fentry", "-w", "FILE"}, saw: sawMessages},
	{
		name: "tcpdump", argv: []string{"tcpdump", "-i", "nlmon0", "-s", "0", "-w", "FILE"}, saw: sawTcpdump,
		before: [][]string{{"ip", "link", "add", "nlmon0", "type", "nlmon"}, {"ip", "link", "set", "nlmon0", "up"}},
		after:  [][]string{{"ip", "link", "del", "nlmon0"}},
	},
	// The flight recorder, which waits for what does not come: for an incident, then for
	// messages that fixed offsets exclude, and for some that have to be decoded.
	{name: "flight", argv: []string{"NLTOP", "record", "--source", "fentry", "--keep", "256MB", "--on-slow", "10s", "-w", "DIR"}, saw: sawMessages},
	{name: "flight on fixed", argv: []string{"NLTOP", "record", "--source", "fentry", "--keep", "256MB", "--on", `proc.comm == "nobody"`, "-w", "DIR"}, saw: sawMessages},
	{name: "flight on any", argv: []string{"NLTOP", "record", "--source", "fentry", "--keep", "256MB", "--on", `type == "RTM_SETLINK"`, "-w", "DIR"}, saw: sawMessages},
	// Causes, drops, times and rtnl_mutex: all that the kernel can be asked for.
	{name: "everything", argv: []string{"NLTOP", "record", "--source", "fentry", "--rtnl", "-w", "FILE"}, saw: sawMessages},
	// And what requests wait for, and when their answers are read.
	{name: "times", argv: []string{"NLTOP", "record", "--source", "fentry", "--times", "-w", "FILE"}, saw: sawMessages},
	// The same without that, decoded, paired and printed besides.
	{name: "everything as text", argv: []string{"NLTOP", "trace", "--source", "fentry", "--exchanges", "--rtnl", "-w", "FILE", "-o", "json"}, saw: sawMessages},
	// The live view, at home. It counts when messages have been many for some time.
	{name: "view", argv: []string{"NLTOP", "--source", "fentry"}, view: true},
	{name: "kprobe counters", argv: []string{"NLTOP", "stat", "--source", "kprobe", "-o", "json"}, saw: sawCounters},
	{name: "kprobe messages", argv: []string{"NLTOP", "record", "--source", "kprobe", "-w", "FILE"}, saw: sawMessages},
	{name: "strace", wrap: []string{"strace", "-f", "-c", "-o", "FILE"}},
}

func (b bench) fill(argv []string) []string {
	argv = slices.Clone(argv)
	for i, a := range argv {
		switch a {
		case "NLTOP":
			argv[i] = b.nltop
		case "FILE":
			argv[i] = filepath.Join(b.dir, "out")
		case "DIR":
			argv[i] = filepath.Join(b.dir, "flight")
		}
	}
	return argv
}

func (w *watcher) wrapped(b bench) []string { return b.fill(w.wrap) }

// wrote checks that the command around the workload saw it send something.
func (w *watcher) wrote(b bench) error {
	text, err := os.ReadFile(filepath.Join(b.dir, "out"))
	if err != nil {
		return fmt.Errorf("read what %s wrote: %w", w.name, err)
	}
	if !bytes.Contains(text, []byte(" sendmsg\n")) && !bytes.Contains(text, []byte(" sendto\n")) {
		return fmt.Errorf("%s saw nothing sent: %s", w.name, text)
	}
	return nil
}

// account is what a watcher says that it saw.
type account struct {
	known      bool // there is a watcher that counts
	seen, lost uint64
}

// plausible fails when a watcher missed the workloads without a word.
func (a account) plausible(works []workload) error {
	want := 0
	for i := range works {
		want += works[i].messages
	}
	if a.known && a.seen+a.lost < uint64(want) {
		return fmt.Errorf("it saw %d and lost %d, but at least %d were sent", a.seen, a.lost, want)
	}
	return nil
}

var (
	seenPattern    = regexp.MustCompile(`(\d+) datagrams seen, (\d+) lost`)
	skippedPattern = regexp.MustCompile(`which skipped (\d+) datagrams`)
	tcpdumpPattern = regexp.MustCompile(`(?s)(\d+) packets? captured.*?(\d+) packets? dropped by kernel`)
)

func numbers(p *regexp.Regexp, text []byte) ([]uint64, error) {
	m := p.FindSubmatch(text)
	if m == nil {
		return nil, fmt.Errorf("no account of what was seen in %q", text)
	}
	ns := make([]uint64, len(m)-1)
	for i := range ns {
		var err error
		if ns[i], err = strconv.ParseUint(string(m[i+1]), 10, 64); err != nil {
			return nil, fmt.Errorf("read account: %w", err)
		}
	}
	return ns, nil
}

func sawMessages(_, stderr []byte) (account, error) { return said(seenPattern, stderr) }

func sawTcpdump(_, stderr []byte) (account, error) { return said(tcpdumpPattern, stderr) }

// said reads the numbers seen and lost.
func said(p *regexp.Regexp, stderr []byte) (account, error) {
	ns, err := numbers(p, stderr)
	if err != nil {
		return account{}, err
	}
	return account{known: true, seen: ns[0], lost: ns[1]}, nil
}

// sawCounters adds up the rows of nltop stat.
func sawCounters(stdout, stderr []byte) (account, error) {
	ns, err := numbers(skippedPattern, stderr)
	if err != nil {
		return account{}, err
	}
	a := account{known: true, lost: ns[0]}
	for d := json.NewDecoder(bytes.NewReader(stdout)); d.More(); {
		var row struct{ Messages uint64 }
		if err := d.Decode(&row); err != nil {
			return account{}, fmt.Errorf("read rows of nltop stat: %w", err)
		}
		a.seen += row.Messages
	}
	return a, nil
}

// process is a running watcher; the zero value is none.
type process struct {
	b       bench
	w       *watcher
	cmd     *exec.Cmd
	said    string // files
	printed string
	shown   *terminal // nil: it has none
}

// start runs a watcher and returns when it is ready.
func (b bench) start(w *watcher) (*process, error) {
	p := &process{b: b, w: w}
	if err := commands(w.before); err != nil {
		return nil, err
	}
	if w.argv == nil {
		return p, nil
	}
	if w.view {
		return p, p.show(b.fill(w.argv))
	}
	p.said, p.printed = filepath.Join(b.dir, "said"), filepath.Join(b.dir, "printed")
	stderr, err := os.Create(p.said)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("create file for messages: %w", err), commands(w.after))
	}
	defer stderr.Close()
	// What trace prints is nobody's; the table of stat comes at the end.
	if w.argv[1] == "trace" {
		p.printed = os.DevNull
	}
	stdout, err := os.Create(p.printed)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("create output: %w", err), commands(w.after))
	}
	defer stdout.Close()
	argv := b.fill(w.argv)
	p.cmd = exec.Command(argv[0], argv[1:]...)
	p.cmd.Stdout, p.cmd.Stderr = stdout, stderr
	if err := p.cmd.Start(); err != nil {
		return nil, errors.Join(fmt.Errorf("start %s: %w", w.name, err), commands(w.after))
	}
	if err := p.ready(); err != nil {
		p.kill()
		return nil, err
	}
	return p, nil
}

// show runs a watcher in a terminal, until it is ready.
func (p *process) show(argv []string) (err error) {
	if p.shown, err = openTerminal(argv, 120, 40, "XDG_CONFIG_HOME="+filepath.Join(p.b.dir, "config")); err != nil {
		return err
	}
	if p.cmd, err = p.shown.cmd, p.shown.await("namespaces"); err != nil {
		p.kill()
		return err
	}
	time.Sleep(2 * settle)
	return nil
}

var readyPattern = regexp.MustCompile(`source \w+,|listening on`)

// ready waits until the watcher says what it watches, and is idle.
func (p *process) ready() error {
	for range 600 {
		text, err := os.ReadFile(p.said)
		if err != nil {
			return fmt.Errorf("read messages: %w", err)
		}
		if readyPattern.Match(text) {
			time.Sleep(2 * settle)
			return nil
		}
		if p.ended() {
			return fmt.Errorf("%s ended: %s", p.w.name, text)
		}
		time.Sleep(100 * time.Millisecond)
	}
	return fmt.Errorf("%s is not ready after a minute", p.w.name)
}

// ended says whether the process waits to be waited for.
func (p *process) ended() bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	return err != nil || bytes.Contains(stat, []byte(") Z "))
}

func (p *process) cpu() (time.Duration, error) {
	if p.cmd == nil {
		return 0, nil
	}
	return processTime(p.cmd.Process.Pid)
}

// stop ends the watcher and returns what it says that it saw.
func (p *process) stop() (account, error) {
	cmd := p.cmd
	p.cmd = nil
	if cmd == nil {
		return account{}, commands(p.w.after)
	}
	if t := p.shown; t != nil {
		err := t.stop()
		t.close()
		return account{}, err
	}
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		return account{}, fmt.Errorf("end %s: %w", p.w.name, err)
	}
	timer := time.AfterFunc(2*time.Minute, func() { _ = cmd.Process.Kill() })
	err := cmd.Wait()
	timer.Stop()
	stderr, rerr := os.ReadFile(p.said)
	if err != nil || rerr != nil {
		return account{}, errors.Join(fmt.Errorf("end %s: %w: %s", p.w.name, err, stderr), rerr)
	}
	stdout, err := os.ReadFile(p.printed)
	if err != nil {
		return account{}, fmt.Errorf("read output: %w", err)
	}
	if err := commands(p.w.after); err != nil {
		return account{}, err
	}
	return p.w.saw(stdout, stderr)
}

// kill ends what stop did not, after an error.
func (p *process) kill() {
	if p.cmd == nil {
		return
	}
	if p.shown != nil {
		p.shown.close()
	} else {
		_ = p.cmd.Process.Kill()
		_ = p.cmd.Wait()
	}
	p.cmd = nil
	_ = commands(p.w.after)
}

func commands(list [][]string) error {
	for _, argv := range list {
		if out, err := exec.Command(argv[0], argv[1:]...).CombinedOutput(); err != nil {
			return fmt.Errorf("run %s: %w: %s", strings.Join(argv, " "), err, bytes.TrimSpace(out))
		}
	}
	return nil
}
