// SPDX-License-Identifier: Apache-2.0

package pcapng

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"github.com/nltop/nltop/internal/capture"
)

// disk is a file in memory.
type disk struct {
	bytes.Buffer
	fail error
}

func (d *disk) WriteAt(b []byte, at int64) (int, error) {
	if d.fail != nil {
		return 0, d.fail
	}
	return copy(d.Bytes()[at:], b), nil
}

// What is proved to be a secret is overwritten in command lines that were recorded before,
// wherever they lie, and nothing else changes.
func TestRetell(t *testing.T) {
	for _, tt := range []struct {
		name    string
		secret  string
		flush   bool // before it is proved
		patch   bool
		told    bool // SecretTold
		overrun error
	}{
		{"in memory", "retell-memory", false, false, false, nil},
		{"in the file", "retell-file", true, true, false, nil},
		{"in a pipe", "retell-pipe", true, false, true, nil},
		{"a file that cannot be written to", "retell-broken", true, true, false, errors.New("no")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d := &disk{fail: tt.overrun}
			opt := testOptions
			if tt.patch {
				opt.Patch = d.WriteAt
			}
			w, err := NewWriter(d, opt)
			if err != nil {
				t.Fatal(err)
			}
			line := capture.CmdLine("tool\x00" + tt.secret + "\x00eth0\x00")
			first, second, later := *routeChange()[0], *routeChange()[0], *routeChange()[0]
			for i, f := range []*capture.Frame{&first, &second, &later} {
				f.ID = uint64(100 + i)
				f.Change(func(o *capture.Origin) {
					o.Proc = somebody(7)
					o.Proc.Exe = "/bin/" + tt.secret // which is somebody's name, and stays
					o.Proc.Parent.CmdLine = "sh\x00-c\x00tool " + capture.CmdLine(tt.secret)
					o.Proc.CmdLine = line
				})
			}
			other := routeChange()[1]
			for _, f := range []*capture.Frame{other, &first, &second} {
				if err := w.WriteFrame(f); err != nil {
					t.Fatal(err)
				}
			}
			if tt.flush {
				if err := w.Flush(); err != nil {
					t.Fatal(err)
				}
			}
			if !later.Origin.Prove([]byte(tt.secret)) {
				t.Fatal("nothing was told")
			}
			w.Retell()
			err = errors.Join(w.WriteFrame(&later), w.Close())
			if tt.overrun != nil {
				if !errors.Is(err, tt.overrun) {
					t.Errorf("%v", err)
				}
				return
			}
			if err != nil || w.SecretTold() != tt.told {
				t.Fatalf("%v, told %v", err, w.SecretTold())
			}
			if n := bytes.Count(d.Bytes(), []byte("\x00"+tt.secret+"\x00")) + bytes.Count(d.Bytes(), []byte("tool "+tt.secret)); n > 0 != tt.told {
				t.Errorf("the secret is there %d times", n)
			}
			_, got, _, err := play(d.Bytes())
			if err != nil || len(got) != 4 {
				t.Fatalf("%d frames, %v", len(got), err)
			}
			asterisks := []string{"tool", string(bytes.Repeat([]byte{'*'}, len(tt.secret))), "eth0"}
			redacted := []string{"tool", "<redacted>", "eth0"}
			if tt.told {
				asterisks = redacted // the reader knows it, too, in this run
			}
			for i, want := range [][]string{asterisks, asterisks, redacted} {
				if p := got[i+1].Proc; !slices.Equal(p.CmdLine.Args(), want) || p.Exe != "/bin/"+tt.secret {
					t.Errorf("frame %d: %q of %s", i+1, p.CmdLine.Args(), p.Exe)
				}
			}
			if p := got[2].Proc.Parent; p.CmdLine.String() != "sh -c 'tool "+asterisks[1]+"'…" && p.CmdLine.String() != "sh -c 'tool <redacted>'…" {
				t.Errorf("parent %s", p.CmdLine)
			}
			if got[0].Proc != other.Proc {
				t.Errorf("another process is %+v", got[0].Proc)
			}
		})
	}
}
