// SPDX-License-Identifier: Apache-2.0

package pcapng

import (
	"bytes"
	"io"
	"reflect"
	"testing"
	"time"

	"github.com/nltop/nltop/internal/capture"
)

// BenchmarkRouteChange writes the three frames of a route change, as fentry lends
// them.
func BenchmarkRouteChange(b *testing.B) {
	w, err := NewWriter(io.Discard, testOptions)
	if err != nil {
		b.Fatal(err)
	}
	frames := routeChange()
	b.ReportAllocs()
	for b.Loop() {
		for _, f := range frames {
			f.ID++
			f.Time = f.Time.Add(1000)
			if err := w.WriteFrame(f); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func routeChange() []*capture.Frame {
	ip := capture.Proc{PID: 4711, TID: 4711, PPID: 4000, Comm: "ip", CgroupID: 77, Cgroup: "/"}
	common := capture.Frame{NetNS: 4026531840, NetNSName: "host", Proc: ip, Source: capture.SourceFentry,
		Time: time.Unix(1767319445, 678901234), Socket: capture.Socket{PortID: 4711, Inode: 99999, Owner: ip, RcvBuf: 212992}}
	request, reply, done := common, common, common
	request.Dir, request.SrcPort, request.Verdict = capture.DirRequest, 4711, capture.VerdictDelivered
	request.Data, request.OrigLen, request.ID, request.Like = make([]byte, 52), 52, 100_000, 1
	request.Socket.Idle = 20_000
	reply.Dir, reply.DstPort, reply.Verdict = capture.DirReply, 4711, capture.VerdictDelivered
	reply.Data, reply.OrigLen, reply.ID, reply.Like = make([]byte, 36), 36, 100_001, 2
	reply.Cause, reply.TrueSize, reply.Socket.RMem, reply.Socket.HighWater, reply.Socket.Idle = 100_000, 768, 768, 768, 25_000
	done.Kind, done.Of, done.Elapsed, done.Verdict, done.ID, done.Like = capture.KindCompletion, 100_000, 12_345, capture.VerdictDelivered, 100_002, 3
	return []*capture.Frame{&request, &reply, &done}
}

// What is written of a frame does not depend on the one before it, in whatever
// field the two differ; with Like, in whatever field they may differ.
func TestTemplatesAreForAllFields(t *testing.T) {
	blocks := func(frames ...*capture.Frame) []byte {
		w, err := NewWriter(io.Discard, testOptions)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range frames {
			if err := w.WriteFrame(f); err != nil {
				t.Fatal(err)
			}
		}
		return w.buf
	}
	varies := map[string]bool{}
	for _, name := range []string{"ID", "Of", "Time", "Elapsed", "Cast", "Cause", "Lock.Wait", "Lock.Hold", "TrueSize",
		"OrigLen", "Data", "Socket.Drops", "Socket.RMem", "Socket.HighWater", "Socket.Idle"} {
		varies[name] = true
	}
	for _, first := range routeChange() {
		first.Lock.Blocker = capture.Proc{PID: 1, Comm: "x"}
		eachField(reflect.TypeOf(*first), nil, "", func(index []int, name string) {
			if name == "Like" || name == "Kind" {
				return
			}
			for _, like := range []uint64{0, 5} {
				one, two := *first, *first
				one.Like, two.Like = like, like
				if !varies[name] {
					two.Like = 0
				}
				change(reflect.ValueOf(&two).Elem().FieldByIndex(index))
				if got, want := blocks(&one, &two, &one), append(blocks(&one), append(blocks(&two), blocks(&one)...)...); !bytes.Equal(got, want) {
					t.Errorf("kind %d, %s: like %d:\n%q, want\n%q", first.Kind, name, like, got, want)
				}
				if bytes.Equal(blocks(&one), blocks(&two)) {
					t.Errorf("kind %d: %s is not written", first.Kind, name)
				}
			}
		})
	}
}

func eachField(of reflect.Type, index []int, prefix string, do func(index []int, name string)) {
	for i := range of.NumField() {
		f := of.Field(i)
		at := append(index[:len(index):len(index)], i)
		if f.Type.Kind() == reflect.Struct && f.Type != reflect.TypeFor[time.Time]() {
			eachField(f.Type, at, prefix+f.Name+".", do)
			continue
		}
		do(at, prefix+f.Name)
	}
}

// change makes v another value.
func change(v reflect.Value) {
	switch x := v.Addr().Interface().(type) {
	case *time.Time:
		*x = x.Add(time.Hour)
	case *string:
		*x += "y"
	case *[]byte:
		*x = append((*x)[:len(*x):len(*x)], "more"...)
	case *bool:
		*x = !*x
	default:
		if v.CanInt() {
			v.SetInt(v.Int() + 1)
		} else {
			v.SetUint(v.Uint() ^ 3)
		}
	}
}
