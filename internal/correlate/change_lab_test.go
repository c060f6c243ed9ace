// SPDX-License-Identifier: Apache-2.0

package correlate

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/decode"
	"github.com/nltop/nltop/internal/decode/families"
	"github.com/nltop/nltop/internal/pcapng"
)

// TestEffectsAfterTheKernel holds the tables to what the kernel did in the lab: a request in
// whose handling it announced a change is one that modifies. Of all that the lab's tools ask
// for, what it does is known.
func TestEffectsAfterTheKernel(t *testing.T) {
	files, err := filepath.Glob("../decode/families/testdata/lab/*.pcapng.gz")
	if err != nil || len(files) < 60 {
		t.Fatalf("%d recordings: %v", len(files), err)
	}
	proved := map[string]bool{}
	unknown := map[string]bool{"connector cn_msg": true, "TIPC TIPC_GENL_CMD": true, "TIPCv2 TIPC_NL_LEGACY": true, "nfc NFC_CMD_VENDOR": true}
	for _, file := range files {
		r, err := pcapng.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		d := decode.New(families.All(), decode.Options{})
		r.OnPreamble(func(f *capture.Frame) error { d.Frame(f, nil); return nil })
		handled := map[uint32]*decode.Message{} // by the task that the kernel handles it in
		if err := r.Run(context.Background(), func(f *capture.Frame) error {
			ms := d.Frame(f, nil)
			if f.Dir != capture.DirEvent {
				delete(handled, f.Proc.TID) // what is answered is done
			}
			for i := range ms {
				m := &ms[i]
				name := m.Family + " " + m.TypeText()
				by := handled[f.Proc.TID]
				switch {
				case f.Dir == capture.DirRequest:
					if m.Modifies() == decode.Unknown && m.Family != "" && !unknown[name] {
						t.Errorf("%s: what %s does is not known", filepath.Base(file), name)
						unknown[name] = true
					}
					if len(ms) == 1 {
						handled[f.Proc.TID] = m
					}
				case f.Dir == capture.DirEvent && by != nil && m.Modifies() == decode.Yes && sameProtocol(by, m):
					proved[by.Family+" "+by.Type] = true
					if by.Modifies() != decode.Yes {
						t.Errorf("%s: %s %s modifies: %s; the kernel announced %s in its handling", filepath.Base(file), by.Family, by.Type, by.Modifies(), name)
					}
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d types of requests are proved to modify", len(proved))
	if len(proved) < 30 {
		t.Errorf("%d types of requests are proved to modify: %v", len(proved), proved)
	}
}

// sameProtocol leaves out what comes besides: a module that is loaded has uevents.
func sameProtocol(a, b *decode.Message) bool { return a.Frame.Protocol == b.Frame.Protocol }
