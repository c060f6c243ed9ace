// SPDX-License-Identifier: Apache-2.0

package probe

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"unsafe"

	"github.com/cilium/ebpf/btf"
	"golang.org/x/sys/unix"

	"github.com/nltop/nltop/internal/capture"
	"github.com/nltop/nltop/internal/nltest"
)

// childEnv makes the test binary one of the processes below.
const childEnv = "NLTOP_PROBE_CHILD"

// A child's main goroutine has the main thread for itself.
func init() {
	if os.Getenv(childEnv) != "" {
		runtime.LockOSThread()
	}
}

func TestMain(m *testing.M) {
	if mode := os.Getenv(childEnv); mode != "" {
		if err := child(mode); err != nil {
			fmt.Fprintln(os.Stderr, mode+":", err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	types := btf.NewCache()
	newTypes = func() *btf.Cache { return types }
	os.Exit(m.Run())
}

// The sequence numbers of what the children send.
const (
	seqFirst = 0x5eed0001 + iota
	seqSecond
)

func child(mode string) error {
	mode, arg, _ := strings.Cut(mode, " ")
	switch mode {
	case "send":
		return childSend(-1, seqFirst)
	case "wait", "title":
		if mode == "title" {
			// As setproctitle() does: the runtime's strings are the process's memory.
			title := unsafe.Slice(unsafe.StringData(os.Args[0]), len(os.Args[0])+1)
			clear(title[copy(title, "a\ntitle"):])
		}
		fmt.Println("ready")
		if _, err := bufio.NewReader(os.Stdin).ReadString('\n'); err != nil {
			return err
		}
		return childSend(-1, seqFirst)
	case "exec":
		fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW, unix.NETLINK_ROUTE)
		if err != nil {
			return err
		}
		if err := childSend(fd, seqFirst); err != nil {
			return err
		}
		return unix.Exec(arg, []string{"again", "and again"}, []string{childEnv + "=fd " + strconv.Itoa(fd)})
	case "fd":
		fd, err := strconv.Atoi(arg)
		if err != nil {
			return err
		}
		return childSend(fd, seqSecond)
	case "threads":
		if err := childSend(-1, seqFirst); err != nil {
			return err
		}
		done := make(chan error)
		go func() {
			runtime.LockOSThread()
			name := [16]byte{}
			copy(name[:], "worker/7")
			if err := unix.Prctl(unix.PR_SET_NAME, uintptr(unsafe.Pointer(&name[0])), 0, 0, 0); err != nil {
				done <- err
				return
			}
			done <- childSend(-1, seqSecond)
		}()
		return <-done
	case "drop":
		// The same program, user IDs that change in between, on one socket.
		fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE)
		if err != nil {
			return err
		}
		if err := childSend(fd, seqFirst); err != nil {
			return err
		}
		if err := syscall.Setuid(1234); err != nil {
			return err
		}
		return childSend(fd, seqSecond)
	case "daemon":
		return childDaemon()
	}
	return fmt.Errorf("no such child")
}

func childSend(fd int, seq uint32) error {
	if fd < 0 {
		var err error
		if fd, err = unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_ROUTE); err != nil {
			return err
		}
		defer unix.Close(fd)
	}
	return unix.Sendto(fd, nltest.Native.Message(noop, unix.NLM_F_REQUEST, seq, 0), 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK})
}

// childDaemon makes a socket, tells its port, forks twice, and ends; the grandchild
// reads what comes until a message of 17 bytes. It does nothing but system calls: it
// has no runtime.
func childDaemon() error {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_USERSOCK)
	if err != nil {
		return err
	}
	if err := unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return err
	}
	name, err := unix.Getsockname(fd)
	if err != nil {
		return err
	}
	fmt.Println("port", name.(*unix.SockaddrNetlink).Pid)
	runtime.LockOSThread()
	buf := make([]byte, 64)
	ended := []byte("ended\n")
	var parent uintptr
	for range 2 {
		parent, _, _ = unix.RawSyscall(unix.SYS_GETPID, 0, 0, 0)
		pid, _, errno := unix.RawSyscall6(unix.SYS_CLONE, uintptr(unix.SIGCHLD), 0, 0, 0, 0, 0)
		if errno != 0 {
			return errno
		}
		if pid != 0 {
			unix.RawSyscall(unix.SYS_EXIT_GROUP, 0, 0, 0)
		}
	}
	for {
		if now, _, _ := unix.RawSyscall(unix.SYS_GETPPID, 0, 0, 0); now != parent {
			break
		}
		unix.RawSyscall(unix.SYS_SCHED_YIELD, 0, 0, 0)
	}
	unix.RawSyscall(unix.SYS_WRITE, 1, uintptr(unsafe.Pointer(&ended[0])), uintptr(len(ended)))
	for {
		n, _, _ := unix.RawSyscall(unix.SYS_READ, uintptr(fd), uintptr(unsafe.Pointer(&buf[0])), uintptr(len(buf)))
		if n == 17 {
			unix.RawSyscall(unix.SYS_EXIT_GROUP, 0, 0, 0)
		}
	}
}

// tools are the test binary under other names.
type tools struct {
	t     *testing.T
	first string
}

// tool returns the path of another file.
func (ts *tools) tool(name string) string {
	t := ts.t
	t.Helper()
	dir, err := os.MkdirTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	for d := dir; d != filepath.Clean(os.TempDir()); d = filepath.Dir(d) {
		if err := os.Chmod(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, name)
	if ts.first != "" {
		// The file is the same, the path is not.
		if err := os.Link(ts.first, path); err != nil {
			t.Fatal(err)
		}
		return path
	}
	text, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, text, 0o755); err != nil {
		t.Fatal(err)
	}
	ts.first = path
	return path
}

func childCommand(path, mode string, args ...string) *exec.Cmd {
	cmd := exec.Command(path)
	cmd.Args = args
	cmd.Env = []string{childEnv + "=" + mode}
	cmd.Stderr = os.Stderr
	return cmd
}

func mustRun(t *testing.T, cmd *exec.Cmd) int {
	t.Helper()
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	return cmd.Process.Pid
}

func pipes(t *testing.T, cmd *exec.Cmd) (io.WriteCloser, *bufio.Reader) {
	t.Helper()
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	return in, bufio.NewReader(out)
}

func expect(t *testing.T, out *bufio.Reader, word string) string {
	t.Helper()
	line, err := out.ReadString('\n')
	rest, ok := strings.CutPrefix(strings.TrimSpace(line), word)
	if err != nil || !ok {
		t.Fatalf("%q, %v, not %s", line, err, word)
	}
	return strings.TrimSpace(rest)
}

// sent returns the request with a sequence number of process pid.
func sent(t *testing.T, frames []*capture.Frame, pid int, seq uint32) *capture.Frame {
	t.Helper()
	var found *capture.Frame
	for _, f := range requestsOf(frames, pid) {
		if binary.NativeEndian.Uint32(f.Data[8:]) != seq {
			continue
		}
		if found != nil {
			t.Fatalf("two requests %#x of process %d", seq, pid)
		}
		found = f
	}
	if found == nil {
		t.Fatalf("no request %#x of process %d in %d frames", seq, pid, len(frames))
	}
	return found
}

func requestsOf(frames []*capture.Frame, pid int) []*capture.Frame {
	return of(frames, func(f *capture.Frame) bool {
		return f.Kind == capture.KindDatagram && f.Dir == capture.DirRequest && msgType(f) == noop && int(f.Proc.PID) == pid
	})
}

// facts are what a test compares; the rest is different in each run.
func facts(p capture.Proc) string {
	return fmt.Sprintf("%s %s %s uid=%s late=%v", p.Name, p.Exe, p.CmdLine, p.UID, p.Late)
}

// story is something that processes do, and what is to be seen of it.
type story struct {
	name  string
	check func(t *testing.T, frames []*capture.Frame)
}

// TestLiveProcess captures all stories at once: to attach takes seconds in a VM.
func TestLiveProcess(t *testing.T) {
	anyBackend(t, func(t *testing.T, backend string) {
		ts := &tools{t: t}
		var stories []story
		old := []func() story{
			ts.old("older than nltop", "wait", []string{"old", "one of them"}, "old 'one of them'"),
			// As setproctitle() leaves it, and shorter than it was.
			ts.old("older, with a title", "title", []string{"an old title that is long"}, `$'a\ntitle'`),
		}
		mine := newSock(t, unix.NETLINK_USERSOCK)
		hooks := backend != capture.SourceSyscall
		r := record(t, backend, capture.Filter{}, Options{Counts: hooks}, nil)
		for _, run := range old {
			stories = append(stories, run())
		}
		stories = append(stories, ts.short()...)
		stories = append(stories, ts.deep(), ts.mounted(), ts.parent(), ts.exec(), ts.reused(), ts.setuid(), ts.threads())
		if hooks {
			stories = append(stories, ts.idleOwner(mine), ts.daemon(true))
		}
		rows := map[string]uint64{} // of the threads
		if hooks {
			if _, err := r.src.Counts(func(c *capture.Count) {
				if c.Proc.Name == "leader" && c.Type == noop {
					rows[c.Proc.Name+c.Proc.CmdLine.String()] += c.Messages
				}
			}); err != nil {
				t.Error(err)
			}
		}
		frames := r.stop()
		for _, s := range stories {
			t.Run(s.name, func(t *testing.T) { s.check(t, frames) })
		}
		if hooks && (rows["leaderleader"] != 2 || len(rows) != 1) {
			t.Errorf("counted for two threads of one process: %v", rows)
		}
	})
}

// Processes that live a millisecond have everything, from their first message on.
func (ts *tools) short() (stories []story) {
	path := ts.tool("short")
	me, err := os.ReadFile("/proc/self/comm")
	if err != nil {
		ts.t.Fatal(err)
	}
	long := strings.Repeat("x", 10_000)
	for _, tt := range []struct {
		name string
		args []string
		uid  uint32
		line string
	}{
		{"short, of root", []string{"short", "route", "del"}, 0, "short route del"},
		{"of another user", []string{"short"}, 1234, "short"},
		{"of many arguments", []string{"short", long}, 0, "short " + long[:capture.MaxCmdLine-6] + "…"},
		{"of hostile arguments", []string{"a\nb", "\xff\x1b[31m", "it's", ""}, 0, `$'a\nb' $'\xff\x1b[31m' 'it'\''s' ''`},
		{"without a name", []string{""}, 0, "''"},
		{"that sets a title", []string{"title", "of old"}, 0, "title 'of old'"},
	} {
		mode := "send"
		if tt.args[0] == "title" {
			mode = "title"
		}
		cmd := childCommand(path, mode, tt.args...)
		cmd.Stdin = strings.NewReader("\n")
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: tt.uid}}
		pid := mustRun(ts.t, cmd)
		stories = append(stories, story{tt.name, func(t *testing.T, frames []*capture.Frame) {
			f := sent(t, frames, pid, seqFirst)
			p := f.Proc
			if got, want := facts(p), fmt.Sprintf("short %s %s uid=%d late=false", path, tt.line, tt.uid); got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
			// It is older than nltop, and has not used Netlink so far.
			if p.Parent.PID != uint32(os.Getpid()) || p.PPID != p.Parent.PID || p.Parent.Name != strings.TrimSpace(string(me)) ||
				p.Parent.CmdLine.Args()[0] != os.Args[0] || !p.Parent.Late {
				t.Errorf("parent %+v", p.Parent)
			}
			if p.Life == 0 || f.Socket.Owner.Key() != p.Key() || f.Socket.Owner.Exe != path {
				t.Errorf("owner %+v", f.Socket.Owner)
			}
		}})
	}
	return stories
}

// Of a long path the end is known.
func (ts *tools) deep() story {
	t := ts.t
	path := ts.tool("deep")
	dir := filepath.Dir(path)
	for range 10 {
		dir = filepath.Join(dir, strings.Repeat("d", 30))
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	long := filepath.Join(dir, "deep")
	if err := os.Rename(path, long); err != nil {
		t.Fatal(err)
	}
	pid := mustRun(t, childCommand(long, "send", "deep"))
	return story{"long path", func(t *testing.T, frames []*capture.Frame) {
		exe := sent(t, frames, pid, seqFirst).Proc.Exe
		rest, ok := strings.CutPrefix(exe, "…")
		if !ok || !strings.HasSuffix(long, rest) || len(rest) < 200 || rest[0] != '/' {
			t.Errorf("%s\nof %s", exe, long)
		}
	}}
}

// A path goes on above the place where its file system is mounted.
func (ts *tools) mounted() story {
	t := ts.t
	dir, err := os.MkdirTemp("/dev/shm", "nltop")
	if err != nil {
		return story{"mount", func(t *testing.T, _ []*capture.Frame) { t.Skip(err) }}
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	text, err := os.ReadFile(ts.first)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "mounted")
	if err := os.WriteFile(path, text, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := childCommand(path, "send", "mounted")
	if err := cmd.Run(); err != nil {
		return story{"mount", func(t *testing.T, _ []*capture.Frame) { t.Skip(err) }}
	}
	return story{"mount", func(t *testing.T, frames []*capture.Frame) {
		if exe := sent(t, frames, cmd.Process.Pid, seqFirst).Proc.Exe; exe != path {
			t.Errorf("%s, not %s", exe, path)
		}
	}}
}

// A parent that started later than nltop is known without /proc; and who logged in.
func (ts *tools) parent() story {
	cmd := exec.Command("/bin/sh", "-c", `{ echo 1000 >/proc/self/loginuid; } 2>/dev/null; cat /proc/self/loginuid; echo; "$1" & echo $!; wait $!; exit 0`,
		"sh", ts.tool("child"))
	cmd.Env = []string{childEnv + "=send", "PATH=/bin:/usr/bin"}
	out, err := cmd.Output()
	if err != nil {
		ts.t.Fatal(err)
	}
	args := append([]string{"/bin/sh"}, cmd.Args[1:]...)
	var login uint32
	var pid int
	if _, err := fmt.Sscan(string(out), &login, &pid); err != nil {
		ts.t.Fatalf("%q: %v", out, err)
	}
	return story{"child of a shell", func(t *testing.T, frames []*capture.Frame) {
		p := sent(t, frames, pid, seqFirst).Proc
		if q := p.Parent; q.PID != uint32(cmd.Process.Pid) || q.Name != "sh" || !slices.Equal(q.CmdLine.Args(), args) || q.Late {
			t.Errorf("parent %+v", q)
		}
		if p.LoginUID != capture.IDOf(login) {
			t.Errorf("login %s, not %d", p.LoginUID, login)
		}
		t.Log("login uid", login)
	}}
}

// Of a process that was there before nltop, the kernel reads what is in its memory
// when it first sends.
func (ts *tools) old(name, mode string, args []string, line string) (run func() story) {
	path := ts.tool("old")
	cmd := childCommand(path, mode, args...)
	in, out := pipes(ts.t, cmd)
	expect(ts.t, out, "ready")
	exe := path
	if mode == "title" { // and the file is no more
		if err := os.Remove(path); err != nil {
			ts.t.Fatal(err)
		}
		exe += " (deleted)"
	}
	return func() story {
		if _, err := io.WriteString(in, "\n"); err != nil {
			ts.t.Fatal(err)
		}
		if err := cmd.Wait(); err != nil {
			ts.t.Fatal(err)
		}
		return story{name, func(t *testing.T, frames []*capture.Frame) {
			p := sent(t, frames, cmd.Process.Pid, seqFirst).Proc
			if got, want := facts(p), "old "+exe+" "+line+" uid=0 late=false"; got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		}}
	}
}

// A socket's owner that was there before nltop, and has done nothing since, is known
// from /proc, and is the same process when it does something.
func (ts *tools) idleOwner(mine *sock) story {
	t := ts.t
	other := newSock(t, unix.NETLINK_USERSOCK)
	for range 2 {
		if err := other.send([]byte("0123456789abcdef"), mine.port); err != nil {
			t.Fatal(err)
		}
		if _, err := mine.recv(64); err != nil {
			t.Fatal(err)
		}
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return story{"idle owner", func(t *testing.T, frames []*capture.Frame) {
		got := of(frames, func(f *capture.Frame) bool {
			return f.Kind == capture.KindDatagram && f.Socket.Inode == mine.ino
		})
		if len(got) != 2 {
			t.Fatalf("%d messages", len(got))
		}
		for i, f := range got {
			p := f.Socket.Owner
			if p.PID != uint32(os.Getpid()) || p.Exe != exe || p.CmdLine.Args()[0] != os.Args[0] || p.Key() != got[0].Socket.Owner.Key() {
				t.Errorf("message %d: owner %+v", i, p)
			}
		}
	}}
}

// An exec that keeps the comm is another program, on the same socket within a moment.
func (ts *tools) exec() story {
	first, second := ts.tool("twice"), ts.tool("twice")
	pid := mustRun(ts.t, childCommand(first, "exec "+second, "twice", "once"))
	return story{"exec that keeps the comm", func(t *testing.T, frames []*capture.Frame) {
		p, q := sent(t, frames, pid, seqFirst), sent(t, frames, pid, seqSecond)
		if got, want := facts(p.Proc), "twice "+first+" twice once uid=0 late=false"; got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		if got, want := facts(q.Proc), "twice "+second+" again 'and again' uid=0 late=false"; got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		if p.Proc.Key() == q.Proc.Key() || q.Socket.Owner.Key() != q.Proc.Key() || p.Socket.Inode != q.Socket.Inode {
			t.Errorf("first %+v\nthen  %+v", p.Proc, q)
		}
	}}
}

// Whoever gets the ID of a process that has ended is somebody else.
func (ts *tools) reused() story {
	const last = "/proc/sys/kernel/ns_last_pid"
	path := ts.tool("reuse")
	pid := mustRun(ts.t, childCommand(path, "send", "reuse", "first"))
	second := 0
	for i := 0; i < 200 && second != pid; i++ {
		// Somebody else may be quicker.
		if err := os.WriteFile(last, []byte(strconv.Itoa(pid-1)), 0); err != nil {
			break
		}
		second = mustRun(ts.t, childCommand(path, "send", "reuse", "second"))
	}
	return story{"reused ID", func(t *testing.T, frames []*capture.Frame) {
		if second != pid {
			t.Skip("process IDs cannot be chosen here")
		}
		var lines []string
		lives := map[uint64]bool{}
		for _, f := range requestsOf(frames, pid) {
			lines = append(lines, f.Proc.CmdLine.String())
			lives[f.Proc.Life] = true
		}
		if !slices.Equal(lines, []string{"reuse first", "reuse second"}) || len(lives) != 2 {
			t.Errorf("process %d is %q in %d lives", pid, lines, len(lives))
		}
	}}
}

// A process that changes its user is told of again, at once.
func (ts *tools) setuid() story {
	pid := mustRun(ts.t, childCommand(ts.tool("drop"), "drop", "drop"))
	return story{"change of user", func(t *testing.T, frames []*capture.Frame) {
		p, q := sent(t, frames, pid, seqFirst).Proc, sent(t, frames, pid, seqSecond).Proc
		if p.UID != capture.IDOf(0) || q.UID != capture.IDOf(1234) || p.Key() != q.Key() || p.CmdLine != q.CmdLine {
			t.Errorf("first %+v\nthen  %+v", p, q)
		}
	}}
}

// Threads with names of their own are one process.
func (ts *tools) threads() story {
	pid := mustRun(ts.t, childCommand(ts.tool("leader"), "threads", "leader"))
	return story{"threads", func(t *testing.T, frames []*capture.Frame) {
		p, q := sent(t, frames, pid, seqFirst).Proc, sent(t, frames, pid, seqSecond).Proc
		if p.Name != "leader" || p.Comm != "leader" || q.Name != "leader" || q.Comm != "worker/7" || p.Key() != q.Key() || p.TID == q.TID {
			t.Errorf("first %+v\nthen  %+v", p, q)
		}
	}}
}

// A daemon that has forked away owns the socket that its dead parent made, also before
// it has read anything, and where no read is seen.
func (ts *tools) daemon(facts bool) story {
	t := ts.t
	path := ts.tool("forker")
	cmd := childCommand(path, "daemon", "forker", "-d")
	_, out := pipes(t, cmd)
	port, err := strconv.ParseUint(expect(t, out, "port"), 10, 32)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := cmd.Process.Wait(); err != nil {
		t.Fatal(err)
	}
	// The one in between ends, too: it says so.
	expect(t, out, "ended")
	s := newSock(t, unix.NETLINK_USERSOCK)
	for range 2 {
		if err := s.send(nltest.Native.Message(noop, 0, seqFirst, 0), uint32(port)); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { // it lives until all was looked up
		if err := s.send(make([]byte, 17), uint32(port)); err != nil {
			t.Error(err)
		}
	})
	return story{"daemon", func(t *testing.T, frames []*capture.Frame) {
		got := of(frames, func(f *capture.Frame) bool {
			return f.Kind == capture.KindDatagram && f.DstPort == uint32(port) && f.Protocol == unix.NETLINK_USERSOCK
		})
		if len(got) != 2 {
			t.Fatalf("%d messages", len(got))
		}
		for i, f := range got {
			p := f.Socket.Owner
			if p.PID == 0 || int(p.PID) == cmd.Process.Pid || p.Name != "forker" {
				t.Errorf("message %d: owner %+v, parent %d", i, p, cmd.Process.Pid)
			}
			if facts && (p.Exe != path || p.CmdLine.String() != "forker -d") {
				t.Errorf("message %d: owner %+v", i, p)
			}
		}
	}}
}

// The filter takes the name of the process and that of the thread.
func TestLiveProcessFilter(t *testing.T) {
	anyBackend(t, func(t *testing.T, backend string) {
		ts := &tools{t: t}
		r := record(t, backend, capture.Filter{Comms: []string{"wanted", "worker/7"}}, Options{}, nil)
		wanted := mustRun(t, childCommand(ts.tool("wanted"), "threads", "x"))
		other := mustRun(t, childCommand(ts.tool("other"), "threads", "x"))
		frames := r.stop()
		for _, tt := range []struct {
			name string
			pid  int
			seqs []uint32
		}{
			{"process", wanted, []uint32{seqFirst, seqSecond}},
			{"thread of another", other, []uint32{seqSecond}},
		} {
			var seqs []uint32
			for _, f := range requestsOf(frames, tt.pid) {
				seqs = append(seqs, binary.NativeEndian.Uint32(f.Data[8:]))
			}
			if !slices.Equal(seqs, tt.seqs) {
				t.Errorf("%s: requests %#x, want %#x", tt.name, seqs, tt.seqs)
			}
		}
	})
}

// Without the facts there are still names, lives and users, and the heirs of sockets.
func TestLiveProcessOff(t *testing.T) {
	anyBackend(t, func(t *testing.T, backend string) {
		ts := &tools{t: t}
		r := record(t, backend, capture.Filter{}, Options{NoProcesses: true, NoReads: true}, nil)
		if d := capture.Describe(backend); r.src.Info().Sees != d.Always()&^(seesReads|capture.SeesUnheard|capture.SeesFlushed) && backend != capture.SourceSyscall {
			t.Errorf("without a hook on reads it sees %b", r.src.Info().Sees)
		}
		pid := mustRun(t, childCommand(ts.tool("leader"), "threads", "leader"))
		var daemon story
		if backend != capture.SourceSyscall {
			daemon = ts.daemon(false)
		}
		frames := r.stop()
		p, q := sent(t, frames, pid, seqFirst).Proc, sent(t, frames, pid, seqSecond).Proc
		if p.Name != "leader" || q.Name != "leader" || p.Key() != q.Key() || p.UID != capture.IDOf(0) || p.PPID != uint32(os.Getpid()) ||
			p.Exe != "" || p.CmdLine != "" || p.Parent.CmdLine != "" || p.Late {
			t.Errorf("first %+v\nthen  %+v", p, q)
		}
		if daemon.check != nil {
			daemon.check(t, frames)
		}
	})
}
