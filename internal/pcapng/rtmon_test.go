// SPDX-License-Identifier: Apache-2.0

package pcapng

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nltest"
)

// testdata/rtmon.bin was made by "rtmon file rtmon.bin & ip link add v9 type veth peer
// name v9p" in a network namespace of its own, iproute2 6.1.
func rtmonFile(t *testing.T) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/rtmon.bin")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestRtmon(t *testing.T) {
	r, got, _, err := play(rtmonFile(t))
	if err != nil {
		t.Fatal(err)
	}
	want := []struct {
		at  time.Time
		len int
		dir capture.Dir
	}{
		{time.UnixMicro(1795985000_047710), 0x5bc, capture.DirReply},
		{time.UnixMicro(1795985000_635092), 1492, capture.DirEvent},
		{time.UnixMicro(1795985000_642960), 1492, capture.DirEvent},
	}
	if len(got) != len(want) {
		t.Fatalf("%d messages, want %d", len(got), len(want))
	}
	for i, f := range got {
		w := &want[i]
		if !f.Time.Equal(w.at) || f.OrigLen != w.len || len(f.Data) != w.len || f.Dir != w.dir || f.Protocol != capture.NETLINK_ROUTE {
			t.Errorf("message %d: %v, %d bytes, %v, want %+v", i, f.Time.UTC(), f.OrigLen, f.Dir, w)
		}
	}
	if m := r.Meta(); m.Format != "rtmon" || m.Application != "rtmon" {
		t.Errorf("%+v", m)
	}
	if s := r.Info(); s.Sees != capture.Describe(capture.SourceListen).Always() {
		t.Errorf("it saw %v", s.Sees)
	}
}

func TestRtmonBigEndian(t *testing.T) {
	var b []byte
	add := func(typ uint16, body ...byte) {
		b = append(b, nltest.BE.Message(typ, 0, 0, 0, body)...)
		b = append(b, make([]byte, pad4(len(body)))...)
	}
	add(rtmonStamp, 0, 0, 0, 7, 0, 0, 0, 9)
	add(16, 1, 2, 3, 4, 5)
	add(17, 1, 2, 3, 4)
	_, got, _, err := play(b)
	if err != nil || len(got) != 2 {
		t.Fatalf("%d messages, %v", len(got), err)
	}
	for i, n := range []int{21, 20} {
		if f := got[i]; !f.BigEndian || f.OrigLen != n || !f.Time.Equal(time.Unix(7, 9000)) {
			t.Errorf("message %d: %+v", i, f)
		}
	}
	// The padding of the last message may be missing.
	if _, got, _, err = play(b[:24+21]); err != nil || len(got) != 1 {
		t.Errorf("without padding: %d messages, %v", len(got), err)
	}
}

// A file that is cut anywhere gives its whole messages, and says where it is cut. Behind a
// length that cannot be it is read from the next time stamp on.
func TestRtmonCut(t *testing.T) {
	file := rtmonFile(t)
	whole := map[int]bool{24: true, 24 + 0x5bc: true}
	for n := 8; n < 24+0x5bc+40; n++ {
		_, got, _, err := play(file[:n])
		if want := 0; whole[n] && err != nil || !whole[n] && err == nil && n < 24+0x5bc {
			t.Errorf("cut at %d: %d messages, want %d, %v", n, len(got), want, err)
		}
		if (n >= 24+0x5bc) != (len(got) == 1) {
			t.Errorf("cut at %d: %d messages", n, len(got))
		}
	}
	for _, length := range []uint32{0, 15, maxBlock + 1, 1<<32 - 1} {
		b := append([]byte(nil), file...)
		binary.LittleEndian.PutUint32(b[24:], length)
		if _, got, _, err := play(b); err == nil || len(got) != 2 || !got[0].Time.Equal(time.UnixMicro(1795985000_635092)) {
			t.Errorf("length %d: %d messages, %v", length, len(got), err)
		}
	}
}

func TestLastTime(t *testing.T) {
	dir := t.TempDir()
	put := func(name string, b []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	var frames []*capture.Frame
	for i := range 3 {
		frames = append(frames, &capture.Frame{Origin: &capture.Origin{Source: capture.SourceFentry}, ID: uint64(i + 1),
			Time: time.Unix(int64(86400*i), 5), Data: getLink(binary.LittleEndian), OrigLen: 20})
	}
	file := record(t, testOptions, nil, frames)
	last, ok := LastTime(put("whole", file))
	if want := time.Unix(2*86400, 5); !ok || !last.Equal(want) {
		t.Errorf("%v, %v, want %v", last, ok, want)
	}
	for name, b := range map[string][]byte{"cut": file[:len(file)-2], "empty": {}, "rtmon": rtmonFile(t), "no frames": record(t, testOptions, nil, nil)} {
		if at, ok := LastTime(put(name, b)); ok {
			t.Errorf("%s: %v", name, at)
		}
	}
	for _, path := range []string{"", "-", dir, filepath.Join(dir, "none")} {
		if at, ok := LastTime(path); ok {
			t.Errorf("%q: %v", path, at)
		}
	}
}
