// SPDX-License-Identifier: Apache-2.0

// Package rotate says when a recording goes on in another file, and what that is called:
// the options -C, -G and -W of tcpdump(1).
//
// It opens and counts nothing. Times are given to it, so that a recording can be split as
// if it were captured.
package rotate

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/ncruces/go-strftime"
)

// Options say how a recording is spread over files. The zero value is one file.
type Options struct {
	Name  string        // as -w names it
	Bytes int64         // -C: how long a file may be; 0: as long as it gets
	Every time.Duration // -G: how long a file is written; 0: until the end
	// Files is -W: with Bytes, how many there are at most, of which the oldest is written
	// over; with Every, how many are written before the end; with both, how many of
	// Bytes there are at most of each time. 0: no bound.
	Files int
	// Suffix is what of Name stays its end, behind numbers: ".gz".
	Suffix string
}

// MinBytes is the least that Bytes may be: what a file begins with has to find room.
const MinBytes = 128 << 10

// ParseSize reads what -C takes: millions of bytes, or with a suffix k, m or g (also in
// capitals) units of 1024, 1024² or 1024³ bytes.
func ParseSize(s string) (int64, error) {
	unit, digits := int64(1_000_000), s
	if n := len(s) - 1; n > 0 {
		if i := strings.IndexByte("kmg", s[n]|0x20); i >= 0 {
			unit, digits = 1<<(10*(i+1)), s[:n]
		}
	}
	n, err := strconv.ParseUint(digits, 10, 63)
	switch {
	case err != nil:
		return 0, errors.New("a number of millions of bytes, or with a suffix k, M or G of KiB, MiB or GiB")
	case n > math.MaxInt64/uint64(unit):
		return 0, errors.New("no file is so long")
	case int64(n)*unit < MinBytes:
		return 0, fmt.Errorf("a file has at least %dk", MinBytes>>10)
	}
	return int64(n) * unit, nil
}

// Check says what is wrong with options.
func (o *Options) Check() error {
	switch {
	case o.Files < 0 || o.Every < 0:
		return errors.New("-W and -G: cannot be negative")
	case o.Files > 0 && o.Bytes == 0 && o.Every == 0:
		return errors.New("-W says how many files there may be: with -C, of which size, or with -G, of how many seconds")
	case o.Name == "-" && (o.Bytes > 0 || o.Every > 0):
		return errors.New("-C and -G need -w FILE: standard output has no name to which a number or a time could be added")
	}
	return nil
}

// Active says whether there may be more than one file.
func (o *Options) Active() bool { return o.Bytes > 0 || o.Every > 0 }

// Plan is where a recording is in it. Its zero value is not to be used.
type Plan struct {
	o      Options
	stem   string // of Name, without Suffix
	digits int
	began  time.Time // of the interval
	// number is that of the file in its interval, times how many intervals there were.
	number, times int
}

// New begins with a first file, at a time.
func New(o Options, now time.Time) *Plan {
	p := &Plan{o: o, stem: strings.TrimSuffix(o.Name, o.Suffix), began: now}
	for n := o.Files - 1; n > 0; n /= 10 {
		p.digits++
	}
	return p
}

// Name is that of the file at hand.
func (p *Plan) Name() string {
	name := p.stem
	if p.o.Every > 0 {
		name = strftime.Format(name, p.began.Local())
	}
	if p.o.Bytes > 0 && (p.number > 0 || p.digits > 0) {
		name += fmt.Sprintf("%0*d", p.digits, p.number)
	}
	return name + p.o.Suffix
}

// Ends is when the file at hand ends; false: time does not end it.
func (p *Plan) Ends() (time.Time, bool) { return p.began.Add(p.o.Every), p.o.Every > 0 }

// Later goes on to the file of a time at or behind Ends; false: that was the last. Of
// intervals in which nothing was there are no files.
func (p *Plan) Later(now time.Time) bool {
	if p.times++; p.o.Bytes == 0 && p.o.Files > 0 && p.times >= p.o.Files {
		return false
	}
	if since := now.Sub(p.began); since < math.MaxInt64 {
		p.began = p.began.Add(since / p.o.Every * p.o.Every)
	} else {
		p.began = now
	}
	p.number = 0
	return true
}

// Larger goes on to the next file, since the one at hand is as long as it may be.
func (p *Plan) Larger() {
	if p.number++; p.o.Files > 0 {
		p.number %= p.o.Files
	}
}

// Renames says whether the next file has another name than the one at hand, wherever the
// plan goes on to it.
func (p *Plan) Renames() bool {
	if p.o.Bytes > 0 {
		return p.o.Files != 1
	}
	return strftime.Format(p.stem, p.began.Local()) != strftime.Format(p.stem, p.began.Add(p.o.Every).Local())
}
