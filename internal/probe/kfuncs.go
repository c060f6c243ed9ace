// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/asm"
	"github.com/cilium/ebpf/btf"
)

// absentKfunc is called in place of a function that the kernel does not have. No helper
// has this number: the verifier refuses a program that comes there, and says it.
const absentKfunc = asm.BuiltinFunc(0xab5e)

// leaveOut replaces the calls of functions of the kernel (kfuncs) that this one is too old
// for. Constants keep programs from coming there (nlConfig.offer, setSwitch). The library does
// the same, but asks every BTF object that there is, in search of a module that might have the
// function, for each call anew: a third of the time of a start on 6.1.
func leaveOut(spec *ebpf.CollectionSpec, kernel *btf.Spec) {
	has := map[string]bool{}
	for _, p := range spec.Programs {
		for i := range p.Instructions {
			ins := &p.Instructions[i]
			if !ins.IsKfuncCall() {
				continue
			}
			name := ins.Reference()
			if _, known := has[name]; !known {
				var fn *btf.Func
				has[name] = kernel.TypeByName(name, &fn) == nil
			}
			if !has[name] {
				*ins = btf.WithFuncMetadata(absentKfunc.Call().WithSymbol(ins.Symbol()).WithSource(ins.Source()), btf.FuncMetadata(ins))
			}
		}
	}
}
