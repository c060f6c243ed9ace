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
			f.ID += 3
			if f.Of != 0 {
				f.Of += 3
			}
			f.Time = f.Time.Add(1000)
			if err := w.WriteFrame(f); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func routeChange() []*capture.Frame {
	ip := capture.Proc{PID: 4711, TID: 4711, PPID: 4000, Comm: "ip", CgroupID: 77, Cgroup: "/"}
	request := capture.Origin{NetNS: 4026531840, NetNSName: "host", Proc: ip, Source: capture.SourceFentry, Sees: testOptions.Info.Sees,
		Socket: capture.Socket{PortID: 4711, Inode: 99999, Owner: ip, RcvBuf: 212992}, Verdict: capture.VerdictDelivered}
	reply, done := request, request.Completion()
	request.Dir, request.SrcPort = capture.DirRequest, 4711
	reply.Dir, reply.DstPort = capture.DirReply, 4711
	done.SrcPort = 4711
	at := time.Unix(1767319445, 678901234)
	return []*capture.Frame{
		{Origin: &request, ID: 100_000, Time: at, Data: make([]byte, 52), OrigLen: 52, Queue: capture.Queue{Idle: 20_000}},
		{Origin: &reply, ID: 100_001, Time: at, Data: make([]byte, 36), OrigLen: 36, Cause: 100_000, TrueSize: 768,
			Queue: capture.Queue{RMem: 768, HighWater: 768, Idle: 25_000}},
		{Origin: &done, ID: 100_002, Of: 100_000, Time: at, Elapsed: 12_345},
	}
}

// What is written of a frame does not depend on the one before it, in whatever field of
// it or of its Origin the two differ, and whether equal Origins are one or two.
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
	compare := func(one, two *capture.Frame, name string) {
		t.Helper()
		again := *one
		again.Change(func(*capture.Origin) {})
		if got, want := blocks(one, two, one, &again), append(blocks(one), append(blocks(two), append(blocks(one), blocks(one)...)...)...); !bytes.Equal(got, want) {
			t.Errorf("kind %d, %s:\n%q, want\n%q", one.Kind, name, got, want)
		}
		if bytes.Equal(blocks(one), blocks(two)) {
			t.Errorf("kind %d: %s is not written", one.Kind, name)
		}
	}
	plain := *routeChange()[0] // as the kernel tells of most requests
	plain.Queue.Idle = 0
	for _, first := range append(routeChange(), &plain) {
		eachField(reflect.TypeFor[capture.Frame](), nil, "", func(index []int, name string) {
			two := *first
			if name == "Origin" {
				return
			}
			change(reflect.ValueOf(&two).Elem().FieldByIndex(index))
			compare(first, &two, name)
		})
		eachField(reflect.TypeFor[capture.Origin](), nil, "", func(index []int, name string) {
			two := *first
			if name == "Kind" || name == "Names" { // TestLocalNames
				return
			}
			two.Change(func(o *capture.Origin) { change(reflect.ValueOf(o).Elem().FieldByIndex(index)) })
			compare(first, &two, name)
		})
	}
}

// The comment names the network namespace, also the host's: a reader elsewhere knows no host.
func TestCommentNetNS(t *testing.T) {
	o := *routeChange()[0].Origin
	for name, want := range map[string]string{
		"host": "pid=4711 name=ip dir=request netns=4026531840", "": "pid=4711 name=ip dir=request netns=4026531840", "blue": "pid=4711 name=ip dir=request netns=4026531840",
	} {
		o.NetNSName = name
		if got := string(appendComment(nil, &o, false)); got != want {
			t.Errorf("network namespace %q: comment %q, want %q", name, got, want)
		}
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
	case **capture.Proc:
		*x = &capture.Proc{PID: 1, Comm: "x"}
	case **capture.Waits:
		*x = &capture.Waits{RCU: 1}
	case *capture.CmdLine:
		*x += "y"
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
