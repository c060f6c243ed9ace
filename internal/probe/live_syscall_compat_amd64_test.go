// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"bytes"
	"encoding/binary"
	"os"
	"os/exec"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
)

// int80 makes a system call as a 32-bit program does; the kernel cannot tell
// the difference. Code and arguments must lie below 4 GiB: page is such memory.
func int80(page []byte, nr, bx, cx, dx uint32) int32 {
	code := []byte{0x55, 0x53}       // push rbp; push rbx
	imm := func(op byte, v uint32) { // mov r32, v
		code = binary.LittleEndian.AppendUint32(append(code, op), v)
	}
	imm(0xb8, nr)
	imm(0xbb, bx)
	imm(0xb9, cx)
	imm(0xba, dx)
	imm(0xbe, 0)
	imm(0xbf, 0)
	code = append(code, 0x31, 0xed)       // xor ebp, ebp
	code = append(code, 0xcd, 0x80)       // int 0x80
	code = append(code, 0x5b, 0x5d, 0xc3) // pop rbx; pop rbp; ret
	copy(page, code)
	entry := unsafe.Pointer(unsafe.SliceData(page))
	fn := unsafe.Pointer(&entry) // a Go function value points at its code pointer
	return int32((*(*func() uintptr)(unsafe.Pointer(&fn)))())
}

// tryInt80 in the environment asks TestSyscallCompat for one harmless call.
const tryInt80 = "NLTOP_TEST_INT80"

// TestSyscallCompat: calls of 32-bit programs are counted, not misread, and
// the same numbers on other descriptors are not counted.
func TestSyscallCompat(t *testing.T) {
	a, b := pair(t)
	page, err := unix.Mmap(-1, 0, 8192, unix.PROT_READ|unix.PROT_WRITE|unix.PROT_EXEC,
		unix.MAP_ANON|unix.MAP_PRIVATE|unix.MAP_32BIT)
	if err != nil {
		t.Skipf("map executable memory: %v", err)
	}
	defer unix.Munmap(page)
	if os.Getenv(tryInt80) != "" {
		int80(page, 6, 0xffffffff, 0, 0)
		return
	}
	// Where the machine has no int 0x80, as under some hypervisors, it ends the
	// process: another one tries.
	try := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	try.Env = append(os.Environ(), tryInt80+"=1")
	if out, err := try.CombinedOutput(); err != nil {
		if os.Getenv("NLTOP_VM") != "" || !bytes.Contains(out, []byte("SIGSEGV")) {
			t.Fatalf("int 0x80 in another process: %v\n%s", err, out)
		}
		t.Skip("this machine has no int 0x80: it faults")
	}
	low := uint32(uintptr(unsafe.Pointer(&page[4096])))
	const (
		read32, write32, close32, socketcall32 = 3, 4, 6, 102 // arch/x86/entry/syscalls/syscall_32.tbl
		sysSend                                = 9            // include/uapi/linux/net.h
	)
	if r := int80(page, close32, 0xffffffff, 0, 0); r != -int32(unix.EBADF) {
		t.Skipf("this kernel runs no 32-bit system calls (close returned %d)", r)
	}
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()

	r := recordSyscalls(t, Options{}, a, b)
	msg := noise(64)
	copy(page[4096:], msg)
	for i, v := range []uint32{uint32(a.fd), low, 64, 0} {
		binary.NativeEndian.PutUint32(page[4096+512+4*i:], v)
	}
	for _, c := range [][4]uint32{
		{write32, uint32(a.fd), low, 64},
		{socketcall32, sysSend, low + 512, 0},
		{read32, uint32(b.fd), low, 128},
		{read32, uint32(b.fd), low, 128},
		{write32, uint32(null.Fd()), low, 64},
	} {
		if n := int80(page, c[0], c[1], c[2], c[3]); n != 64 {
			t.Fatalf("system call %d returned %d", c[0], n)
		}
	}
	frames := r.stop()
	if len(frames) != 0 {
		t.Errorf("%d frames of 32-bit calls", len(frames))
	}
	want := capture.Loss{Reason: "32-bit task", Count: 4}
	for _, l := range r.src.Stats().Lost {
		if l.Reason == want.Reason && l != want {
			t.Errorf("lost %+v, want %+v", l, want)
		}
	}
}
