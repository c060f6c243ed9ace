// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"golang.org/x/sys/unix"
)

// viewed are the rows of `overhead view`: a page of the live view, the keys that open it
// from the start, and the time between its updates.
var viewed = []struct {
	name, keys string
	interval   time.Duration
}{
	{"home", "", 500 * time.Millisecond},
	{"home, 10 frames/s", "", 100 * time.Millisecond},
	{"messages", "M", 500 * time.Millisecond},
	{"messages, 10 frames/s", "M", 100 * time.Millisecond},
	{"exchanges", "x", 500 * time.Millisecond},
	{"exchanges, 10 frames/s", "x", 100 * time.Millisecond},
}

// What the live view is to take at most (issue 16 of the project).
const (
	mostShare   = 0.25 // of one processor, on home
	mostAnswer  = 100 * time.Millisecond
	mostMemory  = 150 << 20 // beside the history
	mostIdle    = 0.01
	leastFrames = 10
	// historyMemory is what of the history is in memory (spool.Options.Memory); the rest is
	// in a file.
	historyMemory = 32 << 20
)

// flood is what those who sent so many messages took for them.
type flood struct {
	messages int
	took     time.Duration // on the clock
	cpu      time.Duration // of the thread that sends: what is watched pays it
}

func (f flood) perMessage() time.Duration { return f.cpu / time.Duration(f.messages) }

// rampUp is how long a flood goes on before it is measured: by then the view knows that
// messages are many, and has the kernel count them where nobody looks at them.
const rampUp = 2 * time.Second

// sendFlood changes routes, in a network namespace of its own, at so many messages a second.
// begin is called when what is measured begins.
func sendFlood(rate int, during time.Duration, begin func() error) (f flood, err error) {
	_, err = elsewhere(func() (n int, err error) {
		if _, err = changeRoutes(rate/2, rampUp); err != nil {
			return 0, err
		}
		if err = begin(); err != nil {
			return 0, err
		}
		at := time.Now()
		before, err := threadTime()
		if err != nil {
			return 0, err
		}
		if n, err = changeRoutes(rate/2, during); err != nil {
			return n, err
		}
		after, err := threadTime()
		f = flood{messages: 2 * n, took: time.Since(at), cpu: after - before}
		return n, err
	})
	if err != nil {
		return f, fmt.Errorf("send: %w", err)
	}
	return f, nil
}

// threadTime is what the thread of the caller has run.
func threadTime() (time.Duration, error) {
	var ts unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &ts); err != nil {
		return 0, fmt.Errorf("read the time of a thread: %w", err)
	}
	return time.Duration(ts.Nano()), nil
}

// viewRow is what one page took.
type viewRow struct {
	name    string
	idle    float64 // of one processor, before the flood
	own     time.Duration
	flood   flood
	frames  int
	bytes   int
	answers []time.Duration // sorted
	memory  int64           // the most that was resident, in bytes
	lost    float64
}

func (r *viewRow) share() float64 { return float64(r.own) / float64(r.flood.took) }

func (r *viewRow) answer(q float64) time.Duration {
	if len(r.answers) == 0 {
		return 0
	}
	return r.answers[min(int(q*float64(len(r.answers))), len(r.answers)-1)]
}

// viewAtRate prints what the live view takes while messages pass, what those who send them
// pay beside it, and how quick it answers.
func (b bench) viewAtRate(source string, rate int, during time.Duration, only string) error {
	pages := viewed[:0:0]
	for _, p := range viewed {
		if only == "" || slices.Contains(strings.Split(only, ";"), p.name) {
			pages = append(pages, p)
		}
	}
	if len(pages) == 0 {
		return fmt.Errorf("there is no page %s to measure", only)
	}
	bare, err := sendFlood(rate, during, func() error { return nil })
	if err != nil {
		return err
	}
	stat, err := b.floodBeside(source, rate, during)
	if err != nil {
		return fmt.Errorf("nltop stat: %w", err)
	}
	rows := make([]viewRow, len(pages))
	for i, p := range pages {
		rows[i], err = b.viewBeside(source, p.keys, p.interval, rate, during)
		if err != nil {
			return fmt.Errorf("view, %s: %w", p.name, err)
		}
		rows[i].name = p.name
		fmt.Fprintf(os.Stderr, "overhead: %s is done: %.1f %% of one processor\n", p.name, 100*rows[i].share())
	}
	return printViews(rate, bare, stat, rows)
}

// floodBeside sends beside nltop stat.
func (b bench) floodBeside(source string, rate int, during time.Duration) (flood, error) {
	w := watcher{name: "stat", argv: []string{"NLTOP", "stat", "--source", source, "-o", "json"}, saw: sawStat}
	p, err := b.start(&w)
	if err != nil {
		return flood{}, err
	}
	defer p.kill()
	f, err := sendFlood(rate, during, func() error { return nil })
	if err != nil {
		return f, err
	}
	time.Sleep(settle)
	saw, err := p.stop()
	if err == nil && saw.seen+saw.lost < uint64(f.messages) {
		err = fmt.Errorf("it saw %d and lost %d, but at least %d were sent", saw.seen, saw.lost, f.messages)
	}
	return f, err
}

func (b bench) viewBeside(source, keys string, interval time.Duration, rate int, during time.Duration) (r viewRow, err error) {
	w := watcher{name: "view", argv: []string{"NLTOP", "--source", source, "--interval", interval.String()}, view: true}
	p, err := b.start(&w)
	if err != nil {
		return r, err
	}
	defer p.kill()
	t := p.shown
	if err := t.press(keys); err != nil {
		return r, err
	}
	time.Sleep(2 * settle)
	if r.idle, err = t.idle(3 * time.Second); err != nil {
		return r, err
	}
	if err := r.during(t, rate, during); err != nil {
		return r, err
	}
	slices.Sort(r.answers)
	if r.memory, err = mostResident(t.cmd.Process.Pid); err != nil {
		return r, err
	}
	if err := r.end(t); err != nil {
		return r, err
	}
	_, err = p.stop()
	return r, err
}

// during counts what the view does while messages are sent and keys are pressed.
func (r *viewRow) during(t *terminal, rate int, during time.Duration) (err error) {
	pid := t.cmd.Process.Pid
	var frames, wrote int
	var before time.Duration
	stop, over := make(chan struct{}), make(chan error, 1)
	r.flood, err = sendFlood(rate, during, func() (err error) {
		frames, wrote = t.wrote()
		if before, err = processTime(pid); err != nil {
			return err
		}
		go func() {
			var err error
			r.answers, err = t.answers(stop)
			over <- err
		}()
		return nil
	})
	if err != nil {
		return err
	}
	after, err := processTime(pid)
	if err != nil {
		return err
	}
	r.own = after - before
	r.frames, r.bytes = t.wrote()
	r.frames, r.bytes = r.frames-frames, r.bytes-wrote
	close(stop)
	return <-over
}

// end fails where the view shows nothing of what was sent.
func (r *viewRow) end(t *terminal) error {
	time.Sleep(settle)
	if err := t.press("0"); err != nil { // the page of losses
		return err
	}
	time.Sleep(settle)
	shown := t.shows()
	saw, err := counted(shownMessages, shown)
	if err != nil {
		return err
	}
	if r.lost, err = counted(shownLost, shown); err != nil {
		return err
	}
	// The figures are rounded to three digits.
	if (saw+r.lost)*1.01 < float64(r.flood.messages) || r.frames == 0 || len(r.answers) == 0 {
		return fmt.Errorf("of %d messages it shows %.0f, and that %.0f were lost; it drew %d times and answered %d keys:\n%s",
			r.flood.messages, saw, r.lost, r.frames, len(r.answers), shown)
	}
	return nil
}

// What the header of that page counts (words.Count).
var (
	shownMessages = regexp.MustCompile(`messages ([0-9.]+)([KMG]?)`)
	shownLost     = regexp.MustCompile(` lost ([0-9.]+)([KMG]?)`)
)

func counted(pattern *regexp.Regexp, shown string) (float64, error) {
	m := pattern.FindStringSubmatch(shown)
	if m == nil {
		return 0, fmt.Errorf("no %s on the screen:\n%s", pattern, shown)
	}
	n, err := strconv.ParseFloat(m[1], 64)
	return n * map[string]float64{"": 1, "K": 1e3, "M": 1e6, "G": 1e9}[m[2]], err
}

// idle is how much of one processor the view takes, while nobody sends.
func (t *terminal) idle(during time.Duration) (float64, error) {
	before, err := processTime(t.cmd.Process.Pid)
	if err != nil {
		return 0, err
	}
	at := time.Now()
	time.Sleep(during)
	after, err := processTime(t.cmd.Process.Pid)
	return float64(after-before) / float64(time.Since(at)), err
}

var residentPattern = regexp.MustCompile(`(?m)^VmHWM:\s+(\d+) kB$`)

// mostResident is the most memory that a process had, in bytes.
func mostResident(pid int) (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, fmt.Errorf("read memory: %w", err)
	}
	m := residentPattern.FindSubmatch(text)
	if m == nil {
		return 0, errors.New("read memory: /proc/PID/status does not say it")
	}
	kib, err := strconv.ParseInt(string(m[1]), 10, 64)
	return kib << 10, err
}

func printViews(rate int, bare, stat flood, rows []viewRow) error {
	load, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return fmt.Errorf("read load: %w", err)
	}
	fmt.Printf("The live view in a terminal of 120x40, at %d messages/s; load %s\n"+
		"own: nltop's own time, of one processor, and of a message that was sent. paid: what who sends pays, in the kernel and beside it.\n"+
		"key: from a key until its prompt is drawn. idle: before. All but that from %s on behind the first message. Memory is the most that was resident; %d MiB of it may be the history's.\n\n",
		rate, strings.Join(strings.Fields(string(load))[:3], " "), rampUp, historyMemory>>20)
	tw := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(tw, "\tmessages/s\town\tµs\tpaid µs\tof bare\tframes/s\tbytes/frame\tkey p50\tp99\tkeys\tMiB\tidle\tlost\t\n")
	plain := func(name string, f flood) {
		fmt.Fprintf(tw, "%s\t%.0f\t\t\t%.2f\t%.3f\t\t\t\t\t\t\t\t\t\n", name, float64(f.messages)/f.took.Seconds(), inMicros(f.perMessage()), ratioOf(f, bare))
	}
	plain("bare", bare)
	plain("nltop stat", stat)
	for i := range rows {
		r := &rows[i]
		fmt.Fprintf(tw, "%s\t%.0f\t%.1f %%\t%.2f\t%.2f\t%.3f\t%.1f\t%d\t%s\t%s\t%d\t%d\t%.2f %%\t%.0f\t\n",
			r.name, float64(r.flood.messages)/r.flood.took.Seconds(), 100*r.share(), inMicros(r.own)/float64(r.flood.messages),
			inMicros(r.flood.perMessage()), ratioOf(r.flood, bare), float64(r.frames)/r.flood.took.Seconds(), r.bytes/max(r.frames, 1),
			r.answer(.5).Round(100*time.Microsecond), r.answer(.99).Round(100*time.Microsecond), len(r.answers), r.memory>>20, 100*r.idle, r.lost)
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	return viewGoals(stat, bare, rows)
}

func inMicros(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }
func ratioOf(f, bare flood) float64    { return float64(f.perMessage()) / float64(bare.perMessage()) }

// viewGoals says which goals are met by which page.
func viewGoals(stat, bare flood, rows []viewRow) error {
	fmt.Println()
	for i := range rows {
		r := &rows[i]
		var parts []string
		goal := func(met bool, format string, args ...any) {
			verdict := "met"
			if !met {
				verdict = "NOT met"
			}
			parts = append(parts, fmt.Sprintf(format, args...)+" "+verdict)
		}
		home, _, quick := strings.Cut(r.name, ", ")
		if home == "home" {
			goal(r.share() <= mostShare, "own at most %.0f %%", 100*mostShare)
			// Two measurements of the same differ by as much.
			goal(ratioOf(r.flood, bare) <= ratioOf(stat, bare)+.02, "paid as beside nltop stat")
		}
		if quick {
			goal(float64(r.frames)/r.flood.took.Seconds() >= leastFrames*.95, "%d frames/s", leastFrames)
		} else {
			goal(r.idle < mostIdle, "idle below %.0f %%", 100*mostIdle)
		}
		goal(r.answer(.99) <= mostAnswer, "keys within %s", mostAnswer)
		goal(r.memory-historyMemory <= mostMemory, "%d MiB beside the history", mostMemory>>20)
		if _, err := fmt.Printf("goals, %s: %s\n", r.name, strings.Join(parts, ", ")); err != nil {
			return err
		}
	}
	return nil
}
