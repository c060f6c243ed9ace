// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// reading is the state of the clocks that the figures are differences of.
type reading struct {
	busy time.Duration // of all processors since boot
	own  time.Duration // of the watcher's threads
}

func now(p *process) (reading, error) {
	own, err := p.cpu()
	if err != nil {
		return reading{}, err
	}
	busy, err := busyTime()
	return reading{busy: busy, own: own}, err
}

// busyTime is how long the processors have not been idle. /proc/stat says what
// they did at each tick; the sums of what lies between are in /proc/timer_list
// (print_cpu() in kernel/time/timer_list.c), to the nanosecond: the idle time is
// kept when a processor leaves idleness, for an interrupt too.
func busyTime() (time.Duration, error) {
	b, err := os.ReadFile("/proc/timer_list")
	if err != nil {
		return 0, fmt.Errorf("read idle time: %w", err)
	}
	return parseTimerList(b)
}

func parseTimerList(b []byte) (time.Duration, error) {
	var at, idle time.Duration
	cpus := 0
	for s := bufio.NewScanner(bytes.NewReader(b)); s.Scan(); {
		line := strings.TrimSpace(s.Text())
		for _, f := range []struct {
			prefix string
			to     *time.Duration
		}{{"now at ", &at}, {".idle_sleeptime", &idle}, {".iowait_sleeptime", &idle}} {
			rest, ok := strings.CutPrefix(line, f.prefix)
			if !ok {
				continue
			}
			n, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimLeft(rest, " :"), " nsecs"), 10, 64)
			if err != nil {
				return 0, fmt.Errorf("read idle time: %q in /proc/timer_list: %w", line, err)
			}
			*f.to += time.Duration(n)
			if f.prefix == ".idle_sleeptime" {
				cpus++
			}
		}
	}
	if at == 0 || cpus == 0 {
		return 0, fmt.Errorf("read idle time: /proc/timer_list has none (no CONFIG_NO_HZ, or no high resolution timers)")
	}
	return time.Duration(cpus)*at - idle, nil
}

// processTime is what the threads of a process have run, by the scheduler's own
// clock (/proc/PID/schedstat counts one thread, /proc/PID/stat ticks). A thread
// that ended takes its time along; nltop and tcpdump end none while they watch.
func processTime(pid int) (time.Duration, error) {
	tasks, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	if err != nil || len(tasks) == 0 {
		return 0, fmt.Errorf("read CPU time: process %d has no threads", pid)
	}
	var sum time.Duration
	for _, t := range tasks {
		b, err := os.ReadFile(t)
		if err != nil {
			continue // it ended just now
		}
		var ns int64
		if _, err := fmt.Sscan(string(b), &ns); err != nil {
			return 0, fmt.Errorf("read CPU time: %s: %w", t, err)
		}
		sum += time.Duration(ns)
	}
	return sum, nil
}
