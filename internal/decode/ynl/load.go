// SPDX-License-Identifier: Apache-2.0

// Package ynl loads the kernel's YNL specs (Documentation/netlink/specs) into
// package schema, so that a family that nltop has never seen is decoded by the
// same walker as the built-in ones. It knows the four variants of the format
// (genetlink, genetlink-c, genetlink-legacy, netlink-raw) and every feature
// that the published specs use; a key that it does not know becomes a note, a
// file that is broken becomes an error with line and column, and neither stops
// the other files.
//
// It decodes nothing and asks no kernel. Files are taken as hostile: their
// size, their depth and the work that their aliases can cause are bounded.
package ynl

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nltop/nltop/internal/decode/schema"
)

// Note is something that a reader of the spec should know and that stopped
// nothing: a key that is ignored, a reference to nowhere.
type Note struct {
	File         string
	Line, Column int
	Text         string
}

// String returns file:line:column: text.
func (n Note) String() string { return fmt.Sprintf("%s:%d:%d: %s", n.File, n.Line, n.Column, n.Text) }

// Error is why a file was left out.
type Error struct {
	File         string
	Line, Column int // 0: the whole file
	Err          error
}

// Error returns file:line:column: reason.
func (e *Error) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %v", e.File, e.Err)
	}
	return fmt.Sprintf("%s:%d:%d: %v", e.File, e.Line, e.Column, e.Err)
}

// Unwrap returns the reason.
func (e *Error) Unwrap() error { return e.Err }

// maxFile bounds a spec in bytes; the largest published one has 100 kB.
const maxFile = 4 << 20

// Load reads every *.yaml below dir, by name. Specs of one raw protocol make
// one family (rt_link, rt_addr and tc are all NETLINK_ROUTE). err joins an
// *Error for each file that was left out; what the others say is returned
// beside it.
func Load(dir string) (families []*schema.Family, notes []Note, err error) {
	files, err := specFiles(dir)
	if err != nil {
		return nil, nil, fmt.Errorf("read specs: %w", err)
	}
	var errs []error
	for _, file := range files {
		data, err := readFile(file)
		if err != nil {
			errs = append(errs, &Error{File: file, Err: err})
			continue
		}
		fs, ns, err := Parse(file, data)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		notes = append(notes, ns...)
		// The first file wins where two describe the same thing.
		families = schema.Merge(families, fs, schema.Fill)
	}
	for _, f := range families {
		f.Merged = schema.None
		f.Build()
	}
	return families, notes, errors.Join(errs...)
}

// specFiles lists the specs of a directory. The folder itself must exist.
func specFiles(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var files []string
	for _, e := range entries {
		if name := e.Name(); !strings.HasPrefix(name, ".") && (strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml")) {
			files = append(files, filepath.Join(dir, name))
		}
	}
	slices.Sort(files)
	return files, nil
}

func readFile(path string) ([]byte, error) {
	st, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !st.Mode().IsRegular() { // opening a FIFO would wait for its writer
		return nil, errors.New("not a regular file")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxFile {
		return nil, fmt.Errorf("larger than %d bytes", maxFile)
	}
	return data, nil
}

// Parse reads one spec. It makes one family; of an nfnetlink spec, one for each
// subsystem.
func Parse(file string, data []byte) ([]*schema.Family, []Note, error) {
	doc, err := parseDocument(file, data)
	if err != nil {
		return nil, nil, err
	}
	r := &reader{file: file}
	s, err := r.spec(doc)
	if err != nil {
		return nil, nil, err
	}
	fs, err := newBuilder(r, s).families()
	if err != nil {
		return nil, nil, err
	}
	for _, f := range fs {
		f.Origin = schema.Spec
		f.Build()
	}
	return fs, r.notes, nil
}
