// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"testing"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"
	"github.com/cilium/ebpf/btf"
)

// typesWith are types of a kernel that has these functions.
func typesWith(t *testing.T, names ...string) *btf.Spec {
	t.Helper()
	b, err := btf.NewBuilder([]btf.Type{&btf.Int{Name: "int", Size: 4}}, nil)
	for _, name := range names {
		if err == nil {
			_, err = b.Add(&btf.Func{Name: name, Type: &btf.FuncProto{Return: (*btf.Void)(nil)}})
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	spec, err := b.Spec()
	if err != nil {
		t.Fatal(err)
	}
	return spec
}

// Of the programs' calls of kernel functions there remain those that the kernel has; the
// rest keep what is known of their place.
func TestKfuncsLeftOut(t *testing.T) {
	for name, load := range map[string]func() (*ebpf.CollectionSpec, error){"fentry": loadFentry, "kprobe": loadKprobe, "syscall": loadSyscall} {
		t.Run(name, func(t *testing.T) {
			was, err := load()
			if err != nil {
				t.Fatal(err)
			}
			is := was.Copy()
			leaveOut(is, typesWith(t, "bpf_rdonly_cast"))
			kept, gone := 0, 0
			for name, p := range was.Programs {
				for i := range p.Instructions {
					before, after := &p.Instructions[i], &is.Programs[name].Instructions[i]
					switch {
					case before.IsKfuncCall() && before.Reference() != "bpf_rdonly_cast":
						gone++
						if after.OpCode.JumpOp() != asm.Call || !after.IsBuiltinCall() || after.Constant != int64(absentKfunc) ||
							after.Symbol() != before.Symbol() || after.Source() != before.Source() || btf.FuncMetadata(after) != btf.FuncMetadata(before) {
							t.Fatalf("%s: %v became %v", name, before, after)
						}
					case before.IsKfuncCall():
						kept++
						fallthrough
					default:
						if after.OpCode != before.OpCode || after.Constant != before.Constant || after.Reference() != before.Reference() {
							t.Fatalf("%s: %v became %v", name, before, after)
						}
					}
				}
			}
			if kept == 0 || gone == 0 {
				t.Errorf("%d calls kept, %d left out", kept, gone)
			}
		})
	}
}
