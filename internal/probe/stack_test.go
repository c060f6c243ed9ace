// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"testing"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"
)

// The verifier allows MAX_BPF_STACK bytes to a chain of calls, each function's
// rounded up to 32, and MAX_CALL_FRAMES functions (check_max_stack_depth() in
// kernel/bpf/verifier.c).
const (
	maxStack  = 512
	maxFrames = 8
)

// TestStack finds here what otherwise only a kernel would refuse.
func TestStack(t *testing.T) {
	for name, load := range map[string]func() (*ebpf.CollectionSpec, error){
		"fentry": loadFentry, "kprobe": loadKprobe, "syscall": loadSyscall,
	} {
		spec, err := load()
		if err != nil {
			t.Fatal(err)
		}
		most := 0
		for prog, p := range spec.Programs {
			fns := functions(p.Instructions)
			bytes, frames := depth(t, fns, p.Instructions[0].Symbol(), nil)
			if bytes > maxStack || frames > maxFrames {
				t.Errorf("%s: program %s takes %d bytes of stack in up to %d functions", name, prog, bytes, frames)
			}
			most = max(most, bytes)
		}
		if most == 0 {
			t.Errorf("%s: no stack was found", name)
		}
		t.Logf("%s: at most %d bytes of stack", name, most)
	}
}

// function is what a function takes of the stack, and whom it calls.
type function struct {
	stack int
	calls []string
}

func functions(all asm.Instructions) map[string]*function {
	fns := map[string]*function{}
	var f *function
	var frame [11]bool // whether a register was a copy of the frame pointer
	for _, ins := range all {
		if s := ins.Symbol(); s != "" {
			f = &function{}
			fns[s] = f
			frame = [11]bool{asm.RFP: true}
		}
		down := 0
		switch class := ins.OpCode.Class(); {
		case class == asm.LdXClass && ins.Src == asm.RFP, class.IsStore() && ins.Dst == asm.RFP:
			down = -int(ins.Offset)
		case ins.OpCode == asm.Mov.Op(asm.RegSource):
			frame[ins.Dst] = ins.Src == asm.RFP
			continue
		case ins.OpCode == asm.Add.Op(asm.ImmSource) && frame[ins.Dst]:
			down = -int(ins.Constant)
		}
		if class := ins.OpCode.Class(); class == asm.LdXClass || class == asm.LdClass || class.IsALU() {
			frame[ins.Dst] = ins.Dst == asm.RFP
		}
		f.stack = max(f.stack, down)
		if ins.IsFunctionReference() {
			f.calls = append(f.calls, ins.Reference())
		}
	}
	return fns
}

// depth adds up the chain of calls that takes most.
func depth(t *testing.T, fns map[string]*function, name string, on []string) (bytes, frames int) {
	f, ok := fns[name]
	if !ok || len(on) > 20 {
		t.Fatalf("function %q, called by %q, is missing or recurses", name, on)
	}
	for _, callee := range f.calls {
		b, n := depth(t, fns, callee, append(on, name))
		bytes, frames = max(bytes, b), max(frames, n)
	}
	return bytes + (max(f.stack, 1)+31)/32*32, frames + 1
}
