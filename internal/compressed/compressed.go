// SPDX-License-Identifier: Apache-2.0

// Package compressed reads and writes streams that gzip or zstd packs: found by their
// first bytes when read, chosen by the name of the file when written.
//
// What has been read or flushed is good whatever comes behind it: a stream whose end is
// missing is read up to where it ends and then told as ErrCut, and Writer.Flush makes
// readable all that was written before it.
//
// It knows nothing of recordings, opens no files and starts no goroutines.
package compressed

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
)

// Format is how a stream is packed.
type Format uint8

const (
	None Format = iota // it is not
	Gzip               // RFC 1952: one member or several
	Zstd               // RFC 8878: one frame or several
)

// formats are those that can be read and written. The suffixes are those of files, the
// first is the usual one.
var formats = []struct {
	format   Format
	name     string
	magic    []byte
	suffixes []string
}{
	{Gzip, "gzip", []byte{0x1f, 0x8b}, []string{".gz", ".gzip"}},
	{Zstd, "zstd", []byte{0x28, 0xb5, 0x2f, 0xfd}, []string{".zst", ".zstd"}},
}

// foreign are formats that can only be told.
var foreign = []struct {
	name  string
	magic []byte
}{
	{"xz", []byte("\xfd7zXZ\x00")},
	{"bzip2", []byte("BZh")},
	{"lz4", []byte{0x04, 0x22, 0x4d, 0x18}},
}

// MagicLen is how many bytes of a stream ByMagic looks at.
const MagicLen = 6

// String is the name of the format, "none" for None.
func (f Format) String() string {
	for _, x := range formats {
		if x.format == f {
			return x.name
		}
	}
	return "none"
}

// Names are those that Parse takes.
func Names() []string {
	names := []string{None.String()}
	for _, x := range formats {
		names = append(names, x.name)
	}
	return names
}

// Parse is the inverse of Format.String.
func Parse(name string) (Format, error) {
	for _, x := range formats {
		if x.name == name {
			return x.format, nil
		}
	}
	if name == None.String() {
		return None, nil
	}
	return None, fmt.Errorf("neither of %s", strings.Join(Names(), ", "))
}

// ByName is the format that the name of a file asks for.
func ByName(path string) Format {
	f, _ := Suffix(path)
	return f
}

// Suffix is ByName with the suffix that says so; "" for None.
func Suffix(path string) (Format, string) {
	ext := filepath.Ext(path)
	for _, x := range formats {
		for _, s := range x.suffixes {
			if strings.EqualFold(ext, s) {
				return x.format, ext
			}
		}
	}
	return None, ""
}

// ByMagic is the format of a stream that begins with head. Formats that this package
// cannot read are an error that names them.
func ByMagic(head []byte) (Format, error) {
	for _, x := range formats {
		if bytes.HasPrefix(head, x.magic) {
			return x.format, nil
		}
	}
	for _, x := range foreign {
		if bytes.HasPrefix(head, x.magic) {
			return None, fmt.Errorf("packed by %s: unpack it first", x.name)
		}
	}
	if isSkippable(head) {
		return Zstd, nil // and what it holds comes behind that
	}
	return None, nil
}

// isSkippable says whether a zstd stream may begin so: with a frame for other programs
// (RFC 8878, 3.1.2).
func isSkippable(head []byte) bool {
	return len(head) >= 4 && head[0]&0xf0 == 0x50 && bytes.Equal(head[1:4], []byte{0x2a, 0x4d, 0x18})
}

// ErrCut is what a stream ends with whose end is missing.
var ErrCut = errors.New("ends in the middle")
