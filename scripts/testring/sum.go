// SPDX-License-Identifier: Apache-2.0

package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"
)

// slowest is how many tests of a ring are named.
const slowest = 10

// sum prints the time of each ring, its slowest tests and, once more, what failed.
// Its last lines are go test's, for those who look for them.
func sum(file string, bad bool, out io.Writer) error {
	f, err := os.Open(file)
	if err != nil {
		return fmt.Errorf("open log: %w", err)
	}
	defer f.Close()
	var rings []result
	tests := map[string][]result{}
	parts := map[string]float64{} // of a test, by all that names it
	var failed []result
	for d := json.NewDecoder(f); ; {
		var r result
		if err := d.Decode(&r); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return fmt.Errorf("read log: %w", err)
		}
		switch {
		case r.Package == "":
			rings = append(rings, r)
		case r.Test != "" && !strings.Contains(r.Test, "/"): // of subtests their parents tell
			tests[r.Ring] = append(tests[r.Ring], r)
		case strings.Count(r.Test, "/") == 1:
			parent, _, _ := strings.Cut(r.Test, "/")
			parts[r.of(parent)] += r.Seconds
		}
		if r.Failed {
			failed = append(failed, r)
		}
	}
	if len(rings) == 0 {
		return errors.New("no ring has run")
	}
	total := 0.0
	for _, ring := range rings {
		total += ring.Seconds
		all := tests[ring.Ring]
		for i := range all { // a parent's own time has none of subtests that ran side by side
			all[i].Seconds = max(all[i].Seconds, parts[all[i].of(all[i].Test)])
		}
		skipped := len(slices.DeleteFunc(slices.Clone(all), func(r result) bool { return !r.Skipped }))
		fmt.Fprintf(out, "== %s: %s, %d tests, %d skipped; the slowest:\n", ring.Ring, minutes(ring.Seconds), len(all), skipped)
		slices.SortStableFunc(all, func(a, b result) int { return cmp.Compare(b.Seconds, a.Seconds) })
		for _, r := range all[:min(slowest, len(all))] {
			fmt.Fprintf(out, "   %7.1f s  %s\n", r.Seconds, r.name())
		}
	}
	for _, r := range failed {
		fmt.Fprintf(out, "--- FAIL: %s: %s\n", r.Ring, r.name())
	}
	word := "ok  "
	if bad || len(failed) > 0 {
		word = "FAIL"
		fmt.Fprintln(out, "FAIL")
	} else {
		fmt.Fprintln(out, "PASS")
	}
	fmt.Fprintf(out, "%s\tgithub.com/nltop/nltop\t%.3fs\n", word, total)
	return nil
}

// of names a test of the same run of tests.
func (r result) of(test string) string {
	return strings.Join([]string{r.Ring, r.Package, r.Where, test}, "\n")
}

// name is the test with its package and kernel.
func (r result) name() string {
	s := path.Base(r.Package)
	switch {
	case r.Package == "":
		return "the ring"
	case r.Test != "":
		s += "." + r.Test
	}
	if r.Where != "" {
		s += " (Linux " + r.Where + ")"
	}
	return s
}

func minutes(s float64) string { return fmt.Sprintf("%d min %02d s", int(s)/60, int(s)%60) }
