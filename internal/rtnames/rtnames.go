// SPDX-License-Identifier: Apache-2.0

// Package rtnames reads the files in which iproute2 has names for numbers of routing:
// tables, protocols, scopes, realms, link groups, DS fields, reasons of protodown.
//
// It is for the machine that is captured, while it is. It decodes nothing, and of a
// recording the names come with the recording (capture.LocalNames).
package rtnames

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/nltop/nltop/internal/capture"
)

// Bounds of what is read.
const (
	maxFile = 256 << 10 // bytes of a file
	maxLine = 511       // NAME_MAX_LEN of iproute2's lib/rt_names.c, less the NUL
	maxConf = 256       // files of a directory
)

// files are the names of the files, and the largest number that each has a name for;
// dir: there is also a directory NAME.d.
var files = []struct {
	name string
	max  int64
	dir  bool
}{
	{"rt_tables", 1<<31 - 1, true},
	{"rt_protos", 255, true},
	{"rt_addrprotos", 255, true},
	{"rt_scopes", 255, false},
	{"rt_realms", 255, false},
	{"rt_dsfield", 255, false},
	{"group", 1<<31 - 1, false},
	{"protodown_reasons", 31, true},
}

// Read returns the names below root ("/"), nil where there are none, and what was not
// understood, one clause each. It looks where iproute2 looks (lib/rt_names.c): for a file
// in /etc/iproute2 and only where that has none in what the distribution installed; of
// *.conf in NAME.d in both, where one in /etc stands for that of its name. The later
// of two names of a number holds, and a file ends at its first malformed line.
func Read(root string) (*capture.LocalNames, []string) {
	r := reader{names: new(capture.LocalNames)}
	etc := filepath.Join(root, "etc/iproute2")
	usr := filepath.Join(root, "usr/share/iproute2") // CONF_USR_DIR from 6.6 on
	if _, err := os.Stat(usr); err != nil {
		usr = filepath.Join(root, "usr/lib/iproute2") // of 6.5
	}
	for _, f := range files {
		if err := r.file(filepath.Join(etc, f.name), f.name, f.max); errors.Is(err, fs.ErrNotExist) {
			_ = r.file(filepath.Join(usr, f.name), f.name, f.max)
		}
		if !f.dir {
			continue
		}
		over := filepath.Join(etc, f.name+".d")
		r.dir(filepath.Join(usr, f.name+".d"), over, f.name, f.max)
		r.dir(over, "", f.name, f.max)
	}
	if r.full {
		r.problem("there are more names than %d, the rest is left out", capture.MaxLocalNames)
	}
	if r.names.Len() == 0 {
		return nil, r.problems
	}
	return r.names, r.problems
}

type reader struct {
	names    *capture.LocalNames
	problems []string
	full     bool
}

func (r *reader) problem(format string, args ...any) {
	if len(r.problems) < 8 {
		r.problems = append(r.problems, "names of iproute2: "+fmt.Sprintf(format, args...))
	}
}

// dir reads the *.conf of a directory that over does not have.
func (r *reader) dir(path, over, name string, top int64) {
	d, err := os.Open(path)
	if err != nil {
		return
	}
	entries, _ := d.Readdirnames(maxConf)
	_ = d.Close()
	slices.Sort(entries)
	for _, e := range entries {
		if strings.HasPrefix(e, ".") || !strings.HasSuffix(e, ".conf") || e == ".conf" {
			continue
		}
		if over != "" {
			if _, err := os.Lstat(filepath.Join(over, e)); err == nil {
				continue
			}
		}
		_ = r.file(filepath.Join(path, e), name, top)
	}
}

// file reads one file. The error is that of opening it.
func (r *reader) file(path, name string, top int64) error {
	// A FIFO must not stop nltop.
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			r.problem("%s", capture.Printable(err.Error()))
		}
		return err
	}
	defer func() { _ = f.Close() }()
	if st, err := f.Stat(); err != nil || !st.Mode().IsRegular() {
		r.problem("%s is no regular file", capture.Printable(path))
		return nil
	}
	if at := r.parse(io.LimitReader(f, maxFile), name, top); at > 0 {
		r.problem("%s: line %d is no number and name", capture.Printable(path), at)
	}
	return nil
}

// parse reads lines "NUMBER NAME", and comments, and returns the first that is neither,
// from 1; 0: none is.
func (r *reader) parse(in io.Reader, file string, top int64) int {
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 0, maxLine+1), maxLine+1)
	at := 0
	for lines.Scan() {
		at++
		line := bytes.Trim(lines.Bytes(), " \t\r\v\f")
		if len(line) == 0 || line[0] == '#' {
			continue
		}
		words := strings.Fields(string(line))
		id, err := number(words[0])
		if err != nil || len(words) < 2 {
			return at
		}
		if id < 0 || id > top {
			continue
		}
		if !r.names.Put(file, uint32(id), words[1]) && r.names.Len() >= capture.MaxLocalNames {
			r.full = true
			return 0
		}
	}
	if lines.Err() != nil {
		return at + 1
	}
	return 0
}

// number reads a decimal number, or a hexadecimal one with 0x; 010 is ten.
func number(s string) (int64, error) {
	if h, ok := strings.CutPrefix(s, "0x"); ok {
		return strconv.ParseInt(h, 16, 64)
	}
	return strconv.ParseInt(s, 10, 64)
}
