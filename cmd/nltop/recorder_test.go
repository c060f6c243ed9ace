// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nltest"
	"github.com/nltop/nltop/internal/pcapng"
	"github.com/nltop/nltop/internal/rotate"
)

// ofFamily is what nlctrl says of a family: an answer with a name and nothing else.
func ofFamily(id uint16, name string) []byte {
	return nltest.Message(unix.GENL_ID_CTRL, 0, 1, 0, []byte{unix.CTRL_CMD_NEWFAMILY, 2, 0, 0},
		nltest.LE.Attr(unix.CTRL_ATTR_FAMILY_NAME, []byte(name+"\x00")),
		nltest.LE.Attr(unix.CTRL_ATTR_FAMILY_ID, nltest.LE.U16(id)))
}

// longRecording writes a recording of n datagrams, one every 100 ms, with payloads that
// do not pack; it names families in front and in the middle, and counts losses.
func longRecording(t *testing.T, path string, n int) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	w, err := pcapng.NewWriter(f, pcapng.Options{Version: "1", Info: capture.Info{Name: capture.SourceFentry, Sees: capture.AllSees}})
	check := func(err error) {
		if err != nil {
			t.Helper()
			t.Fatal(err)
		}
	}
	check(err)
	answer := capture.Origin{Protocol: capture.NETLINK_GENERIC, Dir: capture.DirReply, Source: capture.SourceFentry, Sees: capture.AllSees}
	learned := func(id uint16, name string) *capture.Frame {
		b := ofFamily(id, name)
		return &capture.Frame{Origin: &answer, Data: b, OrigLen: len(b)}
	}
	check(w.WritePreamble([]*capture.Frame{learned(30, "first")}))
	random := rand.New(rand.NewPCG(1, 2))
	var lost uint64
	for i := range n {
		at := time.Unix(1_700_000_000, 0).Add(time.Duration(i) * 100 * time.Millisecond)
		if i == n/3 { // as traffic, from which a decoder learns, too
			taught := learned(31, "heard")
			taught.ID, taught.Time = uint64(n+1), at
			check(w.WriteFrame(taught))
		}
		if i%10 == 5 {
			lost += uint64(i)
			check(w.WriteStats(capture.Stats{Frames: uint64(i), Lost: []capture.Loss{{Reason: "ring buffer full", Count: lost}}}))
		}
		o := answer
		o.Protocol, o.Dir = capture.NETLINK_ROUTE, capture.DirRequest
		o.Proc = capture.Proc{PID: uint32(i/7 + 1), TID: uint32(i/7 + 1), Comm: "ip", Name: "ip", Identity: capture.Identity{Exe: "/sbin/ip", CmdLine: capture.CmdLine(fmt.Sprintf("ip\x00%d", i/7))}}
		data := make([]byte, 16+random.IntN(3000))
		for k := range data {
			data[k] = byte(random.Uint32())
		}
		binary.LittleEndian.PutUint32(data, uint32(len(data)))
		check(w.WriteFrame(&capture.Frame{Origin: &o, ID: uint64(i + 1), Time: at, Data: data, OrigLen: len(data)}))
	}
	check(w.WriteTables(&capture.Tables{Locked: true, Locks: []capture.LockRow{{Proc: capture.Proc{PID: 1, Comm: "ip"}, Wait: capture.Times{Count: 1, Sum: 2, Max: 2}}}}))
	check(w.Close())
}

// recorded is what is in a file.
type recorded struct {
	frames   []*capture.Frame
	families []string // data of the frames that name families, without numbers
	lost     uint64
	locked   bool // it has the table of rtnl_mutex
}

func readRecorded(t *testing.T, path string) (r recorded) {
	t.Helper()
	in, err := pcapng.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	for {
		rec, err := in.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if rec.Preamble {
			r.families = append(r.families, withoutNumbers(rec.Frame))
		} else {
			r.frames = append(r.frames, rec.Frame)
		}
	}
	r.lost = in.Stats().LostTotal()
	_, _, err = in.Locks()
	r.locked = err == nil
	return r
}

// sameFrames says where frames differ; "": they are the same.
func sameFrames(got, want []*capture.Frame) string {
	if len(got) != len(want) {
		return fmt.Sprintf("%d frames, want %d", len(got), len(want))
	}
	for i := range got {
		a, b := *got[i], *want[i]
		if !reflect.DeepEqual(*a.Origin, *b.Origin) || !bytes.Equal(a.Data, b.Data) || a.ID != b.ID || !a.Time.Equal(b.Time) {
			return fmt.Sprintf("frame %d is %+v, want %+v", i, a, b)
		}
	}
	return ""
}

// TestSplitBySize: each file of -C is as short as was asked for and can be read alone, and
// together they are the recording.
func TestSplitBySize(t *testing.T) {
	dir := t.TempDir()
	in := filepath.Join(dir, "in")
	longRecording(t, in, 800)
	want := readRecorded(t, in)
	const limit = 200 << 10
	for _, name := range []string{"f", "f.gz", "f.zst"} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			if err := tryNltop("record", "-q", "-r", in, "-C", "200k", "-w", filepath.Join(dir, name)); err != nil {
				t.Fatal(err)
			}
			stem, suffix, _ := strings.Cut(name, ".")
			var all []*capture.Frame
			var lost uint64
			var joined []byte
			n := len(names(t, dir))
			for i := range n {
				number := fmt.Sprint(i)
				if i == 0 {
					number = ""
				}
				path := filepath.Join(dir, strings.TrimSuffix(stem+number+"."+suffix, "."))
				got := readRecorded(t, path)
				st, err := os.Stat(path)
				if err != nil || st.Size() > limit || i < n-1 && st.Size() < limit/2 {
					t.Errorf("%s: %d bytes, %v", path, st.Size(), err)
				}
				// What the traffic tells of families is told again behind that.
				families := []string{string(ofFamilyUnnumbered(30, "first"))}
				if slices.ContainsFunc(all, func(f *capture.Frame) bool { return f.ID == 801 }) {
					families = append(families, ofFamilyUnnumbered(31, "heard"))
				}
				if !slices.Equal(got.families, families) {
					t.Errorf("%s: families are %q, want %q", path, got.families, families)
				}
				if got.locked != (i == n-1) {
					t.Errorf("%s of %d: table of locks %v", path, n, got.locked)
				}
				all = append(all, got.frames...)
				lost += got.lost
				b, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				joined = append(joined, b...)
			}
			if n < 6 {
				t.Errorf("%d files", n)
			}
			if diff := sameFrames(all, want.frames); diff != "" {
				t.Errorf("together: %s", diff)
			}
			put(t, filepath.Join(dir, "joined"), joined)
			again := readRecorded(t, filepath.Join(dir, "joined"))
			if diff := sameFrames(again.frames, want.frames); diff != "" || again.lost != want.lost {
				t.Errorf("joined by cat: %d lost, %s", again.lost, diff)
			}
			if lost != want.lost || lost == 0 {
				t.Errorf("lost are %d, want %d", lost, want.lost)
			}
		})
	}
}

func ofFamilyUnnumbered(id uint16, name string) string {
	return withoutNumbers(&capture.Frame{Origin: &capture.Origin{}, Data: ofFamily(id, name)})
}

// TestSplitByTime: -G, -W and --for count the time of the recording.
func TestSplitByTime(t *testing.T) {
	dir := t.TempDir()
	in := filepath.Join(dir, "in")
	longRecording(t, in, 200) // 20 seconds
	want := readRecorded(t, in).frames
	for _, tt := range []struct {
		name   string
		args   []string
		files  string // by time
		frames int
	}{
		{"-G", []string{"-G", "6", "-w", "%s.pcapng"}, "1700000000.pcapng 1700000006.pcapng 1700000012.pcapng 1700000018.pcapng", 201},
		{"-G, so many", []string{"-G", "6", "-W", "2", "-w", "%s.zst"}, "1700000000.zst 1700000006.zst", 121},
		{"-G over itself", []string{"-G", "6", "-w", "f"}, "f", 20},
		{"-G, once", []string{"-G", "6", "-W", "1", "-w", "f"}, "f", 60},
		{"--for", []string{"--for", "2s", "-w", "f"}, "f", 20},
		{"--for and -G", []string{"--for", "3s", "-G", "2", "-w", "%s"}, "1700000000 1700000002", 30},
		{"-C and -W", []string{"-C", "128k", "-W", "2", "-w", "f"}, "f0 f1", -1},
		{"-C and -G", []string{"-C", "128k", "-G", "15", "-w", "%s."}, "1700000000. 1700000000.1 1700000000.2 1700000015.", 201},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			args := slices.Clone(tt.args)
			args[len(args)-1] = filepath.Join(dir, args[len(args)-1])
			if err := tryNltop(append([]string{"record", "-q", "-r", in}, args...)...); err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(names(t, dir), " "); got != tt.files {
				t.Fatalf("files are %s, want %s", got, tt.files)
			}
			var all []*capture.Frame
			for _, name := range names(t, dir) {
				all = append(all, readRecorded(t, filepath.Join(dir, name)).frames...)
			}
			slices.SortStableFunc(all, func(a, b *capture.Frame) int { return a.Time.Compare(b.Time) })
			// What is written over is the oldest; what ends early lacks the newest.
			expected := want[:max(tt.frames, 0)]
			switch {
			case tt.frames < 0: // whatever had room
				expected = want[len(want)-len(all):]
			case tt.name == "-G over itself":
				expected = want[len(want)-tt.frames:]
			}
			if diff := sameFrames(all, expected); diff != "" || len(all) == 0 {
				t.Error(diff)
			}
		})
	}
}

func TestRecordUsage(t *testing.T) {
	dir := t.TempDir()
	in := filepath.Join(dir, "in")
	recording(t, in)
	for _, tt := range []struct{ args, want string }{
		{"", "needs -w FILE, or with --keep -w DIR"},
		{"-w f -W 3", "with -C"},
		{"-w f -C 1x", "-C 1x: a number"},
		{"-w f -C 1k", "at least 128k"},
		{"-w f -G -1", "-G -1"},
		{"-w f -c -1", "-c -1"},
		{"-w f --for -1s", "--for -1s"},
		{"-w f --for 1s -- true", "exclude each other"},
		{"-w - -C 1", "standard output has no name"},
		{"-w - -G 1", "standard output has no name"},
		{"-w f --compress xz", "--compress xz: neither of"},
	} {
		args := append([]string{"record", "-q"}, strings.Fields(tt.args)...)
		if !strings.Contains(tt.args, "--for 1s") {
			args = append(args, "-r", in)
		}
		for i := range args {
			if args[i] == "f" {
				args[i] = filepath.Join(dir, "f")
			}
		}
		if err := tryNltop(args...); status(err) != exitUsage || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.args, err, tt.want)
		}
	}
	if got := names(t, dir); len(got) != 1 {
		t.Errorf("left behind: %v", got)
	}
}

// TestPackedByName: -w packs by the name, and --compress whatever it is.
func TestPackedByName(t *testing.T) {
	dir := t.TempDir()
	in := filepath.Join(dir, "in")
	recording(t, in)
	want := readRecorded(t, in).frames
	for _, tt := range []struct {
		name, pack string
		magic      string
	}{
		{"f.gz", "", "\x1f\x8b"}, {"f.pcapng.zst", "", "\x28\xb5\x2f\xfd"}, {"f.pcapng", "", "\x0a\x0d\x0d\x0a"},
		{"g.gz", "none", "\x0a\x0d\x0d\x0a"}, {"g", "zstd", "\x28\xb5\x2f\xfd"}, {"h.zst", "gzip", "\x1f\x8b"},
	} {
		path := filepath.Join(dir, tt.name)
		args := []string{"record", "-q", "-r", in, "-w", path}
		if tt.pack != "" {
			args = append(args, "--compress", tt.pack)
		}
		if err := tryNltop(args...); err != nil {
			t.Fatal(err)
		}
		if b, err := os.ReadFile(path); err != nil || !strings.HasPrefix(string(b), tt.magic) {
			t.Errorf("%v: begins with %x, %v", tt, b[:4], err)
		}
		if diff := sameFrames(readRecorded(t, path).frames, want); diff != "" {
			t.Errorf("%v: %s", tt, diff)
		}
	}
}

// TestLessons: what comes again counts once, and what is kept has a bound.
func TestLessons(t *testing.T) {
	frame := func(id uint16, name string, seq byte) *capture.Frame {
		b := ofFamily(id, name)
		b[8] = seq
		return &capture.Frame{Origin: &capture.Origin{Protocol: capture.NETLINK_GENERIC}, Data: b}
	}
	var l lessons
	a, b, again := frame(30, "a", 1), frame(31, "b", 1), frame(30, "a", 2)
	l.add(a, b)
	l.add(again)
	if got := l.all(); len(got) != 2 || got[0] != b || got[1] != again {
		t.Errorf("got %v", got)
	}
	for i := range 200_000 {
		l.add(frame(uint16(i), fmt.Sprintf("name %d", i), 0))
	}
	got := l.all()
	size := 0
	for _, f := range got {
		size += len(f.Data)
	}
	if size != l.size || size > maxLessons || size < maxLessons*9/10 || len(l.frames) > 3*len(got) || len(l.at) != len(got) {
		t.Errorf("%d bytes in %d frames, %d places, %d known", size, len(got), len(l.frames), len(l.at))
	}
	if last := got[len(got)-1]; !bytes.Contains(last.Data, []byte("name 199999\x00")) {
		t.Errorf("the last is %q", last.Data)
	}
}

// quiet is a source that has nothing.
type quiet struct{}

func (quiet) Run(context.Context, func(*capture.Frame) error) error { return nil }
func (quiet) Stats() capture.Stats                                  { return capture.Stats{} }
func (quiet) Info() capture.Info                                    { return capture.Info{Name: capture.SourceFentry} }
func (quiet) Close() error                                          { return nil }

// TestRetellAcrossFiles: what is proved to be a secret when a command line is in the file
// before already is overwritten there, too; where that cannot be, it is known.
func TestRetellAcrossFiles(t *testing.T) {
	for suffix, wanted := range map[string]bool{"": false, ".gz": true} {
		t.Run("f"+suffix, func(t *testing.T) {
			dir := t.TempDir()
			f := captureFlags{write: filepath.Join(dir, "f%S"+suffix), files: rotate.Options{Every: 10 * time.Second}}
			r, err := newRecorder(t.Context(), &f, nil, quiet{}, nil, nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			secret := fmt.Sprintf("across-%s-files", suffix)
			o := &capture.Origin{Source: capture.SourceFentry, Dir: capture.DirRequest}
			o.Proc = capture.Proc{PID: 7, TID: 7, Comm: "tool", Identity: capture.Identity{CmdLine: capture.CmdLine("tool\x00" + secret + "\x00eth0\x00")}}
			for i, at := range []time.Duration{0, 10 * time.Second} {
				if err := r.WriteFrame(&capture.Frame{Origin: o, ID: uint64(i + 1), Time: time.Now().Add(at), Data: make([]byte, 16), OrigLen: 16}); err != nil {
					t.Fatal(err)
				}
			}
			if !o.Prove([]byte(secret)) {
				t.Fatal("nothing was told")
			}
			r.Retell()
			if err := r.close(nil); err != nil {
				t.Fatal(err)
			}
			if r.secrets != wanted || r.number != 2 {
				t.Errorf("told secrets: %v, of %d files", r.secrets, r.number)
			}
			for _, n := range names(t, dir) {
				if b, err := os.ReadFile(filepath.Join(dir, n)); err != nil || bytes.Contains(b, []byte(secret)) {
					t.Errorf("%s has it, %v", n, err)
				}
			}
		})
	}
}

// TestFilesOfQuietTimes: live, time ends files though nothing comes, and then the capture.
func TestFilesOfQuietTimes(t *testing.T) {
	dir := t.TempDir()
	f := captureFlags{write: filepath.Join(dir, "f%N"), files: rotate.Options{Every: 50 * time.Millisecond, Files: 3}}
	r, err := newRecorder(t.Context(), &f, nil, quiet{}, nil, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	over := make(chan struct{})
	r.whenOver(func() { close(over) })
	<-over
	if err := errors.Join(r.failed(), r.close(nil)); err != nil {
		t.Error(err)
	}
	if got := names(t, dir); len(got) != 3 || r.number != 3 {
		t.Errorf("files are %v", got)
	}
	for _, name := range names(t, dir) {
		if got := readRecorded(t, filepath.Join(dir, name)); len(got.frames) != 0 || got.lost != 0 {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// TestDiskThatFails: an error ends the capture though nothing comes.
func TestDiskThatFails(t *testing.T) {
	dir := t.TempDir()
	f := captureFlags{write: filepath.Join(dir, "f")}
	r, err := newRecorder(t.Context(), &f, nil, quiet{}, nil, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if text := r.account(time.Second); !strings.Contains(text, ": 0 frames, ") {
		t.Errorf("before: %s", text)
	}
	over := make(chan struct{})
	r.mu.Lock()
	_ = r.at.file.Close() // as if the disk were gone
	r.mu.Unlock()
	r.whenOver(func() { close(over) })
	<-over
	if err := r.failed(); err == nil || !strings.Contains(err.Error(), "write "+f.write+": ") {
		t.Errorf("the error is %v", err)
	}
	if err := r.close(nil); err == nil {
		t.Error("and nobody is told")
	}
	if text := r.account(time.Second); !strings.HasSuffix(text, " bytes in 1s") { // there were no frames that could be lacking
		t.Errorf("the account is %s", text)
	}
}

// TestPaceOfCopy: what is recorded of a file is the same on a slow machine, where it is
// time to flush now and then.
func TestPaceOfCopy(t *testing.T) {
	in, err := os.Stat("demo.pcapng.gz")
	if err != nil {
		t.Fatal(err)
	}
	for _, suffix := range []string{"", ".gz", ".zst"} {
		written := func(flushes int) []byte {
			f := captureFlags{write: filepath.Join(t.TempDir(), "f"+suffix)}
			r, err := newRecorder(t.Context(), &f, in, quiet{}, nil, nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			o := &capture.Origin{Source: capture.SourceFentry, Dir: capture.DirRequest}
			for i := range 3 {
				if err := r.WriteFrame(&capture.Frame{Origin: o, ID: uint64(i + 1), Time: time.Unix(1e9, 0), Data: make([]byte, 16), OrigLen: 16}); err != nil {
					t.Fatal(err)
				}
				for range flushes {
					r.flush()
				}
			}
			if err := r.close(nil); err != nil {
				t.Fatal(err)
			}
			b, err := os.ReadFile(f.write)
			if err != nil {
				t.Fatal(err)
			}
			return b
		}
		if fast, slow := written(0), written(2); !bytes.Equal(fast, slow) {
			t.Errorf("f%s: %d bytes, and on a slow machine %d others", suffix, len(fast), len(slow))
		}
	}
}
